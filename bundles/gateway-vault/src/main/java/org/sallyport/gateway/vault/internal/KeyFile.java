package org.sallyport.gateway.vault.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.KeyStoreException;
import java.security.SecureRandom;
import java.util.Collections;
import java.util.HexFormat;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PKCS#12 file. At first start it is made with the master key itself; when that key is wrapped later, it holds the key for that instead. Where anything
 * was ever written under a key, a missing key file is an error and never replaced. One thread at a time.
 */
final class KeyFile implements KeyProvider {

    static final String ID = "pkcs12";

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

    static final String KEYS = "keys.p12";
    static final String PASSPHRASE = "passphrase";
    /** The master key's alias. */
    static final String MASTER = "master-1";

    private static final String WRAPPING = "wrapping-";
    private static final int BYTES = 32;

    private final Path folder;
    private final String passphrase;

    /** @param passphrase empty = the one in the file {@value #PASSPHRASE} */
    KeyFile(Path folder, String passphrase) {
        this.folder = folder;
        this.passphrase = passphrase;
    }

    /** Whether anything was ever written under a key. */
    static boolean wasUsed(Path folder) {
        return Files.exists(folder.resolve(Journal.FILE)) || Files.exists(folder.resolve(FileAuditLog.FILE));
    }

    /**
     * The master key in the file, which is made if it is not there.
     *
     * @throws VaultException if the key file is missing though the vault was used, or the passphrase does not open it
     */
    byte[] masterKey() throws IOException {
        if (!Files.exists(file())) {
            if (wasUsed(folder)) {
                throw new VaultException("key file " + file() + " is missing, and this vault was used under its key:"
                        + " restore the file from a backup");
            }
            add(empty(), MASTER, passphrase.isEmpty() ? newPassphrase() : passphrase);
            LOG.info("made the vault's key file {}: back it up together with its passphrase", file());
        }
        return key(MASTER).getEncoded();
    }

    @Override
    public String newKey() throws IOException {
        boolean fresh = !Files.exists(file());
        String secret = fresh && passphrase.isEmpty() ? newPassphrase() : secret();
        KeyStore store = fresh ? empty() : load(secret);
        String id = WRAPPING + (highest(store) + 1);
        add(store, id, secret);
        return id;
    }

    /** Of the numbers of wrapping keys: none that is in the file is given again. */
    private static int highest(KeyStore store) throws VaultException {
        int highest = 0;
        try {
            for (String alias : Collections.list(store.aliases())) {
                if (alias.matches(WRAPPING + "\\d{1,8}")) {
                    highest = Math.max(highest, Integer.parseInt(alias.substring(WRAPPING.length())));
                }
            }
        } catch (KeyStoreException e) {
            throw new VaultException("the key file cannot be read", e);
        }
        return highest;
    }

    @Override
    public byte[] wrap(String keyId, byte[] key) throws IOException, GeneralSecurityException {
        return new WrappingKey(key(keyId), null).wrap(key);
    }

    @Override
    public byte[] unwrap(String keyId, byte[] wrapped) throws IOException, GeneralSecurityException {
        return new WrappingKey(key(keyId), null).unwrap(wrapped);
    }

    @Override
    public void retire(String keyId) throws IOException {
        String secret = secret();
        KeyStore store = load(secret);
        try {
            store.deleteEntry(keyId);
        } catch (KeyStoreException e) {
            throw new VaultException("the key file cannot be changed", e);
        }
        write(store, secret);
    }

    private Path file() {
        return folder.resolve(KEYS);
    }

    private String secret() throws IOException {
        return passphrase.isEmpty() ? readPassphrase() : passphrase;
    }

    private static KeyStore empty() throws IOException {
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            return store;
        } catch (GeneralSecurityException e) {
            throw new VaultException("the key file cannot be made", e);
        }
    }

    private VaultException refused(Exception behind) {
        return new VaultException(
                "key file " + file() + " cannot be opened: wrong passphrase"
                        + " (SALLYPORT_VAULT_PASSPHRASE, or the file " + PASSPHRASE + " beside it) or damaged file",
                behind);
    }

    private KeyStore load(String secret) throws IOException {
        try (InputStream in = Files.newInputStream(file())) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, secret.toCharArray());
            return store;
        } catch (NoSuchFileException e) {
            throw new VaultException("key file " + file() + " is missing: restore it from a backup", e);
        } catch (GeneralSecurityException | IOException e) {
            throw refused(e);
        }
    }

    private SecretKey key(String alias) throws IOException {
        String secret = secret();
        Key key;
        try {
            key = load(secret).getKey(alias, secret.toCharArray());
        } catch (GeneralSecurityException e) {
            throw refused(e);
        }
        if (!(key instanceof SecretKey found) || key.getEncoded() == null) {
            throw new VaultException("key file " + file() + " holds no key " + alias
                    + ": restore it from a backup, together with the whole folder");
        }
        return found;
    }

    /** A new random key. */
    private void add(KeyStore store, String alias, String secret) throws IOException {
        byte[] key = new byte[BYTES];
        RANDOM.nextBytes(key);
        try {
            store.setEntry(
                    alias,
                    new KeyStore.SecretKeyEntry(new SecretKeySpec(key, "AES")),
                    new KeyStore.PasswordProtection(secret.toCharArray()));
        } catch (KeyStoreException e) {
            throw new VaultException("the key file cannot be made", e);
        }
        write(store, secret);
    }

    private void write(KeyStore store, String secret) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try {
            store.store(bytes, secret.toCharArray());
        } catch (GeneralSecurityException e) {
            throw new VaultException("the key file cannot be made", e);
        }
        DataFolder.replace(file(), bytes.toByteArray());
    }

    private String newPassphrase() throws IOException {
        Path file = folder.resolve(PASSPHRASE);
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            RANDOM.nextBytes(random);
            DataFolder.replace(file, HexFormat.of().formatHex(random).getBytes(StandardCharsets.US_ASCII));
        }
        return readPassphrase();
    }

    private String readPassphrase() throws IOException {
        Path file = folder.resolve(PASSPHRASE);
        if (!Files.isRegularFile(file) || Files.size(file) > 1024) {
            throw new VaultException(
                    "no passphrase for the key file: set SALLYPORT_VAULT_PASSPHRASE or put it into " + file);
        }
        String passphrase = Files.readString(file).strip();
        if (passphrase.isEmpty()) {
            throw new VaultException("the passphrase in " + file + " is empty: it would protect nothing");
        }
        return passphrase;
    }
}
