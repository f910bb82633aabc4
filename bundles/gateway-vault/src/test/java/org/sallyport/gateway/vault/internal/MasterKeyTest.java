package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.patient;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.HashMap;
import java.util.HexFormat;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.api.vault.VaultException;

/** The key that the vault opens with is changed, moved elsewhere and missed. */
class MasterKeyTest {

    private static final String PASSPHRASE = "correct horse battery staple";
    private static final String KEY = "0123456789abcdef".repeat(4);
    private static final String OTHER_KEY = "fedcba9876543210".repeat(4);

    @TempDir
    private Path folder;

    private final Map<String, KeyProvider> providers = new HashMap<>();

    private MasterKey with(String provider) {
        return new MasterKey(folder, provider, providers::get, new KeyFile(folder, PASSPHRASE));
    }

    private MasterKey environment(String key, String previous) {
        providers.put(EnvironmentKeyProvider.ID, new EnvironmentKeyProvider(key, previous));
        return with(EnvironmentKeyProvider.ID);
    }

    private static byte[] told(VaultKeys keys) {
        return keys.heldKey();
    }

    private static VaultException refused(MasterKey masterKey) {
        return assertThrows(VaultException.class, masterKey::open);
    }

    private static void assertSays(VaultException e, String... words) {
        for (String word : words) {
            assertTrue(String.valueOf(e.getMessage()).contains(word), e.getMessage());
        }
    }

    private void use() throws IOException {
        Files.write(folder.resolve(Journal.FILE), new byte[] {1});
    }

    // ---- the key file

    @Test
    void aRotatedKeyFileOpensTheSameVaultAndTheKeyBeforeIsGone() throws Exception {
        byte[] before = told(with(KeyFile.ID).open());
        byte[] keyFileBefore = Files.readAllBytes(folder.resolve(KeyFile.KEYS));
        assertEquals("wrapping-1", with(KeyFile.ID).rotate().keyId());
        assertArrayEquals(before, told(with(KeyFile.ID).open()));
        assertEquals("wrapping-2", with(KeyFile.ID).rotate().keyId());
        assertEquals("wrapping-3", with(KeyFile.ID).rotate().keyId(), "no id is given twice");
        assertArrayEquals(before, told(with(KeyFile.ID).open()));
        assertEquals(
                new MasterKey.Place(KeyFile.ID, "wrapping-3"), with(KeyFile.ID).place());
        assertEquals(
                "rw-------",
                PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve(MasterKey.FILE))));

        Files.write(folder.resolve(KeyFile.KEYS), keyFileBefore);
        assertSays(refused(with(KeyFile.ID)), "holds no key wrapping-3", "restore");
    }

    @Test
    void theMasterKeyIsInNoFileInTheClear() throws Exception {
        byte[] master = new KeyFile(folder, PASSPHRASE).masterKey();
        with(KeyFile.ID).rotate();
        String file = Files.readString(folder.resolve(MasterKey.FILE), StandardCharsets.ISO_8859_1);
        assertFalse(file.contains(HexFormat.of().formatHex(master)), "in hexadecimal digits");
        assertFalse(file.contains(new String(master, StandardCharsets.ISO_8859_1)));
        VaultException gone = assertThrows(
                VaultException.class, () -> new KeyFile(folder, PASSPHRASE).masterKey(), "it left the key file");
        assertSays(gone, "holds no key " + KeyFile.MASTER);
    }

    /** Only {@code vault/master} and the key file are written: not the data. */
    @Test
    void rotationTouchesNoData() throws Exception {
        byte[] sealed;
        byte[] plain = {1, 2, 3};
        VaultKeys keys = with(KeyFile.ID).open();
        JournalPseudonymizer vault = new JournalPseudonymizer(folder, keys, false);
        Vaults.RememberedAudit audit = new Vaults.RememberedAudit();
        try {
            sealed = Vaults.seal(
                    new GcmIdentityVault(keys, vault, audit), vault.assign(patient("P1", "1.2.3")), "frame/1", plain);
        } finally {
            vault.close();
        }
        byte[] journal = Files.readAllBytes(folder.resolve(Journal.FILE));
        with(KeyFile.ID).rotate();
        environment(KEY, "").rotate();
        assertArrayEquals(journal, Files.readAllBytes(folder.resolve(Journal.FILE)));
        VaultKeys rotated = environment(KEY, "").open();
        JournalPseudonymizer again = new JournalPseudonymizer(folder, rotated, false);
        try {
            assertArrayEquals(plain, Vaults.open(new GcmIdentityVault(rotated, again, audit), "frame/1", sealed));
        } finally {
            again.close();
        }
    }

    // ---- the environment

    @Test
    void aVaultThatBeginsWithAKeyOfTheEnvironmentHasNoKeyFile() throws Exception {
        byte[] keys = told(environment(KEY, "").open());
        assertFalse(Files.exists(folder.resolve(KeyFile.KEYS)));
        assertArrayEquals(keys, told(environment(KEY, "").open()));
        String file = Files.readString(folder.resolve(MasterKey.FILE));
        assertTrue(file.contains("provider = environment"), file);
        assertFalse(file.contains(KEY), "the key itself is not kept");
    }

    @Test
    void aKeyOfTheEnvironmentIsChangedByTheOneBefore() throws Exception {
        byte[] keys = told(environment(KEY, "").open());
        assertArrayEquals(keys, told(environment(OTHER_KEY, KEY).open()), "until it is rotated");
        environment(OTHER_KEY, KEY).rotate();
        assertArrayEquals(keys, told(environment(OTHER_KEY, "").open()));
        assertSays(refused(environment(KEY, "")), "neither .key nor .previous-key");
    }

    @Test
    void aMissingOrMisshapenKeyOfTheEnvironmentSaysSo() throws Exception {
        assertSays(refused(environment("", "")), ".key is not set", "openssl rand -hex 32");
        VaultException misshapen = refused(environment("not-a-key-8817", ""));
        assertSays(misshapen, ".key is no key", "64 hexadecimal digits");
        assertFalse(String.valueOf(misshapen.getMessage()).contains("8817"), "what was set is not told");
        environment(KEY, "").open();
        assertSays(refused(environment(OTHER_KEY, "")), "neither .key nor .previous-key", "set it again");
        byte[] file = Files.readAllBytes(folder.resolve(MasterKey.FILE));
        assertThrows(VaultException.class, () -> environment(OTHER_KEY, "").rotate(), "what cannot be opened is kept");
        assertArrayEquals(file, Files.readAllBytes(folder.resolve(MasterKey.FILE)));
    }

    // ---- from one provider to another

    @Test
    void theVaultMovesFromOneProviderToAnotherByRotation() throws Exception {
        byte[] keys = told(with(KeyFile.ID).open());
        assertArrayEquals(keys, told(environment(KEY, "").open()), "the setting alone changes nothing");
        assertEquals(KeyFile.ID, environment(KEY, "").place().provider());
        environment(KEY, "").rotate();
        Files.delete(folder.resolve(KeyFile.KEYS));
        assertArrayEquals(keys, told(environment(KEY, "").open()), "the key file is not needed any more");
        with(KeyFile.ID).rotate();
        assertArrayEquals(keys, told(with(KeyFile.ID).open()), "and back");
    }

    @Test
    void aProviderThatIsNotThereSaysSo() throws Exception {
        assertSays(refused(with("kms")), "key provider \"kms\" is not there", "key-provider");
        assertFalse(Files.exists(folder.resolve(MasterKey.FILE)));
    }

    /** Keeps wrapping keys as a plug-in does. */
    private static class Kms implements KeyProvider {

        String current = "arn:kms/1";
        boolean down;

        @Override
        public String newKey() {
            return current;
        }

        @Override
        public byte[] wrap(String keyId, byte[] key) throws IOException {
            return turned(keyId, key);
        }

        @Override
        public byte[] unwrap(String keyId, byte[] wrapped) throws IOException {
            return turned(keyId, wrapped);
        }

        private byte[] turned(String keyId, byte[] bytes) throws IOException {
            if (down) {
                throw new IOException("no answer");
            }
            byte[] turned = bytes.clone();
            for (int i = 0; i < turned.length; i++) {
                turned[i] ^= (byte) keyId.hashCode();
            }
            return turned;
        }
    }

    @Test
    void aVendorsProviderReplacesThem() throws Exception {
        Kms kms = new Kms();
        providers.put("kms", kms);
        byte[] keys = told(with("kms").open());
        kms.current = "arn:kms/2";
        assertEquals(new MasterKey.Place("kms", "arn:kms/2"), with("kms").rotate());
        assertArrayEquals(keys, told(with("kms").open()));
        kms.down = true;
        assertSays(refused(with("kms")), "key arn:kms/2 of key provider kms does not open");
        byte[] file = Files.readAllBytes(folder.resolve(MasterKey.FILE));
        assertThrows(VaultException.class, () -> with("kms").rotate());
        assertArrayEquals(file, Files.readAllBytes(folder.resolve(MasterKey.FILE)));
    }

    @Test
    void aProviderThatDoesNotGiveBackWhatItWrappedIsNotReliedOn() throws Exception {
        byte[] keys = told(with(KeyFile.ID).open());
        providers.put("kms", new Kms() {
            @Override
            public byte[] unwrap(String keyId, byte[] wrapped) {
                return new byte[32];
            }
        });
        VaultException e = assertThrows(VaultException.class, () -> with("kms").rotate());
        assertSays(e, "does not give back what it wrapped");
        assertFalse(Files.exists(folder.resolve(MasterKey.FILE)));
        assertArrayEquals(keys, told(with(KeyFile.ID).open()));
    }

    // ---- damage and loss

    @Test
    void whereTheVaultWasUsedAMissingMasterFileIsNeverReplaced() throws Exception {
        environment(KEY, "").open();
        Files.delete(folder.resolve(MasterKey.FILE));
        use();
        assertSays(refused(environment(KEY, "")), "is missing, and this vault was used", "restore");
        assertFalse(Files.exists(folder.resolve(MasterKey.FILE)));
    }

    @Test
    void aDamagedMasterFileIsRefusedAndNotReplaced() throws Exception {
        environment(KEY, "").open();
        Path file = folder.resolve(MasterKey.FILE);
        String good = Files.readString(file);
        int last = good.length() - 2;
        String flipped = good.substring(0, last) + (good.charAt(last) == '0' ? '1' : '0') + "\n";
        for (String bad : new String[] {
            "", "provider = environment\n", flipped, good.replace("wrapped = ", "wrapped = x"), "x".repeat(70_000)
        }) {
            Files.writeString(file, bad);
            assertSays(refused(environment(KEY, "")), "damaged");
            assertEquals(bad, Files.readString(file));
        }
        Files.writeString(file, good);
        environment(KEY, "").open();
    }

    @Test
    void messagesTellNoKey() throws Exception {
        @Nullable
        String told = refused(environment(KEY.substring(1), OTHER_KEY)).getMessage();
        assertFalse(String.valueOf(told).contains(KEY.substring(1)), told);
    }
}
