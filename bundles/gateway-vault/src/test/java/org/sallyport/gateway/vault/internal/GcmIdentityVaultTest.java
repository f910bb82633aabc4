package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.OFFICER;
import static org.sallyport.gateway.vault.internal.Vaults.keys;
import static org.sallyport.gateway.vault.internal.Vaults.open;
import static org.sallyport.gateway.vault.internal.Vaults.patient;
import static org.sallyport.gateway.vault.internal.Vaults.seal;
import static org.sallyport.gateway.vault.internal.Vaults.sealHeld;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

class GcmIdentityVaultTest {

    private static final String PLACE = "frame/7c1e1f0e-0000-4000-8000-000000000001";
    private static final String OTHER_PLACE = "frame/7c1e1f0e-0000-4000-8000-000000000002";
    private static final byte[] SECRET = "DOE^JANE MRN-4711".getBytes(StandardCharsets.US_ASCII);
    private static final int MIB = 1 << 20;
    /** Magic, kind, patient number, salt, key id. */
    private static final int HEADER = 33;

    /** Of a stream without a key id. */
    private static final int OLD_HEADER = 25;

    @TempDir
    private Path folder;

    private final Vaults.RememberedAudit audit = new Vaults.RememberedAudit();
    private JournalPseudonymizer assignments;
    private GcmIdentityVault vault;
    private StudyContext study;
    private StudyContext otherStudy;

    @BeforeEach
    void start() throws IOException {
        assignments = new JournalPseudonymizer(folder, keys(1), false);
        vault = new GcmIdentityVault(keys(1), assignments, audit);
        study = assignments.assign(patient("P1", "1.2.3"));
        otherStudy = assignments.assign(patient("P2", "1.2.4"));
    }

    @AfterEach
    void stop() throws IOException {
        assignments.close();
    }

    private void assertFails(String what, byte[] sealed) {
        VaultException e = assertThrows(VaultException.class, () -> open(vault, PLACE, sealed), what);
        assertFalse(e.toString().contains("DOE"), e.toString());
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 15, 16, 4095, 4096, 4097, MIB - 1, MIB, MIB + 1, 2 * MIB, 3 * MIB + 17})
    void whatWasSealedOpensWhateverItsLength(int length) throws Exception {
        byte[] plain = random(length);
        assertArrayEquals(plain, open(vault, PLACE, seal(vault, study, PLACE, plain)));
        assertArrayEquals(plain, open(vault, PLACE, sealHeld(vault, PLACE, plain)));
    }

    @Test
    void howItIsWrittenAndReadIsOfNoMeaning() throws Exception {
        byte[] plain = random(MIB + 5000);
        ByteArrayOutputStream sealed = new ByteArrayOutputStream();
        try (OutputStream out = vault.seal(study, PLACE, sealed)) {
            out.write(plain[0]);
            out.write(plain, 1, 6000);
            out.write(plain, 6001, 0);
            out.write(plain, 6001, plain.length - 6001);
            out.flush();
        }
        ByteArrayOutputStream read = new ByteArrayOutputStream();
        try (InputStream in = vault.open(PLACE, new Trickle(sealed.toByteArray()), OFFICER)) {
            assertEquals(0, in.read(new byte[0]));
            read.write(in.read());
            byte[] odd = new byte[777];
            for (int n = in.read(odd); n >= 0; n = in.read(odd)) {
                read.write(odd, 0, n);
            }
            assertEquals(-1, in.read());
        }
        assertArrayEquals(plain, read.toByteArray());
    }

    /** Hands out few bytes at a time, as a file system or a socket may. */
    private static final class Trickle extends ByteArrayInputStream {

        Trickle(byte[] bytes) {
            super(bytes);
        }

        @Override
        public synchronized int read(byte[] to, int offset, int length) {
            return super.read(to, offset, Math.min(length, 4099));
        }
    }

    @Test
    void theCiphertextShowsNothingOfThePlainText() throws Exception {
        String sealed = new String(seal(vault, study, PLACE, SECRET), StandardCharsets.ISO_8859_1);
        assertFalse(sealed.contains("DOE") || sealed.contains("4711"));
    }

    @Test
    void theSameSealedTwiceGivesOtherBytes() throws Exception {
        assertFalse(Arrays.equals(seal(vault, study, PLACE, SECRET), seal(vault, study, PLACE, SECRET)));
    }

    @Test
    void whatWasSealedOpensAfterReopening() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        byte[] held = sealHeld(vault, "held/1", SECRET);
        assignments.close();
        start();
        assertArrayEquals(SECRET, open(vault, PLACE, sealed));
        assertArrayEquals(SECRET, open(vault, "held/1", held));
    }

    @Test
    void movedToAnotherPlaceItDoesNotOpen() throws Exception {
        byte[] sealed = seal(vault, study, OTHER_PLACE, SECRET);
        assertFails("another frame's identity", sealed);
        assertFails("another held object", sealHeld(vault, OTHER_PLACE, SECRET));
    }

    @Test
    void changedInAnyByteItDoesNotOpen() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        for (int at = 0; at < sealed.length; at++) {
            byte[] changed = sealed.clone();
            changed[at] ^= 1;
            assertFails("byte " + at + " changed", changed);
        }
    }

    @Test
    void cutOffAnywhereItDoesNotOpen() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        for (int length = 0; length < sealed.length; length++) {
            assertFails("cut to " + length + " bytes", Arrays.copyOf(sealed, length));
        }
    }

    @Test
    void withMoreBehindItItDoesNotOpen() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        assertFails("a byte more", Arrays.copyOf(sealed, sealed.length + 1));
        byte[] large = seal(vault, study, PLACE, random(MIB));
        assertFails("a byte behind a full segment", Arrays.copyOf(large, large.length + 1));
    }

    @Test
    void anotherPatientsIdentityDoesNotOpenAsThis() throws Exception {
        byte[] one = seal(vault, study, PLACE, SECRET);
        byte[] other = seal(vault, otherStudy, PLACE, random(SECRET.length));
        byte[] mixed = one.clone();
        System.arraycopy(other, HEADER, mixed, HEADER, mixed.length - HEADER);
        assertFails("another patient's segments behind this patient's header", mixed);
        byte[] unknown = one.clone();
        unknown[8] = 99;
        assertFails("a patient whom the vault does not know", unknown);
        unknown[5] = (byte) 0x80;
        assertFails("a negative patient number", unknown);
    }

    @Test
    void whatWasSealedBeforeThereWereKeyIdsOpens() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        byte[] header = Arrays.copyOf(sealed, OLD_HEADER);
        header[3] = '1';
        byte[] salt = Arrays.copyOfRange(header, OLD_HEADER - SegmentCipher.SALT, OLD_HEADER);
        ByteArrayOutputStream old = new ByteArrayOutputStream();
        old.write(header);
        try (OutputStream out =
                new SealingStream(old, new SegmentCipher(assignments.dataKey(0), salt, PLACE, header))) {
            out.write(SECRET);
        }
        assertArrayEquals(SECRET, open(vault, PLACE, old.toByteArray()));
    }

    @Test
    void theKeyOfAnotherVaultIsNamed(@TempDir Path elsewhere) throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        String id = HexFormat.of().formatHex(sealed, OLD_HEADER, HEADER);
        assertArrayEquals(
                Arrays.copyOfRange(sealed, OLD_HEADER, HEADER),
                Arrays.copyOfRange(seal(vault, study, OTHER_PLACE, SECRET), OLD_HEADER, HEADER),
                "one key, one id");
        try (JournalPseudonymizerOf other = new JournalPseudonymizerOf(elsewhere)) {
            GcmIdentityVault another = new GcmIdentityVault(keys(1), other.vault, audit);
            VaultException e = assertThrows(VaultException.class, () -> open(another, PLACE, sealed));
            assertTrue(String.valueOf(e.getMessage()).contains("sealed under key " + id), e.getMessage());
            assertTrue(String.valueOf(e.getMessage()).contains("restore the journal"), e.getMessage());
        }
    }

    /** A journal that gave its first patient another key. */
    private static final class JournalPseudonymizerOf implements AutoCloseable {

        final JournalPseudonymizer vault;

        JournalPseudonymizerOf(Path folder) throws IOException {
            vault = new JournalPseudonymizer(folder, keys(1), false);
            vault.assign(patient("P9", "1.2.9"));
        }

        @Override
        public void close() throws IOException {
            vault.close();
        }
    }

    @Test
    void aSegmentDroppedDoubledOrReorderedDoesNotOpen() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, random(3 * MIB));
        int segment = MIB + 16;
        assertEquals(HEADER + 3 * segment, sealed.length);
        assertFails("the first dropped", segments(sealed, 1, 2));
        assertFails("the middle dropped", segments(sealed, 0, 2));
        assertFails("the last dropped", segments(sealed, 0, 1));
        assertFails("reordered", segments(sealed, 1, 0, 2));
        assertFails("doubled", segments(sealed, 0, 0, 1, 2));
        assertFails("the last doubled", segments(sealed, 0, 1, 2, 2));
        assertFails("the header only", segments(sealed));
        assertArrayEquals(random(3 * MIB), open(vault, PLACE, segments(sealed, 0, 1, 2)));
    }

    private static byte[] segments(byte[] sealed, int... order) {
        int segment = MIB + 16;
        byte[] made = Arrays.copyOf(sealed, HEADER + order.length * segment);
        for (int i = 0; i < order.length; i++) {
            System.arraycopy(sealed, HEADER + order[i] * segment, made, HEADER + i * segment, segment);
        }
        return made;
    }

    @Test
    void noByteOfABadSegmentIsHandedOutAndTheStreamStaysBroken() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, random(2 * MIB));
        sealed[sealed.length - 1] ^= 1;
        try (InputStream in = vault.open(PLACE, new ByteArrayInputStream(sealed), OFFICER)) {
            assertEquals(MIB, in.readNBytes(MIB).length);
            assertThrows(VaultException.class, in::read);
            assertThrows(VaultException.class, in::read, "a broken stream must not look like one that has ended");
        }
    }

    @Test
    void afterClosingNothingCanBeWritten() throws Exception {
        OutputStream out = vault.seal(study, PLACE, new ByteArrayOutputStream());
        out.close();
        out.close();
        assertThrows(IOException.class, () -> out.write(1));
    }

    @Test
    void onlyThePrivacyOfficerMayOpen() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        for (String role : List.of(Roles.ADMINISTRATOR, Roles.OPERATOR, Roles.VIEWER, "")) {
            AccessRequest request = Vaults.request(role, "a good reason");
            assertThrows(
                    AccessDeniedException.class,
                    () -> vault.open(PLACE, new ByteArrayInputStream(sealed), request),
                    role);
        }
        assertEquals(
                List.of("identity.read meier ANON-0123456789AB refused"),
                audit.records.stream().distinct().toList());
        assertEquals(4, audit.records.size());
    }

    @Test
    void openingNeedsAReason() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        for (String reason : List.of("", "  a  ", "x".repeat(201))) {
            AccessRequest request = Vaults.request(Roles.PRIVACY_OFFICER, reason);
            assertThrows(
                    AccessDeniedException.class, () -> vault.open(PLACE, new ByteArrayInputStream(sealed), request));
        }
        assertEquals(3, audit.records.size());
    }

    @Test
    void openingIsAudited() throws Exception {
        open(vault, PLACE, seal(vault, study, PLACE, SECRET));
        assertEquals(List.of("identity.read meier ANON-0123456789AB done"), audit.records);
    }

    @Test
    void whatCannotBeAuditedIsNotOpened() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        audit.failing = true;
        assertThrows(VaultException.class, () -> open(vault, PLACE, sealed));
    }

    @Test
    void aSpooledValueOpensInThisProcessOnly() throws Exception {
        byte[] sealed = sealHeld(vault, "spool/1", SECRET);
        assertArrayEquals(
                SECRET,
                vault.openOwnSpool("spool/1", new ByteArrayInputStream(sealed)).readAllBytes());
        assertEquals(List.of(), audit.records);
        GcmIdentityVault next = new GcmIdentityVault(keys(1), assignments, audit);
        assertThrows(VaultException.class, () -> next.openOwnSpool("spool/1", new ByteArrayInputStream(sealed))
                .readAllBytes());
    }

    @Test
    void identityDoesNotOpenAsASpooledValue() throws Exception {
        byte[] sealed = seal(vault, study, PLACE, SECRET);
        byte[] asSpool = seal(vault, study, "spool/1", SECRET);
        byte[] spooled = sealHeld(vault, "spool/1", SECRET);
        assertThrows(VaultException.class, () -> vault.openOwnSpool(PLACE, new ByteArrayInputStream(sealed)));
        assertThrows(VaultException.class, () -> vault.openOwnSpool("spool/1", new ByteArrayInputStream(asSpool)));
        assertThrows(VaultException.class, () -> open(vault, "spool/1", spooled));
    }

    @Test
    void aPlaceHasABoundedLength() {
        assertThrows(VaultException.class, () -> vault.sealHeld("p".repeat(201), new ByteArrayOutputStream()));
    }

    @Test
    void heldDigestsAreEqualForEqualBytes() {
        KeyedDigest one = vault.newHeldDigest();
        KeyedDigest other = vault.newHeldDigest();
        one.update(SECRET, 0, SECRET.length);
        other.update(SECRET, 0, 5);
        other.update(SECRET, 5, SECRET.length - 5);
        assertArrayEquals(one.finish(), other.finish());
    }
}
