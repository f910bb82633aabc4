package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Patients and studies as the journal tells them. A study keeps the pseudonym that its patient had when it was first seen. Not thread-safe: guarded
 * by {@link JournalPseudonymizer}.
 */
final class Assignments {

    /** Each costs a digest when somebody new comes. */
    static final int MOST_FOREIGN_KEYS = 1_000;

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
    private final NumberTable byLookup = new NumberTable();
    /** Twice the patient's number; if odd, of the list below. */
    private final NumberTable byId = new NumberTable();
    /** Ids that several patients have. */
    private final List<List<Integer>> sharing = new ArrayList<>();

    private final StudyTable studies = new StudyTable();
    private final Map<String, Integer> pseudonyms = new HashMap<>();
    /** Beside the present one; most patients have none. */
    private final Map<Integer, List<String>> others = new HashMap<>();

    private final Merges merges = new Merges();
    /** Whose keys stand in the journal, though they were erased. */
    private final Set<Integer> keysToDestroy = new HashSet<>();

    private final DamagedRows damaged = new DamagedRows();
    private final List<byte[]> foreignGenerations = new ArrayList<>();
    private final List<byte[]> foreignLookups = new ArrayList<>();
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
        int number = byLookup.get(uuid(lookup));
        return number == NumberTable.NONE ? null : patients.get(number);
    }

    /** Whoever has this id, whoever issued it. */
    List<Patient> patientsById(byte[] idLookup) {
        return numbersById(uuid(idLookup)).stream().map(patients::get).toList();
    }

    private List<Integer> numbersById(UUID id) {
        int entry = byId.get(id);
        return entry == NumberTable.NONE ? List.of() : (entry & 1) == 0 ? List.of(entry / 2) : sharing.get(entry / 2);
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

    /** Those who were erased too, by their numbers. */
    List<Patient> patients() {
        return Collections.unmodifiableList(patients);
    }

    /** In no order. */
    void forEachStudy(Consumer<Study> visitor) {
        studies.forEach(visitor);
    }

    boolean isTaken(String pseudonym) {
        return pseudonyms.containsKey(pseudonym);
    }

    int nextNumber() {
        return patients.size();
    }

    // ---- rows

    /**
     * Takes note of a record that is not as it was written. What kind it was is told by its length, which is part of what was found in order, and by what
     * of it still fits.
     *
     * @throws VaultException if others depend on it, or what it was cannot be told
     */
    void readDamaged(String where, byte[] payload) throws VaultException {
        if (payload.length == RowCode.STUDY_LENGTH && (payload[0] == RowCode.STUDY || !RowCode.isType(payload[0]))) {
            damaged.addStudy(Arrays.copyOfRange(payload, 1, 1 + RowCode.SHORT_DIGEST));
        } else if (isNextPatient(payload)) {
            int number = patients.size();
            damaged.addPatient(number, Arrays.copyOfRange(payload, 1, 1 + RowCode.DIGEST));
            add(new Patient(number, "damaged row " + number, Generations.FIRST, 0, new byte[0]));
        } else {
            throw new VaultException(where + ", which more than one patient depends on: restore it from a backup");
        }
    }

    /** Its number, or all its lengths, are those of the patient who has to follow. */
    private boolean isNextPatient(byte[] payload) {
        if (payload.length < RowCode.SHORTEST_PATIENT || payload[0] != RowCode.PATIENT_WITH_ID) {
            return false;
        }
        ByteBuffer in = ByteBuffer.wrap(payload, 1 + RowCode.DIGEST + RowCode.SHORT_DIGEST, 13);
        if (in.getInt() == patients.size()) {
            return true;
        }
        int keyLengthAt = RowCode.SHORTEST_PATIENT - 1 + (payload[RowCode.SHORTEST_PATIENT - 2] & 0xFF);
        return keyLengthAt < payload.length && keyLengthAt + 1 + (payload[keyLengthAt] & 0xFF) == payload.length;
    }

    /** Takes a record of the journal. */
    void read(ByteBuffer in) throws VaultException {
        put(RowCode.decode(in));
    }

    /** @throws VaultException if it does not fit what there is; nothing is changed then, but by rows before it in {@link Row.Several} */
    void put(Row row) throws VaultException {
        if (row instanceof Row.NewPatient one) {
            requireGeneration(one.patient().generation());
            add(one.patient());
            put(one.lookup(), one.idLookup(), one.patient().number());
        } else if (row instanceof Row.NewStudy one) {
            Patient patient = patient(one.patient());
            requireGeneration(one.generation());
            String pseudonym = one.pseudonym() == null ? patient.pseudonym() : one.pseudonym();
            studies.put(new Study(
                    one.uid(), patient.number(), one.generation(), one.shiftDays(), pseudonym, one.keepsUids()));
        } else if (row instanceof Row.Name one) {
            put(patient(one.patient()).number(), one.pseudonym(), one.isPresent());
        } else if (row instanceof Row.Link one) {
            put(one.lookup(), one.idLookup(), patient(one.patient()).number());
        } else if (row instanceof Row.Several all) {
            for (Row each : all.rows()) {
                put(each);
            }
        } else if (row instanceof Row.NewGeneration one) {
            if (one.generation() != generation + 1 || one.generation() > Generations.LAST) {
                throw new VaultException(
                        "the vault journal lacks a key generation: " + one.generation() + " follows " + generation);
            }
            generation = one.generation();
        } else if (row instanceof Row.Merge one) {
            requireFitting(one.change());
            merges.put(one.change());
        } else if (row instanceof Row.ErasedPatient one) {
            requireGeneration(one.patient().generation());
            add(one.patient());
        } else if (row instanceof Row.Erase one) {
            erase(patient(one.patient()));
        } else if (row instanceof Row.ForeignKey one) {
            List<byte[]> keys = foreignKeys(one.kind());
            if (one.number() != keys.size() || keys.size() == MOST_FOREIGN_KEYS) {
                throw new VaultException(
                        "the vault journal lacks a key of another vault: " + one.number() + " follows " + keys.size());
            }
            keys.add(one.wrapped());
        }
    }

    private void requireGeneration(int of) throws VaultException {
        boolean isForeign = Generations.isForeign(of) && of - Generations.FIRST_FOREIGN < foreignGenerations.size();
        if (!isForeign && (of < Generations.FIRST || of > generation)) {
            throw new VaultException(
                    "the vault journal names key generation " + of + ", and has come to " + generation + " only");
        }
    }

    private void requireFitting(Merges.Change change) throws VaultException {
        int from = patient(change.from()).number();
        int into = change.into();
        boolean fits = into == Merges.NOBODY
                ? merges.isMerged(from)
                : !merges.isMerged(from) && !merges.areSame(from, patient(into).number());
        if (!fits) {
            throw new VaultException("the vault journal merges or splits patient number " + from + " twice");
        }
    }

    /** Of other vaults, wrapped, by their numbers. */
    List<byte[]> foreignKeys(Row.ForeignKey.Kind kind) {
        return kind == Row.ForeignKey.Kind.GENERATION ? foreignGenerations : foreignLookups;
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
        byLookup.removeIf(other -> other == number);
        byId.removeIf(entry -> entry == 2 * number);
        sharing.replaceAll(all -> all.contains(number)
                ? all.stream().filter(other -> other != number).toList()
                : all);
    }

    private void add(Patient patient) throws VaultException {
        if (patient.number() != patients.size()) {
            throw new VaultException(
                    "the vault journal lacks a patient: " + patient.number() + " follows " + patients.size());
        }
        patients.add(patient);
        pseudonyms.put(patient.pseudonym(), patient.number());
    }

    private void put(byte[] lookup, byte @Nullable [] idLookup, int patient) {
        byLookup.put(uuid(lookup), patient);
        if (idLookup != null && !isNone(idLookup)) {
            UUID id = uuid(idLookup);
            List<Integer> known = numbersById(id);
            if (known.isEmpty()) {
                byId.put(id, 2 * patient);
            } else if (!known.contains(patient)) {
                List<Integer> more = new ArrayList<>(known);
                more.add(patient);
                int entry = byId.get(id);
                if ((entry & 1) == 0) {
                    sharing.add(List.copyOf(more));
                    byId.put(id, 2 * sharing.size() - 1);
                } else {
                    sharing.set(entry / 2, List.copyOf(more));
                }
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

    private void put(int patient, String pseudonym, boolean isPresent) {
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

    /** 128 bits of a keyed digest are enough to tell patients apart, and weigh less in memory. */
    private static UUID uuid(byte[] digest) {
        ByteBuffer buffer = ByteBuffer.wrap(digest);
        return new UUID(buffer.getLong(), buffer.getLong());
    }
}
