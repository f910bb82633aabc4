package org.sallyport.gateway.vault.internal;

import java.nio.charset.StandardCharsets;
import java.security.GeneralSecurityException;
import java.util.HexFormat;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.api.vault.VaultException;

/** Keys that are settings: {@code .key} and, while the master key is still wrapped under the one before, {@code .previous-key}. Immutable. */
final class EnvironmentKeyProvider implements KeyProvider {

    static final String ID = "environment";

    private static final int BYTES = 32;
    private static final int FINGERPRINT = 8;

    private final String key;
    private final String previous;

    /** Each 64 hexadecimal digits, or empty = none. */
    EnvironmentKeyProvider(String key, String previous) {
        this.key = key;
        this.previous = previous;
    }

    @Override
    public String newKey() throws VaultException {
        return fingerprint(bytes(".key", key));
    }

    @Override
    public byte[] wrap(String keyId, byte[] plain) throws VaultException, GeneralSecurityException {
        return find(keyId).wrap(plain);
    }

    @Override
    public byte[] unwrap(String keyId, byte[] wrapped) throws VaultException, GeneralSecurityException {
        return find(keyId).unwrap(wrapped);
    }

    private WrappingKey find(String keyId) throws VaultException {
        byte[] first = bytes(".key", key);
        if (fingerprint(first).equals(keyId)) {
            return new WrappingKey(new SecretKeySpec(first, "AES"), null);
        }
        if (!previous.isEmpty()) {
            byte[] second = bytes(".previous-key", previous);
            if (fingerprint(second).equals(keyId)) {
                return new WrappingKey(new SecretKeySpec(second, "AES"), null);
            }
        }
        throw new VaultException(
                "the key " + keyId
                        + " is neither .key nor .previous-key (SALLYPORT_VAULT_KEY, SALLYPORT_VAULT_PREVIOUS_KEY): set it again");
    }

    private static byte[] bytes(String setting, String hexadecimal) throws VaultException {
        if (!hexadecimal.matches("[0-9A-Fa-f]{" + 2 * BYTES + "}")) {
            throw new VaultException(setting + (hexadecimal.isEmpty() ? " is not set" : " is no key")
                    + ": it has to be " + 2 * BYTES + " hexadecimal digits, as of: openssl rand -hex " + BYTES);
        }
        return HexFormat.of().parseHex(hexadecimal);
    }

    /** Tells keys apart and nothing of them. */
    private static String fingerprint(byte[] key) {
        byte[] digest = new Hmac(key).of("sallyport key id".getBytes(StandardCharsets.US_ASCII));
        return "env-" + HexFormat.of().formatHex(digest, 0, FINGERPRINT);
    }
}
