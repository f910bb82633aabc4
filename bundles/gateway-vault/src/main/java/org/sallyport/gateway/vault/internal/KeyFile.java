package org.sallyport.gateway.vault.internal;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.security.SecureRandom;
import java.util.HexFormat;
import java.util.Set;
import javax.crypto.SecretKey;
import javax.crypto.spec.SecretKeySpec;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The PKCS#12 file with the master key. It is made once, at first start; where anything was ever written under a key, a missing key file
 * is an error and never replaced.
 */
final class KeyFile {

    private static final Logger LOG = LoggerFactory.getLogger(KeyFile.class);

    static final String KEYS = "keys.p12";
    static final String PASSPHRASE = "passphrase";
    private static final String ALIAS = "master-1";
    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));

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
            if (Files.exists(folder.resolve(Journal.FILE))) {
                throw new VaultException(
                        "key file " + file + " is missing, and this vault holds identities sealed under its key:"
                                + " restore the file from a backup");
            }
            create(file, passphrase.isEmpty() ? newPassphrase() : passphrase);
        }
        char[] secret = (passphrase.isEmpty() ? readPassphrase() : passphrase).toCharArray();
        try (InputStream in = Files.newInputStream(file)) {
            KeyStore store = KeyStore.getInstance("PKCS12");
            store.load(in, secret);
            if (store.getKey(ALIAS, secret) instanceof SecretKey key && key.getEncoded() != null) {
                return new VaultKeys(key.getEncoded());
            }
            throw new VaultException("key file " + file + " holds no key " + ALIAS);
        } catch (GeneralSecurityException | IOException e) {
            throw new VaultException(
                    "key file " + file + " cannot be opened: wrong passphrase"
                            + " (SALLYPORT_VAULT_PASSPHRASE, or the file " + PASSPHRASE + " beside it) or damaged file",
                    e);
        }
    }

    private void create(Path file, String passphrase) throws IOException {
        byte[] master = new byte[32];
        new SecureRandom().nextBytes(master);
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
            writeForced(file, bytes.toByteArray());
        } catch (GeneralSecurityException e) {
            throw new VaultException("the key file cannot be made", e);
        }
        LOG.info("made the vault's key file {}: back it up together with its passphrase", file);
    }

    private String newPassphrase() throws IOException {
        Path file = folder.resolve(PASSPHRASE);
        if (!Files.exists(file)) {
            byte[] random = new byte[24];
            new SecureRandom().nextBytes(random);
            writeForced(file, HexFormat.of().formatHex(random).getBytes(java.nio.charset.StandardCharsets.US_ASCII));
        }
        return readPassphrase();
    }

    private String readPassphrase() throws IOException {
        Path file = folder.resolve(PASSPHRASE);
        if (!Files.isRegularFile(file) || Files.size(file) > 1024) {
            throw new VaultException(
                    "no passphrase for the key file: set SALLYPORT_VAULT_PASSPHRASE or put it into " + file);
        }
        return Files.readString(file).strip();
    }

    /** Whole or not at all, and on stable storage. */
    private void writeForced(Path file, byte[] content) throws IOException {
        Path part = Files.createTempFile(folder, "new-", ".part", OWNER_ONLY);
        try (FileChannel channel = FileChannel.open(part, StandardOpenOption.WRITE)) {
            channel.write(java.nio.ByteBuffer.wrap(content));
            channel.force(true);
        }
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
        try (FileChannel parent = FileChannel.open(folder, StandardOpenOption.READ)) {
            parent.force(true);
        }
    }
}
