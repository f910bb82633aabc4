package org.sallyport.gateway.vault.internal;

import java.security.GeneralSecurityException;
import javax.crypto.Mac;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.vault.KeyedDigest;

/** HMAC-SHA-256 under one key. Thread-safe: each use has a Mac of its own. */
final class Hmac {

    private static final String ALGORITHM = "HmacSHA256";

    private final SecretKeySpec key;

    Hmac(byte[] key) {
        this.key = new SecretKeySpec(key, ALGORITHM);
    }

    byte[] of(byte[]... parts) {
        Mac mac = mac();
        for (byte[] part : parts) {
            mac.update(part);
        }
        return mac.doFinal();
    }

    KeyedDigest running() {
        Mac mac = mac();
        return new KeyedDigest() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                mac.update(bytes, offset, length);
            }

            @Override
            public byte[] finish() {
                return mac.doFinal();
            }
        };
    }

    private Mac mac() {
        try {
            Mac mac = Mac.getInstance(ALGORITHM);
            mac.init(key);
            return mac;
        } catch (GeneralSecurityException e) {
            throw new IllegalStateException("every Java platform has " + ALGORITHM, e);
        }
    }
}
