package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;

/** The attributes that tell what a profile has done (PS3.15 E.1.1): the same for every object, so encoded once. Thread-safe. */
final class Marks {

    /** Never handed out: an item belongs to one data set. */
    private final DataSet marks;

    /** @param keptUids whether the study's UIDs stay, whatever the profile says: an earlier proxy sent it out under them */
    Marks(Profile profile, boolean keptUids) {
        this(profile, keptUids, Set.of());
    }

    private Marks(Profile profile, boolean keptUids, Set<Option> doneToPixels) {
        this.marks = new DataSet();
        marks.setString(Tag.PatientIdentityRemoved, "YES");
        marks.setString(
                Tag.DeidentificationMethod,
                "Sallyport " + profile.name(),
                "version " + profile.version(),
                "SHA-256 " + profile.hash().substring(0, 32));
        List<DataSet> codes = new ArrayList<>();
        codes.add(code("113100", "Basic Application Confidentiality Profile"));
        for (Option option : Option.values()) {
            boolean kept = option == Option.RETAIN_UIDS && keptUids;
            if (kept || (option.isOfPixels() ? doneToPixels.contains(option) : profile.has(option))) {
                codes.add(code(option.code(), option.meaning()));
            }
        }
        marks.put(Element.sequence(Tag.DeidentificationMethodCodeSequence, codes));
        marks.setString(
                Tag.LongitudinalTemporalInformationModified,
                profile.shiftsDates() ? "MODIFIED" : profile.has(Option.RETAIN_FULL_DATES) ? "UNMODIFIED" : "REMOVED");
    }

    /** The marks of an object of which pixels were changed. */
    static List<Element> of(Profile profile, boolean keptUids, Set<Option> doneToPixels) {
        return new Marks(profile, keptUids, doneToPixels).marks.elements();
    }

    private static DataSet code(String value, String meaning) {
        DataSet item = new DataSet();
        item.setString(Tag.CodeValue, value);
        item.setString(Tag.CodingSchemeDesignator, "DCM");
        item.setString(Tag.CodeMeaning, meaning);
        return item;
    }

    /** For one object. */
    List<Element> elements() {
        return marks.copy().elements();
    }
}
