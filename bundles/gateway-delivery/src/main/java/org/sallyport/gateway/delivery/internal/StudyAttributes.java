package org.sallyport.gateway.delivery.internal;

import java.util.Set;
import java.util.TreeSet;
import org.osgi.framework.Filter;

/** What filters may name: see {@link StudyDelivery#facts}. A name that is none would be false for every study, and true for every study behind a {@code !}. Pure. */
final class StudyAttributes {

    private static final String NUMBER = "Images";

    /** In the order of the alphabet, as people are told them. */
    private static final Set<String> ALL = new TreeSet<>(Set.of(
            NUMBER,
            "BodyPartExamined",
            "CalledAET",
            "CallingAET",
            "CallingAddress",
            "InstitutionName",
            "Manufacturer",
            "Modality",
            "PixelsChanged",
            "Profile",
            "ProfileHash",
            "ProfileVersion",
            "SeriesDescription",
            "SpecificCharacterSet",
            "StationName",
            "StudyDate",
            "StudyDescription",
            "StudyTime"));

    private StudyAttributes() {}

    /**
     * @param key of the setting
     * @param text of the filter, as it was given
     * @throws IllegalArgumentException naming what is compared that no study has
     */
    static void check(String key, String text, Filter filter) {
        for (FilterComparisons.Compared compared : FilterComparisons.compared(filter)) {
            String name = compared.attribute();
            if (!ALL.contains(name)) {
                throw new IllegalArgumentException(key + " \"" + text + "\": no study has the attribute " + name
                        + "; there are " + String.join(", ", ALL));
            }
            if (name.equals(NUMBER) && !compared.value().matches("\\*|-?\\d{1,9}")) {
                throw new IllegalArgumentException(key + " \"" + text + "\": " + name
                        + " is a number, and cannot be compared with " + compared.value());
            }
        }
    }
}
