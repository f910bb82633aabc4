package org.sallyport.gateway.vault.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.Key;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.HexFormat;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PKCS#12 file with the master key. It is made once, at first start; where anything was ever written under a key, a missing key file
 * is an error and never replaced.
 */
final class KeyFile {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

    static final String KEYS = "keys.p12";
    static final String PASSPHRASE = "passphrase";
    private static final String ALIAS = "master-1";

    private final Path folder;

    KeyFile(Path folder) {
        this.folder = folder;
    }

    /**
     * @param passphrase empty = the one in the file {@value #PASSPHRASE}
     * @throws VaultException if the key file is missing though the vault was used, or the passphrase does not open it
     */
    VaultKeys open(String passphrase) throws IOException {
        Path file = folder.resolve(KEYS);
        if (!Files.exists(file)) {
            if (Files.exists(folder.resolve(Journal.FILE)) || Files.exists(folder.resolve(FileAuditLog.FILE))) {
                throw new VaultException("key file " + file + " is missing, and this vault was used under its key:"
                        + " restore the file from a backup");
            }
            create(file, passphrase.isEmpty() ? newPassphrase() : passphrase);
        }
        char[] secret = (passphrase.isEmpty() ? readPassphrase() : passphrase).toCharArray();
        Key key;
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, secret);
            key = store.getKey(ALIAS, secret);
        } catch (GeneralSecurityException | IOException e) {
            throw new VaultException(
                    "key file " + file + " cannot be opened: wrong passphrase"
                            + " (SALLYPORT_VAULT_PASSPHRASE, or the file " + PASSPHRASE + " beside it) or damaged file",
                    e);
        }
        if (!(key instanceof SecretKey) || key.getEncoded() == null) {
            throw new VaultException("key file " + file + " holds no key " + ALIAS);
        }
        return new VaultKeys(key.getEncoded());
    }

    private void create(Path file, String passphrase) throws IOException {
        byte[] master = new byte[32];
        RANDOM.nextBytes(master);
        try {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(null, null);
            char[] secret = passphrase.toCharArray();
            store.setEntry(
                    ALIAS,
                    new KeyStore.SecretKeyEntry(new SecretKeySpec(master, "AES")),
                    new KeyStore.PasswordProtection(secret));
            ByteArrayOutputStream bytes = new ByteArrayOutputStream();
            store.store(bytes, secret);
            DataFolder.replace(file, bytes.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new VaultException("the key file cannot be made", e);
        }
        LOG.info("made the vault's key file {}: back it up together with its passphrase", file);
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
