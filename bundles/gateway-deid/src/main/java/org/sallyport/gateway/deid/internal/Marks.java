package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;

/** The attributes that tell what a profile has done (PS3.15 E.1.1): the same for every object, so encoded once. Thread-safe. */
final class Marks {

    /** Never handed out: an item belongs to one data set. */
    private final DataSet marks = new DataSet();

    /** @param keptUids whether the study's UIDs stay, whatever the profile says: an earlier proxy sent it out under them */
    Marks(Profile profile, boolean keptUids) {
        marks.setString(Tag.PatientIdentityRemoved, "YES");
        marks.setString(Tag.DeidentificationMethod, "Sallyport " + profile.name());
        List<DataSet> codes = new ArrayList<>();
        codes.add(code("113100", "Basic Application Confidentiality Profile"));
        for (Option option : Option.values()) {
            boolean kept = option == Option.RETAIN_UIDS && keptUids;
            if (kept || profile.has(option) && option.isDone()) {
                codes.add(code(option.code(), option.meaning()));
            }
        }
        marks.put(Element.sequence(Tag.DeidentificationMethodCodeSequence, codes));
        marks.setString(
                Tag.LongitudinalTemporalInformationModified,
                profile.shiftsDates() ? "MODIFIED" : profile.has(Option.RETAIN_FULL_DATES) ? "UNMODIFIED" : "REMOVED");
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
