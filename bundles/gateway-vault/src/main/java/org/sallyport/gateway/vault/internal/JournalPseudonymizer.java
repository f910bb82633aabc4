package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
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
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Assignments.Study;

/** Assignments in the vault journal. The maps are guarded by this object's monitor; a first sight is forced to disk within it. */
@Component(service = {Pseudonymizer.class, PatientRegister.class, JournalPseudonymizer.class})
public final class JournalPseudonymizer implements Pseudonymizer, PatientRegister {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int GENERATION = 1;
    private static final int LONGEST_SHIFT = 3650;
    private static final int PSEUDONYM_DIGITS = 12;
    private static final Set<String> NO_IDS =
            Set.of("UNKNOWN", "UNK", "NONE", "NA", "N/A", "NULL", "ANONYMOUS", "ANON", "NOID", "TEST");

    private final boolean random;
    private final Assignments assignments = new Assignments();
    private final Journal journal;
    private final Hmac lookupKey;
    private final Hmac pseudonymKey;
    private final Hmac digestKey;
    private final KeyWrap keyWrap;

    @Activate
    public JournalPseudonymizer(@Reference KeyHolder keys) throws IOException {
        this(DataFolder.of("vault"), keys.keys(), keys.randomPseudonyms());
    }

    JournalPseudonymizer(Path folder, VaultKeys keys, boolean random) throws IOException {
        this(folder, keys, random, JournalFile::new);
    }

    JournalPseudonymizer(Path folder, VaultKeys keys, boolean random, Journal.Disk disk) throws IOException {
        this.random = random;
        this.lookupKey = keys.patientLookupKey();
        this.pseudonymKey = keys.pseudonymKey(GENERATION);
        this.digestKey = keys.originalDigestKey(GENERATION);
        this.keyWrap = new KeyWrap(keys.keyEncryptionKey());
        this.journal = Journal.open(folder, assignments::read, disk);
        try {
            checkKey(folder);
        } catch (VaultException e) {
            journal.close();
            throw e;
        }
    }

    /** Under another key each known patient would silently get a second pseudonym. */
    private void checkKey(Path folder) throws VaultException {
        if (assignments.nextNumber() > 0) {
            try {
                dataKey(0);
            } catch (VaultException e) {
                throw new VaultException(
                        folder.resolve(Journal.FILE) + " was written under another key than that in "
                                + folder.resolve(KeyFile.KEYS) + ": restore both from the same backup",
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
        byte[] lookup = lookup(identity);
        UUID uid = JournalStudyContext.uuid(pseudonymKey, identity.studyInstanceUid());
        Patient patient = assignments.patient(lookup);
        Study study = assignments.study(uid);
        if (study != null) {
            if ((patient == null || study.patient() != patient.number()) && !isLinkedTo(study, identity)) {
                throw new SecondPatientException(
                        context(study, identity.studyInstanceUid()).studyInstanceUid());
            }
            return context(study, identity.studyInstanceUid());
        }
        if (patient == null) {
            byte[] idLookup = idLookup(identity);
            patient = newPatient(lookup);
            journal.append(Assignments.record(lookup, idLookup, patient));
            assignments.put(lookup, idLookup, patient);
        }
        study = new Study(uid, patient.number(), patient.generation(), patient.shiftDays(), patient.pseudonym(), false);
        journal.append(Assignments.record(study));
        assignments.put(study);
        return context(study, identity.studyInstanceUid());
    }

    /** Whether this id is the study's patient's within this study only: other studies of the id are someone else's. */
    private boolean isLinkedTo(Study study, PatientIdentity identity) {
        Patient linked = assignments.patient(lookupWithin(identity));
        return linked != null && linked.number() == study.patient();
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
        Study kept = assignments.study(JournalStudyContext.uuid(pseudonymKey, pseudonymousStudyInstanceUid));
        return kept == null || !kept.keepsUids()
                ? Optional.empty()
                : Optional.of(context(kept, pseudonymousStudyInstanceUid));
    }

    @Override
    public synchronized @Nullable String present(String pseudonym) {
        Patient patient = assignments.patientCalled(pseudonym);
        return patient == null ? null : patient.pseudonym();
    }

    @Override
    public synchronized Set<String> all(String pseudonym) {
        Patient patient = assignments.patientCalled(pseudonym);
        return patient == null ? Set.of() : Set.copyOf(assignments.pseudonyms(patient.number()));
    }

    @Override
    public synchronized List<String> find(@Nullable String issuer, String patientId) {
        PatientIdentity identity = new PatientIdentity(issuer, patientId, "");
        if (isNoId(patientId.strip())) {
            return List.of();
        }
        if (issuer == null) {
            return assignments.patientsById(idLookup(identity)).stream()
                    .map(Patient::pseudonym)
                    .toList();
        }
        Patient patient = assignments.patient(lookup(identity));
        return patient == null ? List.of() : List.of(patient.pseudonym());
    }

    @Override
    public List<String> candidates(String uid) {
        return List.of(uid, Uids.fromUuid(JournalStudyContext.uuid(pseudonymKey, uid)));
    }

    /** The data key of a patient by the number that a ciphertext names. */
    synchronized byte[] dataKey(int patientNumber) throws VaultException {
        return keyWrap.unwrap(patientNumber, assignments.patient(patientNumber).wrappedKey());
    }

    /** @param uid original or pseudonymous; of a study that keeps its UIDs they are the same */
    private StudyContext context(Study study, String uid) {
        return new JournalStudyContext(
                study, study.keepsUids() ? uid : Uids.fromUuid(study.uid()), pseudonymKey, digestKey);
    }

    // ---- for the import of an earlier proxy's mappings

    /** The patient by issuer and id, or by study where the id tells nobody apart. */
    synchronized @Nullable Patient patient(PatientIdentity identity) {
        return assignments.patient(lookup(identity));
    }

    synchronized @Nullable Patient patientCalled(String pseudonym) {
        return assignments.patientCalled(pseudonym);
    }

    synchronized @Nullable Study study(String originalUid) {
        return assignments.study(JournalStudyContext.uuid(pseudonymKey, originalUid));
    }

    UUID uuid(String originalUid) {
        return JournalStudyContext.uuid(pseudonymKey, originalUid);
    }

    /** What changes belong together; durable on return, all or none. */
    synchronized void append(List<byte[]> records) throws VaultException {
        if (!records.isEmpty()) {
            byte[] all = Assignments.several(records);
            journal.append(all);
            assignments.read(ByteBuffer.wrap(all));
        }
    }

    synchronized int nextNumber() {
        return assignments.nextNumber();
    }

    /** Not yet in the journal. */
    Patient newPatient(int number, String pseudonym) throws VaultException {
        long seed = ByteBuffer.wrap(randomBytes()).getLong();
        return new Patient(number, pseudonym, GENERATION, shift(seed), keyWrap.wrap(number, randomBytes()));
    }

    private static int shift(long seed) {
        return 1 + (int) Long.remainderUnsigned(seed, LONGEST_SHIFT);
    }

    /** A missing or default id tells nobody apart: such a patient is known by the study. */
    byte[] lookup(PatientIdentity identity) {
        String id = id(identity);
        String issuer = issuer(identity);
        return isNoId(id)
                ? lookupKey.of(field("study"), field(identity.studyInstanceUid()))
                : lookupKey.of(field("patient"), field(issuer), field(id));
    }

    /** By the id alone, whoever issued it; zeros if it tells nobody apart. */
    byte[] idLookup(PatientIdentity identity) {
        String id = id(identity);
        return isNoId(id) ? new byte[32] : lookupKey.of(field("id"), field(id));
    }

    /** Of an id that is this patient's within one study only. */
    byte[] lookupWithin(PatientIdentity identity) {
        return lookupKey.of(
                field("within"), field(issuer(identity)), field(id(identity)), field(identity.studyInstanceUid()));
    }

    private static String id(PatientIdentity identity) {
        return identity.patientId() == null ? "" : identity.patientId().strip();
    }

    private static String issuer(PatientIdentity identity) {
        return identity.issuer() == null ? "" : identity.issuer().strip();
    }

    static boolean isNoId(String id) {
        return NO_IDS.contains(id.toUpperCase(Locale.ROOT))
                || id.codePoints().noneMatch(c -> Character.isLetterOrDigit(c) && c != '0');
    }

    /** With its length, so that no two lists of fields give the same bytes. */
    private static byte[] field(String text) {
        byte[] bytes = text.getBytes(StandardCharsets.UTF_8);
        return ByteBuffer.allocate(4 + bytes.length)
                .putInt(bytes.length)
                .put(bytes)
                .array();
    }

    private Patient newPatient(byte[] lookup) throws VaultException {
        byte[] seed = random ? randomBytes() : pseudonymKey.of(field("pseudonym"), lookup);
        String digits = HexFormat.of().withUpperCase().formatHex(seed);
        int length = PSEUDONYM_DIGITS;
        while (assignments.isTaken("ANON-" + digits.substring(0, length))) {
            length++;
        }
        long shiftSeed = ByteBuffer.wrap(random ? randomBytes() : pseudonymKey.of(field("shift"), lookup))
                .getLong();
        int number = assignments.nextNumber();
        byte[] wrapped = keyWrap.wrap(number, randomBytes());
        return new Patient(number, "ANON-" + digits.substring(0, length), GENERATION, shift(shiftSeed), wrapped);
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
