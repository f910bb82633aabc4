package org.sallyport.gateway.testkit;

import java.io.IOException;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HashMap;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.key.KeyProvider;

/** A key provider as it should be, with its keys in memory. */
class MemoryKeys implements KeyProvider {

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE = 12;

    /** Where the keys are, whoever asks for them. */
    static final class Store {
        final Map<String, SecretKeySpec> keys = new HashMap<>();
        int made;
        byte[] copy = {};
    }

    final Store store;

    MemoryKeys(Store store) {
        this.store = store;
    }

    MemoryKeys(MemoryKeys other) {
        this(other.store);
    }

    SecretKeySpec find(String keyId) throws IOException {
        SecretKeySpec key = store.keys.get(keyId);
        if (key == null) {
            throw new IOException("there is no key " + keyId + ": restore it");
        }
        return key;
    }

    @Override
    public String newKey() {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        store.made++;
        String id = "key-" + store.made;
        store.keys.put(id, new SecretKeySpec(key, "AES"));
        return id;
    }

    @Override
    public byte[] wrap(String keyId, byte[] key) throws Exception {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, find(keyId), new GCMParameterSpec(128, nonce));
        return concat(nonce, cipher.doFinal(key));
    }

    @Override
    public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
        SecretKeySpec key = find(keyId);
        if (wrapped.length < NONCE) {
            throw new IOException("it is cut off");
        }
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, key, new GCMParameterSpec(128, Arrays.copyOf(wrapped, NONCE)));
        return cipher.doFinal(wrapped, NONCE, wrapped.length - NONCE);
    }

    @Override
    public void retire(String keyId) {
        store.keys.remove(keyId);
    }

    static byte[] concat(byte[] one, byte[] other) {
        byte[] both = Arrays.copyOf(one, one.length + other.length);
        System.arraycopy(other, 0, both, one.length, other.length);
        return both;
    }

    static byte[] turned(byte[] with, byte[] bytes) {
        byte[] turned = bytes.clone();
        for (int i = 0; i < turned.length; i++) {
            turned[i] ^= with[i % with.length];
        }
        return turned;
    }
}
