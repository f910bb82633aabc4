package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.Provider;
import java.security.SecureRandom;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import org.jspecify.annotations.Nullable;

/** Wraps a key with AES-GCM under a key-encryption key, which may be one that never leaves its token. Immutable. */
final class WrappingKey {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final byte[] PURPOSE = "sallyport vault master key".getBytes(StandardCharsets.US_ASCII);
    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final Key key;
    private final @Nullable Provider provider;

    /** @param provider that holds the key; null = it is in memory */
    WrappingKey(Key key, @Nullable Provider provider) {
        this.key = key;
        this.provider = provider;
    }

    byte[] wrap(byte[] plain) throws GeneralSecurityException {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, nonce, plain);
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    byte[] unwrap(byte[] wrapped) throws GeneralSecurityException {
        if (wrapped.length <= NONCE) {
            throw new GeneralSecurityException("cut off");
        }
        return run(
                Cipher.DECRYPT_MODE, Arrays.copyOf(wrapped, NONCE), Arrays.copyOfRange(wrapped, NONCE, wrapped.length));
    }

    private byte[] run(int mode, byte[] nonce, byte[] bytes) throws GeneralSecurityException {
        Cipher cipher = provider == null
                ? Cipher.getInstance("AES/GCM/NoPadding")
                : Cipher.getInstance("AES/GCM/NoPadding", provider);
        cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
        cipher.updateAAD(PURPOSE);
        return cipher.doFinal(bytes);
    }
}
