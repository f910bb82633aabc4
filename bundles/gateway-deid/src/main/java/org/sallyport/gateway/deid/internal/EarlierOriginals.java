package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.OptionalInt;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.vault.EarlierValues;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * What an earlier proxy or another gateway kept of a study that it sent, as attributes in UTF-8. Holds identity, in memory only. Immutable once read.
 *
 * @param study attributes of patient and study; empty if nothing was kept
 * @param series those of each series, by Series Instance UID
 * @param uids original ones that were mapped
 * @param dates original ones that were moved
 */
record EarlierOriginals(DataSet study, Map<String, DataSet> series, List<String> uids, List<String> dates) {

    static final EarlierOriginals NONE = new EarlierOriginals(new DataSet(), Map.of(), List.of(), List.of());

    /** The longest value that explicit VR writes with a length of 16 bits (PS3.5 7.1.2). */
    private static final int LONGEST = 65_534;

    static EarlierOriginals read(StudyContext study, EarlierValues earlier, IdentityVault.Opening opening)
            throws IOException {
        List<Sheet> ofStudy = earlier.study(study.studyInstanceUid(), opening);
        // An earlier proxy may have kept the patient alone.
        if (ofStudy.isEmpty() && !study.keepsUids()) {
            return NONE;
        }
        DataSet originals = new DataSet();
        List<String> uids = new ArrayList<>();
        List<String> dates = new ArrayList<>();
        for (Sheet sheet : earlier.patient(study.pseudonym(), opening)) {
            put(originals, sheet, Levels.Level.PATIENT);
        }
        for (Sheet sheet : ofStudy) {
            put(originals, sheet, Levels.Level.STUDY);
            uids.addAll(values(sheet, Sheet.UIDS));
            dates.addAll(values(sheet, Sheet.DATES));
        }
        Map<String, DataSet> series = new HashMap<>();
        for (Sheet sheet : earlier.seriesOf(study.studyInstanceUid(), opening)) {
            put(
                    series.computeIfAbsent(String.valueOf(sheet.seriesInstanceUid()), uid -> new DataSet()),
                    sheet,
                    Levels.Level.SERIES);
        }
        return new EarlierOriginals(originals, series, uids, dates);
    }

    private static List<String> values(Sheet sheet, String what) {
        String values = sheet.values().getOrDefault(what, "");
        return values.isEmpty() ? List.of() : List.of(values.split("\\\\", -1));
    }

    /** A sheet says what the old database had in a row: what is no text of this level or the ones above is passed over. */
    private static void put(DataSet originals, Sheet sheet, Levels.Level level) {
        originals.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        sheet.values().forEach((keyword, value) -> {
            OptionalInt tag = Dictionary.tagOf(keyword);
            Levels.Level whose = Levels.of(keyword);
            boolean fits = whose == level || whose == Levels.Level.PATIENT && level == Levels.Level.STUDY;
            if (tag.isEmpty() || !fits || value.isBlank()) {
                return;
            }
            VR vr = Dictionary.vrOf(tag.getAsInt());
            if (vr.isText() && value.getBytes(StandardCharsets.UTF_8).length <= LONGEST) {
                originals.setString(
                        tag.getAsInt(), vr, vr.isMultiValuedText() ? value.split("\\\\", -1) : new String[] {value});
            }
        });
    }

    boolean isEmpty() {
        return study.isEmpty();
    }

    @Override
    public String toString() {
        return "EarlierOriginals[sealed]";
    }
}
