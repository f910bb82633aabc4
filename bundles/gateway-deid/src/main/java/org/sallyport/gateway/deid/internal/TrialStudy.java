package org.sallyport.gateway.deid.internal;

import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.security.SecureRandom;
import java.util.Arrays;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.StudyContext;

/** A study under keys that are made up and forgotten: for trials. Owned by one thread. */
final class TrialStudy implements StudyContext {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int UID_BYTES = 16;
    private static final int SHIFT_DAYS = 1_000;

    private final byte[] key = new byte[32];

    TrialStudy() {
        RANDOM.nextBytes(key);
    }

    @Override
    public String pseudonym() {
        return "ANON-000000000000";
    }

    @Override
    public String studyInstanceUid() {
        return "2.25.0";
    }

    @Override
    public int keyGeneration() {
        return 0;
    }

    @Override
    public int dateShiftDays() {
        return SHIFT_DAYS;
    }

    @Override
    public String mapUid(String originalUid) {
        MessageDigest digest = sha256();
        digest.update(key);
        byte[] mapped = digest.digest(originalUid.getBytes(StandardCharsets.UTF_8));
        return "2.25." + new BigInteger(1, Arrays.copyOf(mapped, UID_BYTES));
    }

    @Override
    public KeyedDigest newOriginalDigest() {
        MessageDigest digest = sha256();
        digest.update(key);
        return new KeyedDigest() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                digest.update(bytes, offset, length);
            }

            @Override
            public byte[] finish() {
                return digest.digest();
            }
        };
    }

    private static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
