package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.Arrays;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * AES-256-GCM over the segments of one stream. Each stream has a key of its own, derived from the data key, a random salt and the place, so that
 * a nonce (segment number and last flag) never meets the same key twice, and a ciphertext opens at its place only. The header is
 * authenticated with each segment. Not thread-safe.
 */
final class SegmentCipher {

    /** Plain bytes of a segment. */
    static final int SEGMENT = 1 << 20;

    static final int TAG = 16;
    static final int SALT = 16;
    /** Bytes of a key's id. */
    static final int KEY_ID = 8;

    private final SecretKeySpec key;
    private final byte[] header;
    private final Cipher cipher;
    private int number;

    SegmentCipher(byte[] dataKey, byte[] salt, String place, byte[] header) throws VaultException {
        byte[] streamKey = new Hmac(dataKey)
                .of("stream".getBytes(StandardCharsets.US_ASCII), salt, place.getBytes(StandardCharsets.UTF_8));
        this.key = new SecretKeySpec(streamKey, "AES");
        this.header = header.clone();
        try {
            this.cipher = Cipher.getInstance("AES/GCM/NoPadding");
        } catch (GeneralSecurityException e) {
            throw new VaultException("AES-GCM is not to be had", e);
        }
    }

    /** Tells keys apart and nothing of them. */
    static byte[] keyId(byte[] dataKey) {
        return Arrays.copyOf(new Hmac(dataKey).of("key id".getBytes(StandardCharsets.US_ASCII)), KEY_ID);
    }

    byte[] seal(byte[] plain, int length, boolean last) throws VaultException {
        return run(Cipher.ENCRYPT_MODE, plain, length, last);
    }

    byte[] open(byte[] sealed, int length, boolean last) throws VaultException {
        if (length < TAG) {
            throw new VaultException("sealed data was cut off");
        }
        return run(Cipher.DECRYPT_MODE, sealed, length, last);
    }

    private byte[] run(int mode, byte[] bytes, int length, boolean last) throws VaultException {
        byte[] nonce = ByteBuffer.allocate(12)
                .putInt(8, number++)
                .put(0, (byte) (last ? 1 : 0))
                .array();
        try {
            cipher.init(mode, key, new GCMParameterSpec(TAG * 8, nonce));
            cipher.updateAAD(header);
            return cipher.doFinal(bytes, 0, length);
        } catch (GeneralSecurityException e) {
            throw new VaultException("sealed data does not open: it was changed, cut off or moved from its place", e);
        }
    }
}
