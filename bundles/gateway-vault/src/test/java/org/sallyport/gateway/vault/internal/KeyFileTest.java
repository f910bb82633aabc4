package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyStore;
import java.util.Arrays;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.List;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.VaultException;

class KeyFileTest {

    private static final String PASSPHRASE = "correct horse battery staple";

    @TempDir
    private Path folder;

    private Path keys() {
        return folder.resolve(KeyFile.KEYS);
    }

    private VaultKeys open(String passphrase) throws IOException {
        return new VaultKeys(new KeyFile(folder, passphrase).masterKey());
    }

    private VaultException refused(String passphrase) {
        return assertThrows(VaultException.class, () -> open(passphrase));
    }

    @Test
    void theKeyFileIsMadeAtFirstStartAndReadableByItsOwnerOnly() throws Exception {
        open(PASSPHRASE);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(keys())));
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(1, files.count(), "with a passphrase from outside nothing else lies in the folder");
        }
    }

    @Test
    void withoutAPassphraseOneIsMadeAndKeptForTheOwnerOnly() throws Exception {
        VaultKeys first = open("");
        Path made = folder.resolve(KeyFile.PASSPHRASE);
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(made)));
        assertTrue(Files.readString(made).length() >= 32);
        assertArrayEquals(first.heldKey(), open("").heldKey());
    }

    @Test
    void openedAgainItGivesTheSameKeys() throws Exception {
        VaultKeys first = open(PASSPHRASE);
        VaultKeys again = open(PASSPHRASE);
        assertArrayEquals(first.heldKey(), again.heldKey());
        assertArrayEquals(first.keyEncryptionKey(), again.keyEncryptionKey());
    }

    @Test
    void eachPurposeHasAKeyOfItsOwn() throws Exception {
        VaultKeys keys = open(PASSPHRASE);
        Set<String> all = new HashSet<>();
        for (byte[] key : List.of(
                keys.heldKey(),
                keys.keyEncryptionKey(),
                keys.patientLookup(),
                Arrays.copyOf(keys.generation(1), 32),
                Arrays.copyOfRange(keys.generation(1), 32, 64),
                Arrays.copyOf(keys.generation(2), 32),
                Arrays.copyOfRange(keys.generation(2), 32, 64))) {
            assertEquals(32, key.length);
            assertTrue(all.add(HexFormat.of().formatHex(key)), "no two are the same");
        }
        for (Hmac hmac : List.of(keys.lookupKey(), keys.auditKey(), keys.heldDigestKey())) {
            assertTrue(all.add(HexFormat.of().formatHex(hmac.of())));
        }
    }

    @Test
    void aWrongPassphraseIsAClearErrorThatShowsNoPassphraseAndChangesNothing() throws Exception {
        open(PASSPHRASE);
        byte[] before = Files.readAllBytes(keys());
        String message = refused("not the one").toString();
        assertTrue(message.contains("wrong passphrase") && message.contains(keys().toString()), message);
        assertFalse(message.contains("not the one"), message);
        assertArrayEquals(before, Files.readAllBytes(keys()));
    }

    @Test
    void aKeyFileWithoutItsPassphraseSaysWhereToPutIt() throws Exception {
        open(PASSPHRASE);
        String message = refused("").toString();
        assertTrue(message.contains("SALLYPORT_VAULT_PASSPHRASE"), message);
    }

    @Test
    void anEmptyPassphraseFileProtectsNothingAndIsRefused() throws Exception {
        Files.writeString(folder.resolve(KeyFile.PASSPHRASE), " \n");
        String message = refused("").toString();
        assertTrue(message.contains(KeyFile.PASSPHRASE), message);
        assertFalse(Files.exists(keys()));
    }

    @Test
    void aDamagedKeyFileIsRefusedAndNotReplaced() throws Exception {
        open(PASSPHRASE);
        byte[] bytes = Files.readAllBytes(keys());
        bytes[bytes.length / 2] ^= 1;
        Files.write(keys(), bytes);
        assertTrue(refused(PASSPHRASE).toString().contains("damaged"));
        assertArrayEquals(bytes, Files.readAllBytes(keys()));
    }

    @Test
    void whereAJournalLiesAMissingKeyFileIsNeverReplaced() throws Exception {
        open(PASSPHRASE);
        Files.delete(keys());
        Files.write(folder.resolve(Journal.FILE), new byte[] {1});
        assertTrue(refused(PASSPHRASE).toString().contains("restore the file from a backup"));
        assertFalse(Files.exists(keys()));
    }

    @Test
    void whereAnAuditLogLiesAMissingKeyFileIsNeverReplaced() throws Exception {
        Files.write(folder.resolve(FileAuditLog.FILE), new byte[] {'{'});
        assertTrue(refused(PASSPHRASE).toString().contains("restore the file from a backup"));
        assertFalse(Files.exists(keys()));
    }

    @Test
    void aKeyStoreThatHoldsNoMasterKeySaysSo() throws Exception {
        emptyKeyStore();
        String message = refused(PASSPHRASE).toString();
        assertTrue(message.contains("holds no key"), message);
    }

    private void emptyKeyStore() throws IOException, GeneralSecurityException {
        KeyStore store = KeyStore.getInstance("PKCS12");
        store.load(null, null);
        try (OutputStream out = Files.newOutputStream(keys())) {
            store.store(out, PASSPHRASE.toCharArray());
        }
    }
}
