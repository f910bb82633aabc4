package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.security.GeneralSecurityException;
import java.security.SecureRandom;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.vault.VaultException;

/** Wraps data keys with AES-256-GCM under the key-encryption key, bound to their patient's number. */
final class KeyWrap {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int NONCE = 12;
    private static final int TAG_BITS = 128;

    private final SecretKeySpec key;

    KeyWrap(byte[] keyEncryptionKey) {
        this.key = new SecretKeySpec(keyEncryptionKey, "AES");
    }

    byte[] wrap(int patientNumber, byte[] dataKey) throws VaultException {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        byte[] sealed = run(Cipher.ENCRYPT_MODE, patientNumber, nonce, dataKey);
        return ByteBuffer.allocate(NONCE + sealed.length).put(nonce).put(sealed).array();
    }

    byte[] unwrap(int patientNumber, byte[] wrapped) throws VaultException {
        byte[] nonce = java.util.Arrays.copyOf(wrapped, NONCE);
        byte[] sealed = java.util.Arrays.copyOfRange(wrapped, NONCE, wrapped.length);
        return run(Cipher.DECRYPT_MODE, patientNumber, nonce, sealed);
    }

    private byte[] run(int mode, int patientNumber, byte[] nonce, byte[] bytes) throws VaultException {
        try {
            Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
            cipher.init(mode, key, new GCMParameterSpec(TAG_BITS, nonce));
            cipher.updateAAD(ByteBuffer.allocate(4).putInt(0, patientNumber));
            return cipher.doFinal(bytes);
        } catch (GeneralSecurityException e) {
            throw new VaultException("the data key of patient number " + patientNumber + " cannot be (un)wrapped", e);
        }
    }
}
