package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Patients and studies as the journal tells them. A study keeps the pseudonym that its patient had when it was first seen. Not thread-safe: guarded
 * by {@link JournalPseudonymizer}.
 */
final class Assignments {

    private static final byte PATIENT = 1;
    private static final byte STUDY = 2;
    private static final byte PATIENT_WITH_ID = 3;
    private static final byte PSEUDONYM = 4;
    private static final byte LINK = 5;
    private static final byte STUDY_WITH_PSEUDONYM = 6;
    private static final byte SEVERAL = 7;
    private static final int DIGEST = 32;
    private static final int SHORT_DIGEST = 16;

    /**
     * @param pseudonym what new studies of the patient get
     * @param wrappedKey the patient's data key, wrapped under the key-encryption key
     */
    record Patient(int number, String pseudonym, int generation, int shiftDays, byte[] wrappedKey) {

        Patient called(String other) {
            return new Patient(number, other, generation, shiftDays, wrappedKey);
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

    /** The patient who has or had this pseudonym. */
    @Nullable
    Patient patientCalled(String pseudonym) {
        Integer number = pseudonyms.get(pseudonym);
        return number == null ? null : patients.get(number);
    }

    /** All that the patient has or had. */
    List<String> pseudonyms(int patient) {
        List<String> all = new ArrayList<>(others.getOrDefault(patient, List.of()));
        all.add(patients.get(patient).pseudonym());
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
                put(new Study(uid, patient.number(), in.getInt(), in.getInt(), patient.pseudonym(), false));
            }
            case STUDY_WITH_PSEUDONYM -> {
                UUID uid = new UUID(in.getLong(), in.getLong());
                int patient = patient(in.getInt()).number();
                int generation = in.getInt();
                int shift = in.getInt();
                boolean keepsUids = in.get() == 1;
                put(new Study(uid, patient, generation, shift, name(in), keepsUids));
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
            default ->
                throw new VaultException("the vault journal has a record of type " + type
                        + ", which this version does not know: it was written by a newer one");
        }
    }

    private static Patient readPatient(ByteBuffer in) {
        int number = in.getInt();
        int generation = in.getInt();
        int shift = in.getInt();
        return new Patient(number, name(in), generation, shift, bytes(in, in.get() & 0xFF));
    }

    void put(byte[] lookup, byte @Nullable [] idLookup, Patient patient) throws VaultException {
        if (patient.number() != patients.size()) {
            throw new VaultException(
                    "the vault journal lacks a patient: " + patient.number() + " follows " + patients.size());
        }
        patients.add(patient);
        pseudonyms.put(patient.pseudonym(), patient.number());
        put(lookup, idLookup, patient.number());
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
