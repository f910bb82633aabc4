package org.sallyport.admin.shell.internal;

import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.node.ArchiveClient.Level;

/**
 * Keys of a C-FIND as people write them: {@code PatientID=4711} matches, {@code StudyDescription} is only wanted back; keywords of PS3.6, or
 * {@code 0010,0020}. No message quotes a value: Karaf logs the messages of commands that fail.
 *
 * @param tags columns of the answer, in order
 */
record FindKeys(DataSet identifier, List<Integer> tags) {

    private static final int LONGEST = 256;

    /** Encoded values need one beyond ASCII. */
    private static final String UTF_8 = "ISO_IR 192";

    /** What is wanted back when a person does not say so. */
    private static List<Integer> usual(Level level) {
        return switch (level) {
            case PATIENT -> List.of(Tag.PatientName, Tag.PatientID, Tag.PatientBirthDate, Tag.PatientSex);
            case STUDY ->
                List.of(
                        Tag.PatientName,
                        Tag.PatientID,
                        Tag.StudyDate,
                        Tag.ModalitiesInStudy,
                        Tag.StudyDescription,
                        Tag.AccessionNumber,
                        Tag.NumberOfStudyRelatedInstances,
                        Tag.StudyInstanceUID);
            case SERIES ->
                List.of(
                        Tag.Modality,
                        Tag.SeriesNumber,
                        Tag.SeriesDescription,
                        Tag.NumberOfSeriesRelatedInstances,
                        Tag.SeriesInstanceUID);
            case IMAGE -> List.of(Tag.InstanceNumber, Tag.SOPClassUID, Tag.SOPInstanceUID);
        };
    }

    /** Keys of the levels above, each of which has to name one (PS3.4 C.4.1.1.3.1: hierarchical search). */
    private static List<Integer> above(Level level) {
        return switch (level) {
            case PATIENT, STUDY -> List.of();
            case SERIES -> List.of(Tag.StudyInstanceUID);
            case IMAGE -> List.of(Tag.StudyInstanceUID, Tag.SeriesInstanceUID);
        };
    }

    /**
     * @param keys as given
     * @throws IllegalArgumentException naming a key, never its value
     */
    static FindKeys parse(Level level, List<String> keys) {
        DataSet identifier = new DataSet();
        Set<Integer> tags = new LinkedHashSet<>(usual(level));
        if (!keys.stream().allMatch(key -> key.chars().allMatch(c -> c < 0x7F))) {
            // Before the values, which are encoded by it.
            identifier.setString(Tag.SpecificCharacterSet, UTF_8);
        }
        for (String key : keys) {
            int equals = key.indexOf('=');
            String name = equals < 0 ? key : key.substring(0, equals);
            String value = equals < 0 ? "" : key.substring(equals + 1);
            int tag = tag(name.strip());
            if (value.length() > LONGEST || value.chars().anyMatch(c -> c < 0x20 || c == 0x7F)) {
                throw new IllegalArgumentException("the value of " + Dictionary.keywordOf(tag) + " is longer than "
                        + LONGEST + " characters or holds control characters");
            }
            identifier.setString(tag, value.isEmpty() ? new String[0] : value.split("\\\\", -1));
            tags.add(tag);
        }
        for (int tag : above(level)) {
            String value = identifier.string(tag);
            if (value == null || value.isEmpty()) {
                throw new IllegalArgumentException("level " + level + " needs the key " + Dictionary.keywordOf(tag));
            }
        }
        for (int tag : tags) {
            if (!identifier.contains(tag)) {
                identifier.setString(tag);
            }
        }
        return new FindKeys(identifier, new ArrayList<>(tags));
    }

    private static int tag(String name) {
        OptionalInt known = name.matches("[0-9A-Fa-f]{4},[0-9A-Fa-f]{4}")
                ? OptionalInt.of(
                        Tag.of(Integer.parseInt(name.substring(0, 4), 16), Integer.parseInt(name.substring(5), 16)))
                : Dictionary.tagOf(name);
        Dictionary.@Nullable Entry entry = known.isEmpty() ? null : Dictionary.entry(known.getAsInt());
        if (entry == null || entry.singleVr() == VR.SQ || Tag.group(known.getAsInt()) < 8) {
            throw new IllegalArgumentException(
                    "a key is no attribute that can be asked by: write its keyword, such as PatientID=4711, or 0010,0020");
        }
        return known.getAsInt();
    }

    List<String> columns() {
        return tags.stream().map(Dictionary::keywordOf).toList();
    }

    /** Values of a match, in the order of the columns; several with a backslash between. */
    List<String> row(DataSet match) {
        return tags.stream().map(tag -> String.join("\\", match.strings(tag))).toList();
    }
}
