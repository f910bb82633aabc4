package org.sallyport.gateway.vault.internal;

import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.util.Optional;
import java.util.UUID;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.vault.internal.Assignments.Study;

/** A study's keys. Immutable. */
final class JournalStudyContext implements StudyContext {

    private final Study study;
    private final String studyInstanceUid;
    private final Hmac pseudonymKey;
    private final Hmac digestKey;

    /** @param studyInstanceUid the one it goes by outside */
    JournalStudyContext(Study study, String studyInstanceUid, Hmac pseudonymKey, Hmac digestKey) {
        this.study = study;
        this.studyInstanceUid = studyInstanceUid;
        this.pseudonymKey = pseudonymKey;
        this.digestKey = digestKey;
    }

    /** The UUID (RFC 4122, version 4 layout) that stands for a UID under a generation. */
    static UUID uuid(Hmac pseudonymKey, String uid) {
        ByteBuffer digest = ByteBuffer.wrap(pseudonymKey.of(("uid\0" + uid).getBytes(StandardCharsets.US_ASCII)));
        long high = digest.getLong() & ~0xF000L | 0x4000L;
        long low = digest.getLong() & 0x3FFFFFFFFFFFFFFFL | 0x8000000000000000L;
        return new UUID(high, low);
    }

    /** The UUID in a UID of the form {@code 2.25.…}; empty if it is none. */
    static Optional<UUID> uuidOf(String uid) {
        if (!uid.startsWith("2.25.") || uid.indexOf('.', 5) >= 0 || !Uids.isValid(uid)) {
            return Optional.empty();
        }
        BigInteger value = new BigInteger(uid.substring(5));
        return value.bitLength() > 128
                ? Optional.empty()
                : Optional.of(new UUID(value.shiftRight(64).longValue(), value.longValue()));
    }

    int patientNumber() {
        return study.patient();
    }

    @Override
    public String pseudonym() {
        return study.pseudonym();
    }

    @Override
    public String studyInstanceUid() {
        return studyInstanceUid;
    }

    @Override
    public int keyGeneration() {
        return study.generation();
    }

    @Override
    public int dateShiftDays() {
        return study.shiftDays();
    }

    @Override
    public String mapUid(String originalUid) {
        return study.keepsUids() ? originalUid : Uids.fromUuid(uuid(pseudonymKey, originalUid));
    }

    @Override
    public boolean keepsUids() {
        return study.keepsUids();
    }

    @Override
    public KeyedDigest newOriginalDigest() {
        return digestKey.running();
    }

    @Override
    public String toString() {
        return "StudyContext[" + pseudonym() + "]";
    }
}
