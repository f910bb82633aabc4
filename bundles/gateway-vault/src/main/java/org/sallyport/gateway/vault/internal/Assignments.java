package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Patients and studies as the journal tells them. A study keeps the pseudonym that its patient had when it was first seen. Not thread-safe: guarded
 * by {@link JournalPseudonymizer}.
 */
final class Assignments {

    static final byte PATIENT = 1;
    private static final byte STUDY = 2;
    static final byte PATIENT_WITH_ID = 3;
    private static final byte PSEUDONYM = 4;
    static final byte LINK = 5;
    private static final byte STUDY_WITH_PSEUDONYM = 6;
    static final byte SEVERAL = 7;
    private static final byte GENERATION = 8;
    private static final byte MERGE = 9;
    static final byte ERASED_PATIENT = 10;
    private static final byte ERASE = 11;
    static final int DIGEST = 32;
    static final int SHORT_DIGEST = 16;
    /** With an empty name and key. */
    private static final int SHORTEST_PATIENT = 1 + DIGEST + SHORT_DIGEST + 12 + 2;

    /**
     * @param pseudonym what new studies of the patient get
     * @param wrappedKey the patient's data key, wrapped under the key-encryption key; empty = the patient was erased
     */
    record Patient(int number, String pseudonym, int generation, int shiftDays, byte[] wrappedKey) {

        Patient called(String other) {
            return new Patient(number, other, generation, shiftDays, wrappedKey);
        }

        boolean isErased() {
            return wrappedKey.length == 0;
        }

        private Patient erased() {
            return new Patient(number, pseudonym, generation, shiftDays, new byte[0]);
        }
    }

    /** @param keepsUids whether its UIDs are the original ones, as an earlier proxy left them */
    record Study(UUID uid, int patient, int generation, int shiftDays, String pseudonym, boolean keepsUids) {}

    private final List<Patient> patients = new ArrayList<>();
    private final Map<UUID, Integer> byLookup = new HashMap<>();
    private final Map<UUID, List<Integer>> byId = new HashMap<>();
    private final Map<UUID, Study> studies = new HashMap<>();
    private final Map<String, Integer> pseudonyms = new HashMap<>();
    /** Beside the present one; most patients have none. */
    private final Map<Integer, List<String>> others = new HashMap<>();

    private final Merges merges = new Merges();
    /** Whose keys stand in the journal, though they were erased. */
    private final Set<Integer> keysToDestroy = new HashSet<>();

    private final DamagedRows damaged = new DamagedRows();
    private int generation = Generations.FIRST;

    DamagedRows damaged() {
        return damaged;
    }

    /** That new patients get. */
    int generation() {
        return generation;
    }

    Merges merges() {
        return merges;
    }

    /** Whose pseudonym, keys and shift new studies of this patient get: the patient, or who it was merged into. */
    Patient present(Patient patient) {
        return patients.get(merges.present(patient.number()));
    }

    @Nullable
    Patient patient(byte[] lookup) {
        Integer number = byLookup.get(uuid(lookup));
        return number == null ? null : patients.get(number);
    }

    /** Whoever has this id, whoever issued it. */
    List<Patient> patientsById(byte[] idLookup) {
        return byId.getOrDefault(uuid(idLookup), List.of()).stream()
                .map(patients::get)
                .toList();
    }

    /** The patient who has or had this pseudonym, and was not erased. */
    @Nullable
    Patient patientCalled(String pseudonym) {
        Integer number = pseudonyms.get(pseudonym);
        return number == null || patients.get(number).isErased() ? null : patients.get(number);
    }

    /** Whether it was the pseudonym of a patient who was erased. */
    boolean isErased(String pseudonym) {
        Integer number = pseudonyms.get(pseudonym);
        return number != null && patients.get(number).isErased();
    }

    /** Any patient with a key. */
    @Nullable
    Patient anyWithKey() {
        return patients.stream()
                .filter(patient -> !patient.isErased())
                .findFirst()
                .orElse(null);
    }

    /** Whose keys stand in the journal, though they were erased. */
    Set<Integer> keysToDestroy() {
        return Set.copyOf(keysToDestroy);
    }

    /** The journal was written anew without them. */
    void keysAreDestroyed() {
        keysToDestroy.clear();
    }

    /** All that the person has or had. */
    List<String> pseudonyms(int patient) {
        List<String> all = new ArrayList<>();
        for (int number : merges.all(patient)) {
            all.addAll(others.getOrDefault(number, List.of()));
            all.add(patients.get(number).pseudonym());
        }
        return all;
    }

    /** @throws VaultException if there is no such number */
    Patient patient(int number) throws VaultException {
        if (number < 0 || number >= patients.size()) {
            throw new VaultException(
                    "sealed under the key of patient number " + number + ", whom this vault does not know");
        }
        return patients.get(number);
    }

    @Nullable
    Study study(UUID uid) {
        return studies.get(uid);
    }

    boolean isTaken(String pseudonym) {
        return pseudonyms.containsKey(pseudonym);
    }

    int nextNumber() {
        return patients.size();
    }

    // ---- records

    /** A patient is first seen. */
    static byte[] record(byte[] lookup, byte[] idLookup, Patient patient) {
        byte[] name = ascii(patient.pseudonym());
        return ByteBuffer.allocate(1 + DIGEST + SHORT_DIGEST + 12 + 1 + name.length + 1 + patient.wrappedKey().length)
                .put(PATIENT_WITH_ID)
                .put(lookup)
                .put(idLookup, 0, SHORT_DIGEST)
                .putInt(patient.number())
                .putInt(patient.generation())
                .putInt(patient.shiftDays())
                .put((byte) name.length)
                .put(name)
                .put((byte) patient.wrappedKey().length)
                .put(patient.wrappedKey())
                .array();
    }

    /** A study is first seen, under its patient's present pseudonym. */
    static byte[] record(Study study) {
        return head(STUDY, 1 + SHORT_DIGEST + 12, study).array();
    }

    /** A study that was seen elsewhere before. */
    static byte[] recordWithPseudonym(Study study) {
        byte[] name = ascii(study.pseudonym());
        return head(STUDY_WITH_PSEUDONYM, 1 + SHORT_DIGEST + 12 + 2 + name.length, study)
                .put((byte) (study.keepsUids() ? 1 : 0))
                .put((byte) name.length)
                .put(name)
                .array();
    }

    private static ByteBuffer head(byte type, int length, Study study) {
        return ByteBuffer.allocate(length)
                .put(type)
                .putLong(study.uid().getMostSignificantBits())
                .putLong(study.uid().getLeastSignificantBits())
                .putInt(study.patient())
                .putInt(study.generation())
                .putInt(study.shiftDays());
    }

    /**
     * A patient has another pseudonym too.
     *
     * @param isPresent whether new studies get it from now on
     */
    static byte[] record(int patient, String pseudonym, boolean isPresent) {
        byte[] name = ascii(pseudonym);
        return ByteBuffer.allocate(1 + 4 + 2 + name.length)
                .put(PSEUDONYM)
                .putInt(patient)
                .put((byte) (isPresent ? 1 : 0))
                .put((byte) name.length)
                .put(name)
                .array();
    }

    /** Who is found by this is that patient. */
    static byte[] record(byte[] lookup, byte[] idLookup, int patient) {
        return ByteBuffer.allocate(1 + DIGEST + SHORT_DIGEST + 4)
                .put(LINK)
                .put(lookup)
                .put(idLookup, 0, SHORT_DIGEST)
                .putInt(patient)
                .array();
    }

    /** New patients are of another generation from now on. */
    static byte[] recordOfGeneration(int generation) {
        return ByteBuffer.allocate(1 + 4).put(GENERATION).putInt(generation).array();
    }

    /** An administrator said who is the same person, or that they are not. */
    static byte[] record(Merges.Change change) {
        return ByteBuffer.allocate(1 + 8 + 4 + 4)
                .put(MERGE)
                .putLong(change.at().toEpochMilli())
                .putInt(change.from())
                .putInt(change.into())
                .array();
    }

    /** A patient is erased. */
    static byte[] recordOfErasure(int patient, Instant at) {
        return ByteBuffer.allocate(1 + 8 + 4)
                .put(ERASE)
                .putLong(at.toEpochMilli())
                .putInt(patient)
                .array();
    }

    /** Several records that count together or not at all. */
    static byte[] several(List<byte[]> records) {
        int length = 1;
        for (byte[] record : records) {
            length += 2 + record.length;
        }
        ByteBuffer all = ByteBuffer.allocate(length).put(SEVERAL);
        for (byte[] record : records) {
            all.putShort((short) record.length).put(record);
        }
        return all.array();
    }

    /**
     * Takes note of a record that is not as it was written. What kind it was is told by its length, which is part of what was found in order, and by what
     * of it still fits.
     *
     * @throws VaultException if others depend on it, or what it was cannot be told
     */
    void readDamaged(String where, byte[] payload) throws VaultException {
        if (payload.length == 1 + SHORT_DIGEST + 12 && (payload[0] == STUDY || !isType(payload[0]))) {
            damaged.addStudy(Arrays.copyOfRange(payload, 1, 1 + SHORT_DIGEST));
        } else if (isNextPatient(payload)) {
            int number = patients.size();
            damaged.addPatient(number, Arrays.copyOfRange(payload, 1, 1 + DIGEST));
            add(new Patient(number, "damaged row " + number, Generations.FIRST, 0, new byte[0]));
        } else {
            throw new VaultException(where + ", which more than one patient depends on: restore it from a backup");
        }
    }

    private static boolean isType(byte type) {
        return type >= PATIENT && type <= ERASE;
    }

    /** Its number, or all its lengths, are those of the patient who has to follow. */
    private boolean isNextPatient(byte[] payload) {
        if (payload.length < SHORTEST_PATIENT || payload[0] != PATIENT_WITH_ID) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(payload, 1 + DIGEST + SHORT_DIGEST, 13);
        if (in.getInt() == patients.size()) {
            return true;
        }
        int keyLengthAt = SHORTEST_PATIENT - 1 + (payload[SHORTEST_PATIENT - 2] & 0xFF);
        return keyLengthAt < payload.length && keyLengthAt + 1 + (payload[keyLengthAt] & 0xFF) == payload.length;
    }

    /** Takes a record of the journal. */
    void read(ByteBuffer in) throws VaultException {
        byte type = in.get();
        switch (type) {
            case PATIENT -> {
                byte[] lookup = bytes(in, DIGEST);
                put(lookup, null, readPatient(in));
            }
            case PATIENT_WITH_ID -> {
                byte[] lookup = bytes(in, DIGEST);
                byte[] idLookup = bytes(in, SHORT_DIGEST);
                put(lookup, idLookup, readPatient(in));
            }
            case STUDY -> {
                UUID uid = new UUID(in.getLong(), in.getLong());
                Patient patient = patient(in.getInt());
                put(new Study(uid, patient.number(), readGeneration(in), in.getInt(), patient.pseudonym(), false));
            }
            case STUDY_WITH_PSEUDONYM -> {
                UUID uid = new UUID(in.getLong(), in.getLong());
                int patient = patient(in.getInt()).number();
                int of = readGeneration(in);
                int shift = in.getInt();
                boolean keepsUids = in.get() == 1;
                put(new Study(uid, patient, of, shift, name(in), keepsUids));
            }
            case PSEUDONYM -> {
                int patient = patient(in.getInt()).number();
                boolean isPresent = in.get() == 1;
                put(patient, name(in), isPresent);
            }
            case LINK -> {
                byte[] lookup = bytes(in, DIGEST);
                byte[] idLookup = bytes(in, SHORT_DIGEST);
                put(lookup, idLookup, patient(in.getInt()).number());
            }
            case SEVERAL -> {
                while (in.hasRemaining()) {
                    int length = in.getShort() & 0xFFFF;
                    read(ByteBuffer.wrap(bytes(in, length)));
                }
            }
            case GENERATION -> {
                int next = in.getInt();
                if (next != generation + 1 || next > Generations.LAST) {
                    throw new VaultException(
                            "the vault journal lacks a key generation: " + next + " follows " + generation);
                }
                generation = next;
            }
            case MERGE -> merges.put(readChange(in));
            case ERASED_PATIENT -> {
                int number = in.getInt();
                int of = readGeneration(in);
                int shift = in.getInt();
                add(new Patient(number, name(in), of, shift, new byte[0]));
            }
            case ERASE -> {
                in.getLong();
                erase(patient(in.getInt()));
            }
            default ->
                throw new VaultException("the vault journal has a record of type " + type
                        + ", which this version does not know: it was written by a newer one");
        }
    }

    private Patient readPatient(ByteBuffer in) throws VaultException {
        int number = in.getInt();
        int of = readGeneration(in);
        int shift = in.getInt();
        return new Patient(number, name(in), of, shift, bytes(in, in.get() & 0xFF));
    }

    private int readGeneration(ByteBuffer in) throws VaultException {
        int of = in.getInt();
        if (of < Generations.FIRST || of > generation) {
            throw new VaultException(
                    "the vault journal names key generation " + of + ", and has come to " + generation + " only");
        }
        return of;
    }

    private Merges.Change readChange(ByteBuffer in) throws VaultException {
        Instant at = Instant.ofEpochMilli(in.getLong());
        int from = patient(in.getInt()).number();
        int into = in.getInt();
        boolean fits = into == Merges.NOBODY
                ? merges.isMerged(from)
                : !merges.isMerged(from) && !merges.areSame(from, patient(into).number());
        if (!fits) {
            throw new VaultException("the vault journal merges or splits patient number " + from + " twice");
        }
        return new Merges.Change(at, from, into);
    }

    private void erase(Patient patient) {
        int number = patient.number();
        // In a journal of before the patient may still be merged.
        merges.forget(number);
        if (patient.isErased()) {
            return;
        }
        patients.set(number, patient.erased());
        keysToDestroy.add(number);
        byLookup.values().removeIf(other -> other == number);
        byId.replaceAll((id, of) -> of.contains(number)
                ? of.stream().filter(other -> other != number).toList()
                : of);
        byId.values().removeIf(List::isEmpty);
    }

    void put(byte[] lookup, byte @Nullable [] idLookup, Patient patient) throws VaultException {
        add(patient);
        put(lookup, idLookup, patient.number());
    }

    private void add(Patient patient) throws VaultException {
        if (patient.number() != patients.size()) {
            throw new VaultException(
                    "the vault journal lacks a patient: " + patient.number() + " follows " + patients.size());
        }
        patients.add(patient);
        pseudonyms.put(patient.pseudonym(), patient.number());
    }

    void put(byte[] lookup, byte @Nullable [] idLookup, int patient) {
        byLookup.put(uuid(lookup), patient);
        if (idLookup != null && !isNone(idLookup)) {
            List<Integer> known = byId.get(uuid(idLookup));
            // Most ids are one patient's: a list of one that cannot grow weighs least.
            if (known == null) {
                byId.put(uuid(idLookup), List.of(patient));
            } else if (!known.contains(patient)) {
                List<Integer> more = new ArrayList<>(known);
                more.add(patient);
                byId.put(uuid(idLookup), List.copyOf(more));
            }
        }
    }

    private static boolean isNone(byte[] idLookup) {
        for (byte b : idLookup) {
            if (b != 0) {
                return false;
            }
        }
        return true;
    }

    void put(Study study) {
        studies.put(study.uid(), study);
    }

    void put(int patient, String pseudonym, boolean isPresent) {
        pseudonyms.put(pseudonym, patient);
        Patient known = patients.get(patient);
        if (known.pseudonym().equals(pseudonym)) {
            return;
        }
        String other = isPresent ? known.pseudonym() : pseudonym;
        if (isPresent) {
            patients.set(patient, known.called(pseudonym));
        }
        List<String> more = new ArrayList<>(others.getOrDefault(patient, List.of()));
        more.remove(pseudonym);
        if (!more.contains(other)) {
            more.add(other);
        }
        others.put(patient, List.copyOf(more));
    }

    private static byte[] ascii(String name) {
        return name.getBytes(StandardCharsets.US_ASCII);
    }

    private static String name(ByteBuffer in) {
        return new String(bytes(in, in.get() & 0xFF), StandardCharsets.US_ASCII);
    }

    private static byte[] bytes(ByteBuffer in, int length) {
        byte[] bytes = new byte[length];
        in.get(bytes);
        return bytes;
    }

    /** 128 bits of a keyed digest are enough to tell patients apart, and weigh less in memory. */
    private static UUID uuid(byte[] digest) {
        ByteBuffer buffer = ByteBuffer.wrap(digest);
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
