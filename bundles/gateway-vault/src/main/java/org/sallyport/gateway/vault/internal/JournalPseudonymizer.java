package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Assignments.Patient;
import org.sallyport.gateway.vault.internal.Assignments.Study;

/** Assignments in the vault journal. The maps are guarded by this object's monitor; a first sight is forced to disk within it. */
@Component(
        service = {Pseudonymizer.class, JournalPseudonymizer.class},
        configurationPid = "org.sallyport.vault")
@Designate(ocd = VaultConfiguration.class)
public final class JournalPseudonymizer implements Pseudonymizer {

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
    public JournalPseudonymizer(VaultConfiguration configuration, @Reference KeyHolder keys) throws IOException {
        this(DataFolder.of("vault"), keys.keys(), isRandom(configuration.pseudonyms()));
    }

    JournalPseudonymizer(Path folder, VaultKeys keys, boolean random) throws IOException {
        this.random = random;
        this.lookupKey = keys.patientLookupKey();
        this.pseudonymKey = keys.pseudonymKey(GENERATION);
        this.digestKey = keys.originalDigestKey(GENERATION);
        this.keyWrap = new KeyWrap(keys.keyEncryptionKey());
        this.journal = Journal.open(folder, assignments::read);
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

    private static boolean isRandom(String setting) {
        return switch (setting.strip()) {
            case "keyed" -> false;
            case "random" -> true;
            default ->
                throw new IllegalArgumentException(
                        "pseudonyms \"" + setting + "\": must be keyed or random (org.sallyport.vault.cfg)");
        };
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
            if (patient == null || study.patient().number() != patient.number()) {
                throw new SecondPatientException(org.sallyport.dicom.data.Uids.fromUuid(uid));
            }
            return context(study);
        }
        if (patient == null) {
            patient = newPatient(lookup);
            journal.append(Assignments.record(lookup, patient));
            assignments.put(lookup, patient);
        }
        study = new Study(uid, patient, patient.generation(), patient.shiftDays());
        journal.append(Assignments.record(study));
        assignments.put(study);
        return context(study);
    }

    @Override
    public synchronized Optional<StudyContext> find(String pseudonymousStudyInstanceUid) {
        return JournalStudyContext.uuidOf(pseudonymousStudyInstanceUid)
                .map(assignments::study)
                .map(this::context);
    }

    /** The data key of a patient by the number that a ciphertext names. */
    synchronized byte[] dataKey(int patientNumber) throws VaultException {
        return keyWrap.unwrap(patientNumber, assignments.patient(patientNumber).wrappedKey());
    }

    private StudyContext context(Study study) {
        return new JournalStudyContext(study, pseudonymKey, digestKey);
    }

    /** A missing or default id tells nobody apart: such a patient is known by the study. */
    private byte[] lookup(PatientIdentity identity) {
        String id = identity.patientId() == null ? "" : identity.patientId().strip();
        String issuer = identity.issuer() == null ? "" : identity.issuer().strip();
        return isNoId(id)
                ? lookupKey.of(field("study"), field(identity.studyInstanceUid()))
                : lookupKey.of(field("patient"), field(issuer), field(id));
    }

    private static boolean isNoId(String id) {
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
        int shift = 1 + (int) Long.remainderUnsigned(shiftSeed, LONGEST_SHIFT);
        int number = assignments.nextNumber();
        byte[] wrapped = keyWrap.wrap(number, randomBytes());
        return new Patient(number, "ANON-" + digits.substring(0, length), GENERATION, shift, wrapped);
    }

    private byte[] randomBytes() {
        byte[] bytes = new byte[32];
        RANDOM.nextBytes(bytes);
        return bytes;
    }
}
