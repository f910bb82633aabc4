package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;

/**
 * Rows of the journal that are not as they were written. Digests of two patients or studies have next to no bytes in common, so that a damaged one still
 * tells whose it is: it stops that patient or study, and nobody else. Not thread-safe: guarded by {@link JournalPseudonymizer}.
 */
final class DamagedRows {

    /** Of 32 bytes of a patient's digest, and of 16 of a study's, this many may be wrong. */
    private static final int WRONG_OF_PATIENT = 16;

    private static final int WRONG_OF_STUDY = 8;

    private final Set<Integer> patients = new HashSet<>();
    private final List<byte[]> lookups = new ArrayList<>();
    private final List<byte[]> studies = new ArrayList<>();

    void addPatient(int number, byte[] lookup) {
        patients.add(number);
        lookups.add(lookup);
    }

    void addStudy(byte[] uid) {
        studies.add(uid);
    }

    boolean isEmpty() {
        return patients.isEmpty() && studies.isEmpty();
    }

    boolean hasPatient(int number) {
        return patients.contains(number);
    }

    /** Whether it may be the digest of a patient whose row is damaged. */
    boolean hasPatient(byte[] lookup) {
        return lookups.stream().anyMatch(damaged -> wrong(damaged, lookup) <= WRONG_OF_PATIENT);
    }

    boolean hasStudy(UUID uid) {
        byte[] bytes = ByteBuffer.allocate(16)
                .putLong(uid.getMostSignificantBits())
                .putLong(uid.getLeastSignificantBits())
                .array();
        return studies.stream().anyMatch(damaged -> wrong(damaged, bytes) <= WRONG_OF_STUDY);
    }

    private static int wrong(byte[] one, byte[] other) {
        int wrong = 0;
        for (int i = 0; i < one.length; i++) {
            wrong += one[i] == other[i] ? 0 : 1;
        }
        return wrong;
    }
}
