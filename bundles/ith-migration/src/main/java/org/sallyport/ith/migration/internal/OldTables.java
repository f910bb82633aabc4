package org.sallyport.ith.migration.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.sql.ResultSet;
import java.sql.SQLException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.EarlierMappings;
import org.sallyport.gateway.api.vault.EarlierMappings.EarlierPatient;
import org.sallyport.gateway.api.vault.EarlierMappings.Outcome;
import org.sallyport.gateway.api.vault.EarlierMappings.PatientsOutcome;
import org.sallyport.gateway.api.vault.MappingImport.Report;

/**
 * Streams the old tables into a run. Of patients only those are held in memory whose id stands in more than one row; the others are recognised by eight
 * bytes each. Owned by one thread.
 */
final class OldTables {

    private static final SecureRandom RANDOM = new SecureRandom();

    private final OldDatabase database;
    private final @Nullable Fernet fernet;
    private final EarlierMappings.Run run;
    private final OldValues values = new OldValues();
    private final Tally tally = new Tally();
    private final byte[] salt = new byte[16];
    private int unreadable;

    OldTables(OldDatabase database, @Nullable Fernet fernet, EarlierMappings.Run run) {
        this.database = database;
        this.fernet = fernet;
        this.run = run;
        RANDOM.nextBytes(salt);
    }

    // ---- patients

    void patients() throws IOException {
        Set<Long> several = idsOfSeveral();
        Map<String, List<EarlierPatient>> together = new LinkedHashMap<>();
        database.each(
                "SELECT original_patient_name, original_patient_id, anonymous_patient_name, anonymous_patient_id,"
                        + " phi_metadata FROM patient_mappings ORDER BY created_at, id",
                row -> {
                    String pseudonym = text(row, 4);
                    String id = opened(text(row, 2));
                    String name = opened(text(row, 1));
                    tally.count("patients: rows");
                    if (id == null || name == null) {
                        tally.list("patients not taken: their name or id is encrypted under another key", pseudonym);
                        return;
                    }
                    if (!pseudonym.equals(text(row, 3))) {
                        tally.list(
                                "patients whose anonymous name is not their anonymous id; the id is used", pseudonym);
                    }
                    EarlierPatient patient = new EarlierPatient(pseudonym, values(row, name, id));
                    if (several.contains(digest(id))) {
                        together.computeIfAbsent(id, key -> new ArrayList<>()).add(patient);
                    } else {
                        take(id, List.of(patient));
                    }
                });
        for (Map.Entry<String, List<EarlierPatient>> one : together.entrySet()) {
            take(one.getKey(), one.getValue());
        }
    }

    private Map<String, String> values(ResultSet row, String name, String id) throws SQLException {
        Map<String, String> kept = values.read(row.getString(5));
        if (kept.isEmpty()) {
            tally.count("patients of whom only name and id were kept");
        }
        putOver(kept, "PatientName", name);
        putOver(kept, "PatientID", id);
        return kept;
    }

    private static void putOver(Map<String, String> values, String keyword, String value) {
        values.remove(keyword);
        OldValues.putColumn(values, keyword, value);
    }

    private void take(String id, List<EarlierPatient> patients) throws IOException {
        PatientsOutcome outcome = run.patients(id, patients);
        for (int i = 0; i < patients.size(); i++) {
            String pseudonym = patients.get(i).pseudonym();
            switch (outcome.outcomes().get(i)) {
                case TAKEN -> tally.count("patients: pseudonyms taken over");
                case KNOWN -> tally.count("patients: pseudonyms taken over before");
                case JOINED ->
                    tally.list("pseudonyms of patients who are here already, under another that is used on", pseudonym);
                default ->
                    tally.list(
                            "pseudonyms not taken: no letters, digits, dots, hyphens and underscores alone,"
                                    + " or another patient's",
                            pseudonym);
            }
        }
        if (patients.size() > 1) {
            String all = String.join(
                    " ", patients.stream().map(EarlierPatient::pseudonym).toList());
            tally.list(
                    outcome.keptApart()
                            ? "pseudonyms kept apart: one id, and names with nothing in common, or an id that names nobody"
                            : "pseudonyms that are one patient's; the last is used on",
                    all);
        }
    }

    /** Digests of the ids that stand in more than one row. */
    private Set<Long> idsOfSeveral() throws IOException {
        long[][] digests = {new long[1024]};
        int[] count = {0};
        database.each("SELECT original_patient_id FROM patient_mappings", row -> {
            String id = opened(text(row, 1));
            if (id != null) {
                if (count[0] == digests[0].length) {
                    digests[0] = Arrays.copyOf(digests[0], 2 * count[0]);
                }
                digests[0][count[0]++] = digest(id);
            }
        });
        long[] sorted = Arrays.copyOf(digests[0], count[0]);
        Arrays.sort(sorted);
        Set<Long> several = new HashSet<>();
        for (int i = 1; i < sorted.length; i++) {
            if (sorted[i] == sorted[i - 1]) {
                several.add(sorted[i]);
            }
        }
        return several;
    }

    private long digest(String id) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            digest.update(salt);
            return ByteBuffer.wrap(digest.digest(id.strip().getBytes(StandardCharsets.UTF_8)))
                    .getLong();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }

    private static String text(ResultSet row, int column) throws SQLException {
        String text = row.getString(column);
        return text == null ? "" : text.strip();
    }

    /** @return null if it is encrypted under another key */
    private @Nullable String opened(String value) throws IOException {
        if (!Fernet.isToken(value)) {
            return value;
        }
        if (fernet == null) {
            throw new IOException(
                    "names or ids of the old database are encrypted: give the old proxy's ENCRYPTION_KEY or"
                            + " SECRET_KEY; nothing was imported");
        }
        try {
            return fernet.open(value);
        } catch (IOException e) {
            unreadable++;
            return null;
        }
    }

    // ---- studies and series

    void studies() throws IOException {
        database.each(
                "SELECT study_instance_uid, patient_id, study_date, study_time, study_description, accession_number,"
                        + " phi_metadata FROM sessions ORDER BY id",
                row -> {
                    String uid = text(row, 1);
                    Map<String, String> kept = values.read(row.getString(7));
                    tally.count("studies: rows");
                    if (kept.isEmpty()) {
                        tally.list("studies of which nothing but their patient can be restored", uid);
                    }
                    OldValues.putColumn(kept, "StudyInstanceUID", uid);
                    OldValues.putDate(kept, "StudyDate", row.getString(3));
                    OldValues.putTime(kept, "StudyTime", row.getString(4));
                    OldValues.putColumn(kept, "StudyDescription", row.getString(5));
                    OldValues.putColumn(kept, "AccessionNumber", row.getString(6));
                    tell("studies", uid, run.study(text(row, 2), uid, kept));
                });
    }

    void series() throws IOException {
        database.each(
                "SELECT x.series_instance_uid, s.study_instance_uid, x.series_number, x.series_description, x.modality,"
                        + " x.phi_metadata FROM scans x JOIN sessions s ON x.session_id = s.id ORDER BY x.id",
                row -> {
                    String uid = text(row, 1);
                    Map<String, String> kept = values.read(row.getString(6));
                    tally.count("series: rows");
                    if (kept.isEmpty()) {
                        tally.count("series of which nothing was kept");
                    }
                    OldValues.putColumn(kept, "SeriesInstanceUID", uid);
                    OldValues.putColumn(kept, "SeriesNumber", row.getString(3));
                    OldValues.putColumn(kept, "SeriesDescription", row.getString(4));
                    OldValues.putColumn(kept, "Modality", row.getString(5));
                    tell("series", uid, run.series(text(row, 2), uid, kept));
                });
    }

    private void tell(String kind, String uid, Outcome outcome) {
        switch (outcome) {
            case TAKEN -> tally.count(kind + " taken over");
            case KNOWN -> tally.count(kind + " taken over before");
            case HERE -> tally.list(kind + " that are here already, under pseudonymous UIDs", uid);
            case BAD_UID -> tally.list(kind + " not taken: no valid UID", uid);
            default -> tally.list(kind + " not taken: nobody is known whom they belong to", uid);
        }
    }

    Report report() {
        tally.add("values that were no keyword with a text", values.passedOver());
        tally.add("encrypted values that did not open", unreadable);
        return tally.report();
    }
}
