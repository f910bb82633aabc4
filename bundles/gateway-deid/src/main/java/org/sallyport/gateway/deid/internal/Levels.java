package org.sallyport.gateway.deid.internal;

import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.store.InstanceFacts;

/** Whose attribute an attribute is: the patient's, the study's, the series' or the instance's (PS3.3 A.1.2). Pure. */
final class Levels {

    private static final Map<String, Level> LEVELS = Table.read("levels.tsv", 2).stream()
            .collect(Collectors.toUnmodifiableMap(
                    row -> row[0], row -> Level.valueOf(row[1].toUpperCase(java.util.Locale.ROOT))));

    enum Level {
        PATIENT,
        STUDY,
        SERIES
    }

    private Levels() {}

    /** Null = the instance's. */
    static @Nullable Level of(String keyword) {
        return LEVELS.get(keyword);
    }

    /**
     * Original values by level and keyword.
     *
     * @param record whose elements are in the character set of the facts
     */
    static Map<Level, Map<String, String>> values(IdentityRecord record, InstanceFacts facts) {
        Map<Level, Map<String, String>> values = new HashMap<>();
        for (Level level : Level.values()) {
            values.put(level, new TreeMap<>());
        }
        // What was not changed is in the facts as it was.
        facts.attributes().forEach((keyword, value) -> put(values, keyword, value));
        put(values, "StudyInstanceUID", facts.studyInstanceUid());
        put(values, "SeriesInstanceUID", facts.seriesInstanceUid());
        put(values, "Modality", facts.modality());
        if (facts.seriesNumber() != null) {
            put(values, "SeriesNumber", facts.seriesNumber().toString());
        }
        DataSet originals = encoded(record, facts);
        for (Element element : originals.elements()) {
            String keyword = Dictionary.keywordOf(element.tag());
            Level level = of(keyword);
            if (level != null) {
                values.getOrDefault(level, Map.of()).remove(keyword);
                if (element.vr() != VR.SQ && element.value() instanceof Value.Bytes) {
                    put(values, keyword, String.join("\\", originals.strings(element.tag())));
                }
            }
        }
        return values;
    }

    private static void put(Map<Level, Map<String, String>> values, String keyword, String value) {
        Level level = of(keyword);
        if (level != null && !value.isBlank()) {
            values.getOrDefault(level, new TreeMap<>()).put(keyword, value);
        }
    }

    /** The originals, with the character set that the image has. */
    static DataSet encoded(IdentityRecord record, InstanceFacts facts) {
        DataSet originals = record.originals();
        String characterSet = facts.attributes().get(Facts.CHARACTER_SET);
        if (characterSet == null || originals.contains(Tag.SpecificCharacterSet)) {
            return originals;
        }
        DataSet encoded = new DataSet();
        encoded.setString(
                Tag.SpecificCharacterSet,
                List.of(characterSet.split("\\\\", -1)).toArray(new String[0]));
        originals.elements().forEach(encoded::put);
        return encoded;
    }
}
