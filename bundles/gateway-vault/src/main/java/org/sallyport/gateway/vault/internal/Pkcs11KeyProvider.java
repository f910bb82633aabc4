package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.InvalidParameterException;
import java.security.Key;
import java.security.KeyStore;
import java.security.Provider;
import java.security.ProviderException;
import java.security.Security;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * AES keys of a PKCS#11 token, by label; they never leave it. The token is opened at the first use, and stays open: its library serves the whole process.
 * Used by one thread at a time.
 */
final class Pkcs11KeyProvider implements KeyProvider {

    static final String ID = "pkcs11";

    private final String library;
    private final int slot;
    private final String label;
    private final String pin;
    private @Nullable Provider provider;

    /**
     * @param library path of the token's PKCS#11 library
     * @param slot id; -1 = the first one that there is
     * @param label of the key to wrap under
     */
    Pkcs11KeyProvider(String library, int slot, String label, String pin) {
        this.library = library;
        this.slot = slot;
        this.label = label;
        this.pin = pin;
    }

    @Override
    public String newKey() throws IOException, GeneralSecurityException {
        find(label);
        return label;
    }

    @Override
    public byte[] wrap(String keyId, byte[] key) throws IOException, GeneralSecurityException {
        return find(keyId).wrap(key);
    }

    @Override
    public byte[] unwrap(String keyId, byte[] wrapped) throws IOException, GeneralSecurityException {
        return find(keyId).unwrap(wrapped);
    }

    private WrappingKey find(String keyId) throws IOException, GeneralSecurityException {
        Provider open = provider();
        Key key;
        try {
            // Read anew each time: a key may have been made there since.
            KeyStore keys = KeyStore.getInstance("PKCS11", open);
            keys.load(null, pin.toCharArray());
            key = keys.getKey(keyId, null);
        } catch (IOException | ProviderException e) {
            throw refused(e);
        }
        if (key == null) {
            throw new VaultException("the token has no AES key with the label \"" + keyId
                    + "\" (pkcs11-key): make one of 256 bits there, or restore it");
        }
        return new WrappingKey(key, open);
    }

    private Provider provider() throws VaultException {
        Provider open = provider;
        if (open != null) {
            return open;
        }
        // White space would make it more than one directive of the library's configuration.
        if (!library.matches("[!-~]+") || !Files.isRegularFile(Path.of(library))) {
            throw new VaultException("pkcs11-library \"" + library
                    + "\": must be the path of the token's PKCS#11 library, without spaces");
        }
        Provider base = Security.getProvider("SunPKCS11");
        if (base == null) {
            throw new VaultException("this Java has no PKCS#11 (module jdk.crypto.cryptoki)");
        }
        try {
            Provider configured = base.configure("--name=sallyport\nlibrary=" + library + "\n"
                    + (slot < 0 ? "slotListIndex=0" : "slot=" + slot) + "\n");
            provider = configured;
            return configured;
        } catch (InvalidParameterException | ProviderException e) {
            throw refused(e);
        }
    }

    private static VaultException refused(Exception behind) {
        return new VaultException(
                "the token cannot be opened: see pkcs11-library, pkcs11-slot and .pkcs11-pin (SALLYPORT_PKCS11_PIN)",
                behind);
    }
}
