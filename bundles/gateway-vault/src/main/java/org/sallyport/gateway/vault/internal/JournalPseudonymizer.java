package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.ByteBuffer;
import java.nio.file.Path;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultAdministration.MergeChange;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Assignments.Study;
import org.sallyport.gateway.vault.internal.Generations.Generation;
import org.sallyport.gateway.vault.internal.Row.ForeignKey.Kind;
import org.sallyport.gateway.vault.internal.Tombstones.Tombstone;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Assignments in the vault journal. The maps are guarded by this object's monitor; a first sight is forced to disk within it. */
@Component(service = {Pseudonymizer.class, PatientRegister.class, JournalPseudonymizer.class})
public final class JournalPseudonymizer implements Pseudonymizer, PatientRegister {

    private static final Logger LOG = LoggerFactory.getLogger(JournalPseudonymizer.class);

    private final Assignments assignments = new Assignments();
    private final Journal journal;
    private final Tombstones tombstones;
    private final VaultKeys keys;
    private final PatientLookup lookup;
    private final KeyWrap keyWrap;
    private final NewPatients newPatients;
    private final ForeignKeys foreignKeys;
    /** Replaced under the monitor. */
    private volatile Generations generations;
    /** The own one first, then those of other vaults; replaced under the monitor. */
    private volatile List<PatientLookup> lookups;

    @Activate
    public JournalPseudonymizer(@Reference KeyHolder keys) throws IOException {
        this(DataFolder.of("vault"), keys.keys(), keys.randomPseudonyms());
    }

    JournalPseudonymizer(Path folder, VaultKeys keys, boolean random) throws IOException {
        this(folder, keys, random, JournalFile::new);
    }

    JournalPseudonymizer(Path folder, VaultKeys keys, boolean random, Journal.Disk disk) throws IOException {
        this.keys = keys;
        this.lookup = new PatientLookup(new Hmac(keys.patientLookup()));
        this.keyWrap = new KeyWrap(keys.keyEncryptionKey());
        this.newPatients = new NewPatients(random, keyWrap);
        this.foreignKeys = new ForeignKeys(keyWrap);
        this.tombstones = new Tombstones(folder);
        this.journal = Journal.open(folder, reader(assignments), disk);
        try {
            checkKey(folder);
            this.generations = generations();
            this.lookups = lookups();
            obeyTombstones();
        } catch (VaultException e) {
            journal.close();
            throw e;
        }
    }

    private Generations generations() throws VaultException {
        return new Generations(
                keys,
                assignments.generation(),
                foreignKeys.unwrap(Kind.GENERATION, assignments.foreignKeys(Kind.GENERATION)));
    }

    private List<PatientLookup> lookups() throws VaultException {
        List<PatientLookup> all = new ArrayList<>(List.of(lookup));
        for (byte[] key : foreignKeys.unwrap(Kind.LOOKUP, assignments.foreignKeys(Kind.LOOKUP))) {
            all.add(new PatientLookup(new Hmac(key)));
        }
        return List.copyOf(all);
    }

    private static Journal.Reader reader(Assignments assignments) {
        return new Journal.Reader() {
            @Override
            public void record(ByteBuffer payload) throws VaultException {
                assignments.read(payload);
            }

            @Override
            public void damaged(String where, byte[] payload) throws VaultException {
                assignments.readDamaged(where, payload);
                LOG.error("{}: whose row it is gets nothing done until the journal is restored from a backup", where);
            }
        };
    }

    /** The journal may be one of an older back-up, or a crash came before the keys were destroyed. */
    private synchronized void obeyTombstones() throws VaultException {
        List<Row> rows = new ArrayList<>();
        for (Tombstone one : tombstones.all()) {
            Patient patient = assignments.patientCalled(one.pseudonym());
            if (patient != null && patient.number() == one.number()) {
                rows.add(new Row.Erase(one.number(), one.at()));
            }
        }
        for (Row row : rows) {
            append(row);
        }
        if (!rows.isEmpty()) {
            LOG.warn("{} patients who had been erased were erased again: the journal is one of before", rows.size());
        }
        destroyKeys();
    }

    private void destroyKeys() throws VaultException {
        Set<Integer> erased = assignments.keysToDestroy();
        if (!erased.isEmpty()) {
            journal.rewrite(record -> Erasure.without(erased, record), List.of());
            assignments.keysAreDestroyed();
        }
    }

    /** Under another key each known patient would silently get a second pseudonym. */
    private void checkKey(Path folder) throws VaultException {
        Patient any = assignments.anyWithKey();
        if (any != null) {
            try {
                dataKey(any.number());
            } catch (VaultException e) {
                throw new VaultException(
                        folder.resolve(Journal.FILE) + " was written under another key than the vault was opened with:"
                                + " restore the whole folder from the same backup",
                        e);
            }
        }
    }

    @Deactivate
    void close() throws IOException {
        journal.close();
    }

    @Override
    public synchronized StudyContext assign(PatientIdentity identity) throws VaultException {
        Patient own = patient(identity);
        Study known = study(identity.studyInstanceUid());
        requireWhole(identity, own, known);
        if (known != null) {
            if ((own == null || !assignments.merges().areSame(own.number(), known.patient()))
                    && !isLinkedTo(known, identity)) {
                throw new SecondPatientException(
                        context(known, identity.studyInstanceUid()).studyInstanceUid());
            }
            return context(known, identity.studyInstanceUid());
        }
        if (own == null) {
            byte[] digest = lookup.of(identity);
            int generation = generations.present();
            own = newPatients.of(digest, generation, generations.of(generation).pseudonymKey(), assignments);
            append(new Row.NewPatient(digest, lookup.byId(identity), own));
        }
        Patient patient = assignments.present(own);
        UUID uid = uuid(patient.generation(), identity.studyInstanceUid());
        Row study = new Row.NewStudy(uid, patient.number(), patient.generation(), patient.shiftDays(), null, false);
        if (patient.number() == own.number()) {
            append(study);
        } else {
            // The rest of it still comes under this id, and is the study's also when the two are split again.
            append(List.of(study, new Row.Link(lookup.within(identity), new byte[32], patient.number())));
        }
        return context(Objects.requireNonNull(assignments.study(uid)), identity.studyInstanceUid());
    }

    /** Who is known by a damaged row only must not be taken for somebody new. */
    private void requireWhole(PatientIdentity identity, @Nullable Patient own, @Nullable Study known)
            throws VaultException {
        DamagedRows damaged = assignments.damaged();
        if (damaged.isEmpty()) {
            return;
        }
        boolean whole = known == null
                ? generations.all().stream()
                        .noneMatch(generation -> damaged.hasStudy(
                                JournalStudyContext.uuid(generation.pseudonymKey(), identity.studyInstanceUid())))
                : !damaged.hasPatient(known.patient());
        if (!whole || own == null && lookups.stream().anyMatch(one -> damaged.hasPatient(one.of(identity)))) {
            throw new VaultException(
                    "the row of this patient or study in the vault journal is damaged: restore it from a backup");
        }
    }

    /** Whether this id is the study's patient's within this study only: other studies of the id are someone else's. */
    private boolean isLinkedTo(Study study, PatientIdentity identity) {
        return lookups.stream().anyMatch(one -> {
            Patient linked = assignments.patient(one.within(identity));
            return linked != null && linked.number() == study.patient();
        });
    }

    @Override
    public synchronized Optional<StudyContext> find(String pseudonymousStudyInstanceUid) {
        Study own = JournalStudyContext.uuidOf(pseudonymousStudyInstanceUid)
                .map(assignments::study)
                .filter(study -> !study.keepsUids())
                .orElse(null);
        if (own != null) {
            return Optional.of(context(own, pseudonymousStudyInstanceUid));
        }
        Study kept = study(pseudonymousStudyInstanceUid);
        return kept == null || !kept.keepsUids()
                ? Optional.empty()
                : Optional.of(context(kept, pseudonymousStudyInstanceUid));
    }

    @Override
    public synchronized @Nullable String present(String pseudonym) {
        Patient patient = assignments.patientCalled(pseudonym);
        return patient == null ? null : assignments.present(patient).pseudonym();
    }

    @Override
    public synchronized Set<String> all(String pseudonym) {
        Patient patient = assignments.patientCalled(pseudonym);
        return patient == null ? Set.of() : Set.copyOf(assignments.pseudonyms(patient.number()));
    }

    @Override
    public synchronized boolean isErased(String pseudonym) {
        return assignments.isErased(pseudonym);
    }

    @Override
    public synchronized List<String> find(@Nullable String issuer, String patientId) {
        PatientIdentity identity = new PatientIdentity(issuer, patientId, "");
        if (PatientLookup.isNoId(patientId.strip())) {
            return List.of();
        }
        if (issuer == null) {
            return lookups.stream()
                    .flatMap(one -> assignments.patientsById(one.byId(identity)).stream())
                    .map(patient -> assignments.present(patient).pseudonym())
                    .distinct()
                    .toList();
        }
        Patient patient = patient(identity);
        return patient == null
                ? List.of()
                : List.of(assignments.present(patient).pseudonym());
    }

    @Override
    public List<String> candidates(String uid) {
        List<String> candidates = new ArrayList<>(List.of(uid));
        for (Generation generation : generations.all()) {
            candidates.add(Uids.fromUuid(JournalStudyContext.uuid(generation.pseudonymKey(), uid)));
        }
        return candidates;
    }

    // ---- what an administrator decides

    /** New patients are mapped under the next generation. */
    synchronized int nextGeneration() throws VaultException {
        int next = assignments.generation() + 1;
        if (next > Generations.LAST) {
            throw new VaultException("there are " + Generations.LAST + " key generations: no more are possible");
        }
        append(new Row.NewGeneration(next));
        generations = generations();
        return next;
    }

    synchronized int generation() {
        return assignments.generation();
    }

    /** From now on new studies of the first are the second's. */
    synchronized void merge(String pseudonym, String into, Instant at) throws VaultException {
        Patient from = called(pseudonym);
        Patient to = called(into);
        if (assignments.merges().areSame(from.number(), to.number())) {
            throw new VaultException(pseudonym + " and " + into + " are one patient already");
        }
        if (assignments.merges().isMerged(from.number())) {
            throw new VaultException(pseudonym + " is merged into "
                    + assignments.present(from).pseudonym() + ": merge that one, or split " + pseudonym + " first");
        }
        append(new Row.Merge(new Merges.Change(at, from.number(), to.number())));
    }

    /** From now on new studies are the patient's own again. */
    synchronized void split(String pseudonym, Instant at) throws VaultException {
        Patient from = called(pseudonym);
        if (!assignments.merges().isMerged(from.number())) {
            throw new VaultException(pseudonym + " is merged into nobody");
        }
        append(new Row.Merge(new Merges.Change(at, from.number(), Merges.NOBODY)));
    }

    /**
     * Destroys the patient's data key, here and in the journal, and what finds the patient. What was sealed cannot be opened any more; the pseudonym is never
     * given again.
     */
    synchronized void erase(String pseudonym, Instant at) throws VaultException {
        Patient patient = called(pseudonym);
        if (assignments.merges().isMerged(patient.number())
                || assignments.merges().hasOthers(patient.number())) {
            throw new VaultException(
                    pseudonym + " is merged with others: split them, and erase each (patient:history)");
        }
        // First: whatever happens then, it is done at the latest when the vault opens next.
        tombstones.add(new Tombstone(patient.number(), patient.pseudonym(), at));
        append(new Row.Erase(patient.number(), at));
        destroyKeys();
    }

    private Patient called(String pseudonym) throws VaultException {
        Patient patient = assignments.patientCalled(pseudonym);
        if (patient == null) {
            throw new VaultException("no patient has or had the pseudonym " + pseudonym);
        }
        return patient;
    }

    /** Of all patients, the oldest first; by the pseudonyms that they have by themselves. */
    synchronized List<MergeChange> merges() throws VaultException {
        List<MergeChange> changes = new ArrayList<>();
        for (Merges.Change change : assignments.merges().history()) {
            String into = change.into() == Merges.NOBODY
                    ? null
                    : assignments.patient(change.into()).pseudonym();
            changes.add(new MergeChange(
                    change.at(), assignments.patient(change.from()).pseudonym(), into));
        }
        return changes;
    }

    /** The journal as it is now. Nothing is assigned meanwhile. */
    synchronized void copyTo(OutputStream out) throws IOException {
        journal.copyTo(out);
    }

    /** The data key of a patient by the number that a ciphertext names. */
    synchronized byte[] dataKey(int patientNumber) throws VaultException {
        Patient patient = assignments.patient(patientNumber);
        if (assignments.damaged().hasPatient(patientNumber)) {
            throw new VaultException("the row of patient number " + patientNumber
                    + " in the vault journal is damaged: restore it from a backup");
        }
        if (patient.isErased()) {
            throw new ErasedException(
                    "patient " + patient.pseudonym() + " was erased: what was sealed of it stays closed");
        }
        return keyWrap.unwrap(patientNumber, patient.wrappedKey());
    }

    /** @param uid original or pseudonymous; of a study that keeps its UIDs they are the same */
    private StudyContext context(Study study, String uid) {
        Generation generation = generations.of(study.generation());
        return new JournalStudyContext(
                study,
                study.keepsUids() ? uid : Uids.fromUuid(study.uid()),
                generation.pseudonymKey(),
                generation.digestKey());
    }

    // ---- for the import of an earlier proxy's mappings

    /** The patient by issuer and id, or by study where the id tells nobody apart. */
    synchronized @Nullable Patient patient(PatientIdentity identity) {
        for (PatientLookup one : lookups) {
            Patient patient = assignments.patient(one.of(identity));
            if (patient != null) {
                return patient;
            }
        }
        return null;
    }

    synchronized @Nullable Patient patientCalled(String pseudonym) {
        return assignments.patientCalled(pseudonym);
    }

    /** Whichever generation its patient is of. */
    synchronized @Nullable Study study(String originalUid) {
        for (Generation generation : generations.all()) {
            Study study = assignments.study(JournalStudyContext.uuid(generation.pseudonymKey(), originalUid));
            if (study != null) {
                return study;
            }
        }
        return null;
    }

    UUID uuid(int generation, String originalUid) {
        return JournalStudyContext.uuid(generations.of(generation).pseudonymKey(), originalUid);
    }

    /** What changes belong together; durable on return, all or none. */
    synchronized void append(List<Row> rows) throws VaultException {
        if (!rows.isEmpty()) {
            append(new Row.Several(rows));
        }
    }

    private void append(Row row) throws VaultException {
        journal.append(RowCode.encode(row));
        assignments.put(row);
    }

    /** However many; durable on return, all or none. Takes as long as the journal is long. */
    synchronized void appendAll(List<Row> rows) throws VaultException {
        journal.rewrite(
                record -> record, () -> rows.stream().map(RowCode::encode).iterator());
        for (Row row : rows) {
            assignments.put(row);
        }
        generations = generations();
        lookups = lookups();
    }

    /** What looks at all assignments. */
    interface AtRest<T> {
        T look(Assignments assignments, Journal journal) throws IOException;
    }

    /** Nothing is assigned meanwhile. */
    synchronized <T> T atRest(AtRest<T> what) throws IOException {
        return what.look(assignments, journal);
    }

    synchronized int nextNumber() {
        return assignments.nextNumber();
    }

    /** Not yet in the journal. */
    Patient newPatient(int number, String pseudonym) throws VaultException {
        return newPatients.called(number, pseudonym, generations.present());
    }

    /** Not yet in the journal. */
    Patient newPatient(int number, String pseudonym, int generation, int shiftDays) throws VaultException {
        return newPatients.called(number, pseudonym, generation, shiftDays);
    }

    /** By which new patients are recognised. */
    PatientLookup lookup() {
        return lookup;
    }

    /** The own one first, then those of other vaults. */
    List<PatientLookup> allLookups() {
        return lookups;
    }

    ForeignKeys foreignKeys() {
        return foreignKeys;
    }
}
