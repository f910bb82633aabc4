package org.sallyport.gateway.scp.internal.find;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.scp.internal.catalog.StudySheet;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** Makes the identifiers of C-FIND responses (PS3.4 C.4.1.1.3.2): the keys that were asked for, and the unique keys. Pure but for what the attributes read. */
final class Answers {

    static final List<Integer> OF_PATIENT = List.of(
            Tag.NumberOfPatientRelatedStudies, Tag.NumberOfPatientRelatedSeries, Tag.NumberOfPatientRelatedInstances);

    private static final String UTF_8 = "ISO_IR 192";

    private final Query query;
    private final View view;
    private final String aet;
    private final String whenGone;
    private final int[] tags;

    /**
     * @param aet ours, for Retrieve AE Title
     * @param whenGone Instance Availability of what was cleaned up
     */
    Answers(Query query, View view, String aet, String whenGone) {
        this.query = query;
        this.view = view;
        this.aet = aet;
        this.whenGone = whenGone;
        java.util.Set<Integer> all = new java.util.TreeSet<>(query.returned());
        for (Level level : Level.values()) {
            if (!level.isBelow(query.level()) && !query.model().top().isBelow(level)) {
                all.add(level.uniqueKey());
            }
        }
        all.remove(Tag.SpecificCharacterSet);
        this.tags = all.stream().mapToInt(Integer::intValue).toArray();
    }

    DataSet patient(StudySheet sheet, Map<Integer, Integer> counts) {
        return answer(sheet.attributes(view), counts, sheet.isAllHere());
    }

    DataSet study(StudySheet sheet, Map<Integer, Integer> ofPatient) {
        Map<Integer, Integer> counts = new HashMap<>(ofPatient);
        counts.put(Tag.NumberOfStudyRelatedSeries, sheet.series());
        counts.put(Tag.NumberOfStudyRelatedInstances, sheet.instances());
        return answer(sheet.attributes(view), counts, sheet.isAllHere());
    }

    DataSet series(StudySheet sheet, Details.Series series) {
        return answer(
                together(sheet.attributes(view), series.attributes()),
                Map.of(
                        Tag.NumberOfSeriesRelatedInstances, series.number(),
                        Tag.NumberOfStudyRelatedSeries, sheet.series(),
                        Tag.NumberOfStudyRelatedInstances, sheet.instances()),
                series.isAllHere());
    }

    DataSet image(StudySheet sheet, Details.Series series, Details.Image image) {
        return answer(
                together(sheet.attributes(view), image.attributes()),
                Map.of(
                        Tag.NumberOfSeriesRelatedInstances, series.number(),
                        Tag.NumberOfStudyRelatedSeries, sheet.series(),
                        Tag.NumberOfStudyRelatedInstances, sheet.instances()),
                image.instance().isHere());
    }

    /** What the sheet tells of patient and study, and the other of the rest. */
    private static Attributes together(Attributes above, Attributes below) {
        return new Attributes() {
            @Override
            public List<String> strings(int tag) {
                List<String> values = StudySheet.isKept(tag) ? above.strings(tag) : below.strings(tag);
                return values;
            }

            @Override
            public List<DataSet> items(int tag) {
                return StudySheet.isKept(tag) ? above.items(tag) : below.items(tag);
            }
        };
    }

    private DataSet answer(Attributes attributes, Map<Integer, Integer> counts, boolean isHere) {
        List<List<String>> values = new ArrayList<>(tags.length);
        boolean ascii = true;
        boolean fits = true;
        SpecificCharacterSet asked = query.characterSet();
        for (int tag : tags) {
            List<String> texts = texts(tag, attributes, counts, isHere);
            values.add(texts);
            for (String text : texts) {
                if (!isAscii(text)) {
                    ascii = false;
                    fits = fits && asked.decode(asked.encode(text)).equals(text);
                }
            }
        }
        DataSet answer = new DataSet();
        boolean sequences = hasSequences();
        if (sequences || !ascii && !fits) {
            answer.setString(Tag.SpecificCharacterSet, UTF_8);
        } else if (!ascii || query.returned().contains(Tag.SpecificCharacterSet)) {
            String terms = asked.toString();
            if (!terms.isEmpty()) {
                answer.setString(Tag.SpecificCharacterSet, terms.split("\\\\", -1));
            }
        }
        for (int i = 0; i < tags.length; i++) {
            put(answer, tags[i], values.get(i), attributes);
        }
        return answer;
    }

    private boolean hasSequences() {
        for (int tag : tags) {
            if (Dictionary.vrOf(tag) == VR.SQ) {
                return true;
            }
        }
        return false;
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private List<String> texts(int tag, Attributes attributes, Map<Integer, Integer> counts, boolean isHere) {
        Integer count = counts.get(tag);
        if (count != null) {
            return List.of(count.toString());
        }
        if (tag == Tag.QueryRetrieveLevel) {
            return List.of(query.level().name());
        }
        if (tag == Tag.RetrieveAETitle) {
            return List.of(aet);
        }
        if (tag == Tag.InstanceAvailability) {
            return List.of(isHere ? "ONLINE" : whenGone);
        }
        return Dictionary.vrOf(tag) == VR.SQ ? List.of() : attributes.strings(tag);
    }

    private static void put(DataSet answer, int tag, List<String> values, Attributes attributes) {
        VR vr = Dictionary.vrOf(tag);
        if (vr == VR.SQ) {
            answer.setItems(
                    tag, attributes.items(tag).stream().map(StudySheet::inUtf8).toArray(DataSet[]::new));
        } else if (vr.isText()) {
            answer.setString(tag, values.toArray(String[]::new));
        } else {
            answer.setInt(tag, values.stream().mapToLong(Answers::number).toArray());
        }
    }

    private static long number(String text) {
        return text.matches("-?\\d{1,18}") ? Long.parseLong(text) : 0;
    }
}
