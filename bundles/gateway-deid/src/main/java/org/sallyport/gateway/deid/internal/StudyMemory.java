package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Collection;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * What the sealed records of a study's instances tell, and what an earlier proxy kept of it: which UID stood for which, which date for which, and whose
 * it is. Holds identity, in memory only. Immutable once read.
 */
final class StudyMemory {

    /** UIDs and dates of one study; more than any study has, and some tens of MB. */
    private static final int MOST = 400_000;

    private final Map<String, String> uids = new HashMap<>();
    private final Map<String, String> dates = new HashMap<>();
    private final Set<Integer> added = new HashSet<>();
    private final StudyContext study;
    private final Map<String, DataSet> series;
    private DataSet sample;

    private StudyMemory(StudyContext study, EarlierOriginals earlier) {
        this.study = study;
        this.series = earlier.series();
        this.sample = earlier.study();
        if (!earlier.isEmpty()) {
            added.addAll(ResultTreatment.MARKS);
        }
    }

    /**
     * @param instances of the study, here or cleaned up; none if only an earlier proxy had it
     * @param earlier what that kept; an image that is known here knows better
     */
    static StudyMemory read(
            StudyContext study,
            List<StoredInstance> instances,
            EarlierOriginals earlier,
            InstanceStore store,
            IdentityVault.Opening opening)
            throws IOException {
        StudyMemory memory = new StudyMemory(study, earlier);
        for (String uid : earlier.uids()) {
            put(memory.uids, study.mapUid(uid), uid);
        }
        for (String date : earlier.dates()) {
            memory.learnDate(date);
        }
        boolean first = true;
        try (IdentityRecords records = new IdentityRecords(store, opening, PassedOver.STORE)) {
            for (StoredInstance instance : instances) {
                IdentityRecord record = records.read(instance);
                memory.learn(record.originals());
                if (first) {
                    memory.sample = record.originals();
                    memory.added.clear();
                    memory.added.addAll(record.added());
                    memory.setCharacterSet(instance);
                    first = false;
                }
            }
        }
        return memory;
    }

    /** The originals are encoded in the character set of the image, which treatment leaves where it is. */
    private void setCharacterSet(StoredInstance instance) {
        String told = instance.facts().attributes().get(Facts.CHARACTER_SET);
        if (told != null && !sample.contains(Tag.SpecificCharacterSet)) {
            sample.put(Element.of(Tag.SpecificCharacterSet, VR.CS, told.getBytes(StandardCharsets.US_ASCII)));
        }
    }

    private void learn(DataSet originals) throws IOException {
        for (Element element : originals.elements()) {
            switch (element.vr()) {
                case SQ -> {
                    for (DataSet item : element.items()) {
                        learn(item);
                    }
                }
                case UI -> {
                    for (String uid : values(element)) {
                        if (!uid.isEmpty()) {
                            put(uids, study.mapUid(uid), uid);
                        }
                    }
                }
                case DA, DT -> {
                    for (String date : values(element)) {
                        learnDate(date);
                    }
                }
                default -> {
                    // Nothing that a result could refer to.
                }
            }
        }
    }

    private void learnDate(String date) throws IOException {
        String shifted = DateShift.shift(date, study.dateShiftDays());
        if (!shifted.isEmpty()) {
            put(dates, shifted, date);
            if (shifted.length() > 8 && date.length() > 8) {
                put(dates, shifted.substring(0, 8), date.substring(0, 8));
            }
        }
    }

    private static void put(Map<String, String> map, String key, String value) throws IOException {
        map.putIfAbsent(key, value);
        if (map.size() > MOST) {
            throw new IOException("a study with more than " + MOST + " UIDs or dates: its results cannot be restored");
        }
    }

    static List<String> values(Element element) {
        return element.value() instanceof Value.Bytes
                ? List.of(new String(element.bytes(), StandardCharsets.ISO_8859_1)
                        .replaceAll("[ \\x00]+$", "")
                        .split("\\\\", -1))
                : List.of();
    }

    StudyContext study() {
        return study;
    }

    /** @return the original UID, or null if the study has none that became this one */
    @Nullable
    String original(String uid) {
        return uids.get(uid);
    }

    /** @return the original date, or null if no date of the study was moved here */
    @Nullable
    String originalDate(String date) {
        return dates.get(date);
    }

    /** Those that were mapped, each once. */
    Collection<String> originalUids() {
        return uids.values();
    }

    /** Those that were moved, each once. */
    Collection<String> originalDates() {
        return dates.values();
    }

    /** What was changed in or removed from one image of the study, with the character set that it is encoded in. */
    DataSet sample() {
        return sample;
    }

    /** What an earlier proxy kept of a series, in UTF-8; empty for others. */
    DataSet series(String seriesInstanceUid) {
        return series.getOrDefault(seriesInstanceUid, new DataSet());
    }

    /** What the treatment added to the image. */
    Set<Integer> added() {
        return added;
    }

    @Override
    public String toString() {
        return "StudyMemory[" + uids.size() + " UIDs]";
    }
}
