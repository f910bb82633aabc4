package org.sallyport.gateway.store.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sallyport.gateway.api.store.IndexException;

/**
 * The originals' digests of the studies that are being received, so that an image that is new costs no query. Loaded from the index at a study's first
 * image; bounded. What is called known here is acknowledged without being stored, so the index is asked again: another appliance may have deleted it.
 * Guarded by its monitor.
 */
final class KnownOriginals {

    private static final int MOST_STUDIES = 256;
    private static final int MOST_INSTANCES = 400_000;

    private final Database database;
    private final IndexWriter writer;
    private final LinkedHashMap<String, Map<String, List<byte[]>>> studies = new LinkedHashMap<>(64, 0.75f, true);
    private int instances;

    KnownOriginals(Database database, IndexWriter writer) {
        this.database = database;
        this.writer = writer;
    }

    /** How many versions of an instance are known, or -1 if this very original is. */
    synchronized int versions(String studyUid, String sopUid, byte[] digest) throws IndexException {
        List<byte[]> known = study(studyUid).getOrDefault(sopUid, List.of());
        if (isAmong(known, digest) && isDeleted(studyUid, sopUid, digest)) {
            forget(studyUid);
            known = study(studyUid).getOrDefault(sopUid, List.of());
        }
        return isAmong(known, digest) ? -1 : known.size();
    }

    private static boolean isAmong(List<byte[]> known, byte[] digest) {
        return known.stream().anyMatch(other -> Arrays.equals(other, digest));
    }

    /** A row that is not there yet waits in this appliance's own queue: it is not deleted. */
    private boolean isDeleted(String studyUid, String sopUid, byte[] digest) throws IndexException {
        List<InstanceRow> same = database
                .inTransaction(em -> em.createQuery(
                                "SELECT i FROM InstanceRow i WHERE i.studyUid = :study AND i.sopUid = :sop",
                                InstanceRow.class)
                        .setParameter("study", studyUid)
                        .setParameter("sop", sopUid)
                        .getResultList())
                .stream()
                .filter(row -> Arrays.equals(row.originalDigest, digest))
                .toList();
        return !same.isEmpty() && same.stream().allMatch(Rows::isDeleted);
    }

    synchronized void add(String studyUid, String sopUid, byte[] digest) {
        Map<String, List<byte[]>> study = studies.get(studyUid);
        // Without an entry the next question loads the study, this instance with it.
        if (study != null) {
            List<byte[]> known = study.computeIfAbsent(sopUid, key -> new ArrayList<>(1));
            // A study that was loaded a moment ago may have it from the index.
            if (!isAmong(known, digest)) {
                known.add(digest);
                instances++;
            }
        }
    }

    /** What was deleted is not known any more: sent again it is new. */
    synchronized void forget(String studyUid) {
        Map<String, List<byte[]>> known = studies.remove(studyUid);
        if (known != null) {
            instances -= count(known);
        }
    }

    private static int count(Map<String, List<byte[]>> study) {
        return study.values().stream().mapToInt(List::size).sum();
    }

    private Map<String, List<byte[]>> study(String studyUid) throws IndexException {
        Map<String, List<byte[]>> known = studies.get(studyUid);
        if (known != null) {
            return known;
        }
        writer.flush();
        List<Object[]> rows = database.inTransaction(em -> em.createQuery(
                        "SELECT i.sopUid, i.originalDigest FROM InstanceRow i WHERE i.studyUid = :study"
                                + " AND i.presence <> 'DELETED'",
                        Object[].class)
                .setParameter("study", studyUid)
                .getResultList());
        Map<String, List<byte[]>> loaded = new HashMap<>();
        rows.forEach(row -> loaded.computeIfAbsent((String) row[0], key -> new ArrayList<>(1))
                .add((byte[]) row[1]));
        studies.put(studyUid, loaded);
        instances += rows.size();
        shrink(studyUid);
        return loaded;
    }

    private void shrink(String keep) {
        var eldest = studies.entrySet().iterator();
        while ((studies.size() > MOST_STUDIES || instances > MOST_INSTANCES) && eldest.hasNext()) {
            var entry = eldest.next();
            if (!entry.getKey().equals(keep)) {
                instances -= count(entry.getValue());
                eldest.remove();
            }
        }
    }
}
