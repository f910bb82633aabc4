package org.sallyport.gateway.deid.internal;

import java.time.Instant;
import java.util.HashMap;
import java.util.Map;
import java.util.Set;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.vault.StudyContext;

/** Facts of the treated data set. */
final class Facts {

    private static final int[] KEPT = {
        Tag.StudyDate,
        Tag.StudyTime,
        Tag.StudyDescription,
        Tag.SeriesDescription,
        Tag.BodyPartExamined,
        Tag.Manufacturer,
        Tag.StationName,
        Tag.InstitutionName
    };
    private static final int LONGEST = 255;

    /** In which the originals are encoded; without it they could not be read when the image is gone. */
    static final String CHARACTER_SET = "SpecificCharacterSet";

    private Facts() {}

    static InstanceFacts of(
            DataSet treated,
            TransferSyntax stored,
            StudyContext study,
            String sopInstanceUid,
            byte[] digest,
            Sender sender,
            Instant at,
            Profile profile,
            Set<Option> doneToPixels,
            Set<String> lookupKeys) {
        Map<String, String> attributes = new HashMap<>();
        for (int tag : KEPT) {
            String value = treated.string(tag);
            if (value != null && value.length() <= LONGEST) {
                attributes.put(Dictionary.keywordOf(tag), value);
            }
        }
        String date = attributes.get("StudyDate");
        if (date != null && !date.matches("\\d{8}")) {
            attributes.remove("StudyDate");
        }
        attributes.put("Profile", profile.name());
        attributes.put("ProfileVersion", profile.version());
        attributes.put("ProfileHash", profile.hash());
        if (!doneToPixels.isEmpty()) {
            attributes.put(
                    "PixelsChanged",
                    doneToPixels.stream().map(Option::id).sorted().collect(Collectors.joining(" ")));
        }
        String characterSet = String.join("\\", treated.strings(Tag.SpecificCharacterSet));
        if (!characterSet.isBlank() && characterSet.length() <= LONGEST) {
            attributes.put(CHARACTER_SET, characterSet);
        }
        String modality = treated.string(Tag.Modality);
        return new InstanceFacts(
                study.studyInstanceUid(),
                String.valueOf(treated.string(Tag.SeriesInstanceUID)),
                sopInstanceUid,
                String.valueOf(treated.string(Tag.SOPClassUID)),
                stored.uid(),
                digest,
                study.pseudonym(),
                study.keyGeneration(),
                study.dateShiftDays(),
                modality == null || !modality.matches("[A-Z0-9_ ]{1,16}") ? "OT" : modality,
                number(treated, Tag.SeriesNumber),
                number(treated, Tag.InstanceNumber),
                sender.callingAet(),
                sender.calledAet(),
                sender.address(),
                at,
                attributes,
                lookupKeys);
    }

    private static @Nullable Integer number(DataSet treated, int tag) {
        int value = treated.intValue(tag, Integer.MIN_VALUE);
        return value == Integer.MIN_VALUE ? null : value;
    }
}
