package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultException;

/** Patients and studies as the journal tells them. Not thread-safe: guarded by {@link JournalPseudonymizer}. */
final class Assignments {

    private static final byte PATIENT = 1;
    private static final byte STUDY = 2;
    private static final int DIGEST = 32;

    /** @param wrappedKey the patient's data key, wrapped under the key-encryption key */
    record Patient(int number, String pseudonym, int generation, int shiftDays, byte[] wrappedKey) {}

    record Study(UUID uid, Patient patient, int generation, int shiftDays) {}

    private final List<Patient> patients = new ArrayList<>();
    private final Map<UUID, Patient> byLookup = new HashMap<>();
    private final Map<UUID, Study> studies = new HashMap<>();
    private final Set<String> pseudonyms = new HashSet<>();

    @Nullable
    Patient patient(byte[] lookup) {
        return byLookup.get(uuid(lookup));
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
        return pseudonyms.contains(pseudonym);
    }

    int nextNumber() {
        return patients.size();
    }

    static byte[] record(byte[] lookup, Patient patient) {
        byte[] name = patient.pseudonym().getBytes(StandardCharsets.US_ASCII);
        return ByteBuffer.allocate(1 + DIGEST + 12 + 1 + name.length + 1 + patient.wrappedKey().length)
                .put(PATIENT)
                .put(lookup)
                .putInt(patient.number())
                .putInt(patient.generation())
                .putInt(patient.shiftDays())
                .put((byte) name.length)
                .put(name)
                .put((byte) patient.wrappedKey().length)
                .put(patient.wrappedKey())
                .array();
    }

    static byte[] record(Study study) {
        return ByteBuffer.allocate(1 + 16 + 12)
                .put(STUDY)
                .putLong(study.uid().getMostSignificantBits())
                .putLong(study.uid().getLeastSignificantBits())
                .putInt(study.patient().number())
                .putInt(study.generation())
                .putInt(study.shiftDays())
                .array();
    }

    /** Takes a record of the journal. */
    void read(ByteBuffer in) throws VaultException {
        byte type = in.get();
        switch (type) {
            case PATIENT -> {
                byte[] lookup = bytes(in, DIGEST);
                int number = in.getInt();
                int generation = in.getInt();
                int shift = in.getInt();
                String pseudonym = new String(bytes(in, in.get() & 0xFF), StandardCharsets.US_ASCII);
                put(lookup, new Patient(number, pseudonym, generation, shift, bytes(in, in.get() & 0xFF)));
            }
            case STUDY -> {
                UUID uid = new UUID(in.getLong(), in.getLong());
                put(new Study(uid, patient(in.getInt()), in.getInt(), in.getInt()));
            }
            default ->
                throw new VaultException("the vault journal has a record of type " + type
                        + ", which this version does not know: it was written by a newer one");
        }
    }

    void put(byte[] lookup, Patient patient) throws VaultException {
        if (patient.number() != patients.size()) {
            throw new VaultException(
                    "the vault journal lacks a patient: " + patient.number() + " follows " + patients.size());
        }
        patients.add(patient);
        byLookup.put(uuid(lookup), patient);
        pseudonyms.add(patient.pseudonym());
    }

    void put(Study study) {
        studies.put(study.uid(), study);
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
