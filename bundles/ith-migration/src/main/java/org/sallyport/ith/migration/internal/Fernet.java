package org.sallyport.ith.migration.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.security.MessageDigest;
import java.util.Arrays;
import java.util.Base64;
import javax.crypto.Cipher;
import javax.crypto.Mac;
import javax.crypto.SecretKeyFactory;
import javax.crypto.spec.IvParameterSpec;
import javax.crypto.spec.PBEKeySpec;
import javax.crypto.spec.SecretKeySpec;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.MappingImport.Keys;

/**
 * Opens Fernet tokens (version 0x80): AES-128-CBC, authenticated by HMAC-SHA-256 before anything is decrypted. Immutable.
 */
final class Fernet {

    private static final int VERSION = 0x80;
    private static final int KEY = 16;
    private static final int IV_AT = 9;
    private static final int TEXT_AT = IV_AT + 16;
    private static final int HMAC = 32;
    private static final int LONGEST = 1 << 20;
    private static final byte[] SALT = "phi_encryption_salt_v1".getBytes(StandardCharsets.US_ASCII);
    private static final int ROUNDS = 100_000;

    private final byte[] signing;
    private final byte[] encryption;

    private Fernet(byte[] key) {
        this.signing = Arrays.copyOf(key, KEY);
        this.encryption = Arrays.copyOfRange(key, KEY, 2 * KEY);
    }

    /**
     * @return null if there is no key
     * @throws IOException if the key is none
     */
    static @Nullable Fernet of(Keys keys) throws IOException {
        String given = keys.encryptionKey();
        String secret = keys.secretKey();
        try {
            if (given != null && !given.isBlank()) {
                byte[] key = Base64.getUrlDecoder().decode(given.strip());
                if (key.length != 2 * KEY) {
                    throw new IOException("the encryption key has " + key.length + " bytes: must be 32, in URL-safe"
                            + " base64 (ENCRYPTION_KEY of the old proxy)");
                }
                return new Fernet(key);
            }
            if (secret != null && !secret.isBlank()) {
                PBEKeySpec spec = new PBEKeySpec(secret.toCharArray(), SALT, ROUNDS, 2 * KEY * 8);
                return new Fernet(SecretKeyFactory.getInstance("PBKDF2WithHmacSHA256")
                        .generateSecret(spec)
                        .getEncoded());
            }
            return null;
        } catch (IllegalArgumentException e) {
            throw new IOException("the encryption key is no URL-safe base64 (ENCRYPTION_KEY of the old proxy)", e);
        } catch (GeneralSecurityException e) {
            throw new IOException("the encryption key cannot be derived", e);
        }
    }

    /** Whether a value looks like a token: its first byte is the version, its next four are zero until the year 2106. */
    static boolean isToken(String value) {
        return value.startsWith("gAAAAA") && value.length() >= 100;
    }

    /** @throws IOException if it was not made under this key, or changed */
    String open(String token) throws IOException {
        try {
            if (token.length() > LONGEST) {
                throw new IOException("an encrypted value of " + token.length() + " characters");
            }
            byte[] bytes = Base64.getUrlDecoder().decode(token.strip());
            if (bytes.length < TEXT_AT + 16 + HMAC || (bytes[0] & 0xFF) != VERSION) {
                throw new IOException("no encrypted value");
            }
            int signed = bytes.length - HMAC;
            Mac mac = Mac.getInstance("HmacSHA256");
            mac.init(new SecretKeySpec(signing, "HmacSHA256"));
            mac.update(bytes, 0, signed);
            if (!MessageDigest.isEqual(mac.doFinal(), Arrays.copyOfRange(bytes, signed, bytes.length))) {
                throw new IOException("it was encrypted under another key, or changed");
            }
            Cipher cipher = Cipher.getInstance("AES/CBC/PKCS5Padding");
            cipher.init(
                    Cipher.DECRYPT_MODE,
                    new SecretKeySpec(encryption, "AES"),
                    new IvParameterSpec(bytes, IV_AT, TEXT_AT - IV_AT));
            return new String(cipher.doFinal(bytes, TEXT_AT, signed - TEXT_AT), StandardCharsets.UTF_8);
        } catch (IllegalArgumentException | GeneralSecurityException e) {
            throw new IOException("an encrypted value that does not open", e);
        }
    }
}
