package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.vault.EarlierMappings;
import org.sallyport.gateway.api.vault.EarlierMappings.EarlierPatient;
import org.sallyport.gateway.api.vault.EarlierMappings.Outcome;
import org.sallyport.gateway.api.vault.EarlierMappings.PatientsOutcome;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Assignments.Study;

/**
 * One run of taking over. Assignments go to the journal, some tens of kilobytes a force; what was kept of originals goes sealed to files that appear when they
 * are full, or at the end. Owned by one thread.
 */
final class EarlierRun implements EarlierMappings.Run {

    private static final int LONGEST_BATCH = 3_900;
    private static final int GROUPS = 100;

    private final JournalPseudonymizer assignments;
    private final PatientLookup lookup;
    private final SheetWriter sheets;
    private final List<String> issuers;
    private final boolean dryRun;
    /** Pseudonyms whose patient is not found by id alone, with the id. */
    private final Map<String, String> apart = new HashMap<>();
    /** Pseudonyms of this run. */
    private final Set<String> pretended = new HashSet<>();

    private final Set<String> pretendedStudies = new HashSet<>();
    private final List<Group> waiting = new ArrayList<>();
    private final List<Row> studies = new ArrayList<>();
    private int studyBytes;

    EarlierRun(SheetWriter sheets, JournalPseudonymizer assignments, List<String> issuers, boolean dryRun) {
        this.assignments = assignments;
        this.lookup = assignments.lookup();
        this.sheets = sheets;
        this.issuers = List.copyOf(issuers);
        this.dryRun = dryRun;
    }

    // ---- patients

    /**
     * Waits to be written together with others: each force of the journal costs a millisecond.
     *
     * @param id null = the patient is not found by an id
     */
    private record Group(@Nullable String id, List<EarlierPatient> patients) {}

    @Override
    public PatientsOutcome patients(@Nullable String patientId, List<EarlierPatient> sameId) throws IOException {
        String id = patientId == null ? "" : patientId.strip();
        boolean nobody = PatientLookup.isNoId(id);
        boolean keptApart = sameId.size() > 1 && (nobody || !haveANameInCommon(sameId));
        List<Outcome> outcomes = new ArrayList<>();
        if (nobody || keptApart) {
            for (EarlierPatient one : sameId) {
                apart.put(one.pseudonym(), nobody ? "" : id);
                outcomes.addAll(take(new Group(null, List.of(one))));
            }
        } else {
            outcomes.addAll(take(new Group(id, List.copyOf(sameId))));
        }
        if (waiting.size() >= GROUPS) {
            writeWaiting();
        }
        return new PatientsOutcome(outcomes, keptApart);
    }

    private List<Outcome> take(Group group) {
        List<Outcome> outcomes = new ArrayList<>();
        List<EarlierPatient> good = new ArrayList<>();
        Patient patient = known(group);
        boolean isById = group.id != null && byId(group.id) != null;
        for (EarlierPatient one : group.patients) {
            Patient called = assignments.patientCalled(one.pseudonym());
            boolean anothers = called == null
                    ? pretended.contains(one.pseudonym())
                    : patient != null && called.number() != patient.number();
            if (!MappingCode.PSEUDONYM.matcher(one.pseudonym()).matches()
                    || anothers
                    || assignments.isErased(one.pseudonym())) {
                outcomes.add(Outcome.BAD_PSEUDONYM);
                continue;
            }
            outcomes.add(called != null ? Outcome.KNOWN : isById ? Outcome.JOINED : Outcome.TAKEN);
            pretended.add(one.pseudonym());
            good.add(one);
        }
        if (!good.isEmpty()) {
            waiting.add(new Group(group.id, good));
        }
        return outcomes;
    }

    /** Who has the id, or one of the pseudonyms. */
    private @Nullable Patient known(Group group) {
        Patient patient = group.id == null ? null : byId(group.id);
        for (EarlierPatient one : group.patients) {
            patient = patient == null ? assignments.patientCalled(one.pseudonym()) : patient;
        }
        return patient;
    }

    private @Nullable Patient byId(String id) {
        for (String issuer : issuers) {
            Patient patient = assignments.patient(new PatientIdentity(issuer, id, ""));
            if (patient != null) {
                return patient;
            }
        }
        return null;
    }

    private void writeWaiting() throws IOException {
        if (!dryRun) {
            // Nobody else may give a patient a number meanwhile.
            synchronized (assignments) {
                List<Row> rows = new ArrayList<>();
                int next = assignments.nextNumber();
                for (Group group : waiting) {
                    Patient patient = known(group);
                    if (patient == null) {
                        addNew(group, next++, rows);
                    } else {
                        addTo(patient, group, rows);
                    }
                }
                append(rows);
            }
        }
        for (Group group : waiting) {
            for (EarlierPatient one : group.patients) {
                sheet(new Sheet(one.pseudonym(), null, null, one.values()));
            }
        }
        waiting.clear();
    }

    /** The newest pseudonym is the one that new studies get. */
    private void addNew(Group group, int number, List<Row> rows) throws IOException {
        String id = group.id;
        int newest = group.patients.size() - 1;
        Patient patient =
                assignments.newPatient(number, group.patients.get(newest).pseudonym());
        // Without an id it is found by its studies only.
        PatientIdentity first = id == null
                ? new PatientIdentity("earlier proxy", null, patient.pseudonym())
                : new PatientIdentity(issuers.get(0), id, "");
        rows.add(new Row.NewPatient(lookup.of(first), lookup.byId(first), patient));
        for (EarlierPatient older : group.patients.subList(0, newest)) {
            rows.add(new Row.Name(number, older.pseudonym(), false));
        }
        for (String issuer : id == null ? List.<String>of() : issuers.subList(1, issuers.size())) {
            rows.add(link(new PatientIdentity(issuer, id, ""), number));
        }
    }

    private void addTo(Patient patient, Group group, List<Row> rows) {
        for (EarlierPatient one : group.patients) {
            if (assignments.patientCalled(one.pseudonym()) == null) {
                rows.add(new Row.Name(patient.number(), one.pseudonym(), false));
            }
        }
        for (String issuer : group.id == null ? List.<String>of() : issuers) {
            PatientIdentity identity = new PatientIdentity(issuer, group.id, "");
            if (assignments.patient(identity) == null) {
                rows.add(link(identity, patient.number()));
            }
        }
    }

    private Row link(PatientIdentity identity, int patient) {
        return new Row.Link(lookup.of(identity), lookup.byId(identity), patient);
    }

    /** Of the parts of a name; one that two spellings share, however written. */
    private static boolean haveANameInCommon(List<EarlierPatient> patients) {
        Set<String> common = null;
        for (EarlierPatient patient : patients) {
            Set<String> parts = new HashSet<>(List.of(patient.values()
                    .getOrDefault("PatientName", "")
                    .toLowerCase(Locale.ROOT)
                    .split("[\\s^=,.\\\\]+", -1)));
            parts.removeIf(part -> part.length() < 2);
            if (common == null) {
                common = parts;
            } else {
                common.retainAll(parts);
            }
        }
        return common != null && !common.isEmpty();
    }

    /** In pieces that the journal takes; each counts by itself. */
    private void append(List<Row> rows) throws IOException {
        if (dryRun) {
            return;
        }
        List<Row> piece = new ArrayList<>();
        int length = 0;
        for (Row row : rows) {
            int more = RowCode.encode(row).length + 2;
            if (length + more > LONGEST_BATCH) {
                assignments.append(piece);
                piece = new ArrayList<>();
                length = 0;
            }
            piece.add(row);
            length += more;
        }
        assignments.append(piece);
    }

    // ---- studies and series

    @Override
    public Outcome study(String pseudonym, String studyInstanceUid, Map<String, String> values) throws IOException {
        if (!Uids.isValid(studyInstanceUid)) {
            return Outcome.BAD_UID;
        }
        writeWaiting();
        Patient patient = assignments.patientCalled(pseudonym);
        if (patient == null && !pretended.contains(pseudonym)) {
            return Outcome.NOBODY;
        }
        Study known = assignments.study(studyInstanceUid);
        Outcome outcome = known == null && pretendedStudies.add(studyInstanceUid)
                ? Outcome.TAKEN
                : known == null || known.keepsUids() ? Outcome.KNOWN : Outcome.HERE;
        if (outcome == Outcome.TAKEN && patient != null) {
            studies.add(new Row.NewStudy(
                    assignments.uuid(patient.generation(), studyInstanceUid),
                    patient.number(),
                    patient.generation(),
                    patient.shiftDays(),
                    pseudonym,
                    true));
            linkWithin(pseudonym, studyInstanceUid, patient);
            studyBytes += 200;
            if (studyBytes > LONGEST_BATCH * 8) {
                appendStudies();
            }
        }
        sheet(new Sheet(pseudonym, studyInstanceUid, null, values));
        return outcome;
    }

    /** Whose id tells nobody apart, or is several persons', is known within the study. */
    private void linkWithin(String pseudonym, String study, Patient patient) {
        String id = apart.get(pseudonym);
        if (id == null) {
            return;
        }
        for (String issuer : issuers) {
            PatientIdentity identity = new PatientIdentity(issuer, id, study);
            byte[] digest = id.isEmpty() ? lookup.of(identity) : lookup.within(identity);
            studies.add(new Row.Link(digest, new byte[32], patient.number()));
        }
    }

    private void appendStudies() throws IOException {
        append(studies);
        studies.clear();
        studyBytes = 0;
    }

    @Override
    public Outcome series(String studyInstanceUid, String seriesInstanceUid, Map<String, String> values)
            throws IOException {
        if (!Uids.isValid(seriesInstanceUid) || !Uids.isValid(studyInstanceUid)) {
            return Outcome.BAD_UID;
        }
        appendStudies();
        Study study = assignments.study(studyInstanceUid);
        if (study == null && !pretendedStudies.contains(studyInstanceUid)) {
            return Outcome.NOBODY;
        }
        String pseudonym = study == null ? "" : study.pseudonym();
        return sheet(new Sheet(pseudonym, studyInstanceUid, seriesInstanceUid, values)) ? Outcome.TAKEN : Outcome.KNOWN;
    }

    /** @return false if one of the same patient, study or series was there */
    private boolean sheet(Sheet sheet) throws IOException {
        if (sheets.isThere(sheet)) {
            return false;
        }
        if (!dryRun) {
            sheets.add(sheet);
        }
        return true;
    }

    @Override
    public void finish() throws IOException {
        writeWaiting();
        appendStudies();
        sheets.finish();
    }

    @Override
    public void close() throws IOException {
        sheets.close();
    }
}
