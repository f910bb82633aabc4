package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What becomes of the journal's records when patients are erased: keys and what a patient is found by go, numbers and pseudonyms stay. Pure functions. */
final class Erasure {

    private Erasure() {}

    /** @return the record, changed or as it was; null = it goes */
    static byte @Nullable [] without(Set<Integer> patients, byte[] record) {
        ByteBuffer in = ByteBuffer.wrap(record);
        return switch (in.get()) {
            case RowCode.PATIENT -> patient(patients, record, RowCode.DIGEST);
            case RowCode.PATIENT_WITH_ID -> patient(patients, record, RowCode.DIGEST + RowCode.SHORT_DIGEST);
            case RowCode.LINK ->
                patients.contains(in.getInt(1 + RowCode.DIGEST + RowCode.SHORT_DIGEST)) ? null : record;
            case RowCode.SEVERAL -> several(patients, in);
            default -> record;
        };
    }

    private static byte[] patient(Set<Integer> patients, byte[] record, int digests) {
        ByteBuffer in = ByteBuffer.wrap(record);
        int at = 1 + digests;
        if (!patients.contains(in.getInt(at))) {
            return record;
        }
        int nameLength = in.get(at + 12) & 0xFF;
        byte[] kept = Arrays.copyOfRange(record, at, at + 13 + nameLength);
        return ByteBuffer.allocate(1 + kept.length)
                .put(RowCode.ERASED_PATIENT)
                .put(kept)
                .array();
    }

    private static byte @Nullable [] several(Set<Integer> patients, ByteBuffer in) {
        List<byte[]> kept = new ArrayList<>();
        while (in.hasRemaining()) {
            byte[] record = new byte[in.getShort() & 0xFFFF];
            in.get(record);
            byte[] without = without(patients, record);
            if (without != null) {
                kept.add(without);
            }
        }
        return kept.isEmpty() ? null : RowCode.several(kept);
    }
}
