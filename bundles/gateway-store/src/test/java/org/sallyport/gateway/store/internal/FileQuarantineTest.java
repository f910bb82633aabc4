package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.time.Instant;
import java.util.Arrays;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.store.Quarantine.Description;
import org.sallyport.gateway.api.store.Quarantine.Entry;
import org.sallyport.gateway.api.store.Quarantine.Holding;
import org.sallyport.gateway.api.store.Quarantine.Kind;
import org.sallyport.gateway.api.store.StoreFullException;

class FileQuarantineTest {

    @TempDir
    private Path folder;

    @Test
    void aHeldObjectIsListedAndReadBack() throws IOException {
        FileQuarantine quarantine = open(100);
        Description description = description(Kind.HELD, "burned-in text – „verdächtig“", Samples.RECEIVED, 7);
        UUID id = hold(quarantine, description, "sealed bytes");
        for (FileQuarantine each : List.of(quarantine, open(100))) {
            Entry entry = each.entry(id).orElseThrow();
            assertEquals(12, entry.length());
            assertEquals(Kind.HELD, entry.description().kind());
            assertEquals(description.reason(), entry.description().reason());
            assertEquals(description.sopClassUid(), entry.description().sopClassUid());
            assertEquals(description.transferSyntaxUid(), entry.description().transferSyntaxUid());
            assertEquals(description.callingAet(), entry.description().callingAet());
            assertEquals(description.address(), entry.description().address());
            assertEquals(description.receivedAt(), entry.description().receivedAt());
            assertArrayEquals(description.digest(), entry.description().digest());
            assertEquals("sealed bytes", Samples.read(each.openSealed(id)));
        }
    }

    @Test
    void whatIsNotCommittedLeavesNoTrace() throws IOException {
        FileQuarantine quarantine = open(100);
        try (Holding holding = quarantine.hold(description(Kind.HELD, "reason", Samples.RECEIVED, 1))) {
            Samples.write(holding.sealed(), "x".repeat(200_000));
            assertEquals(Optional.empty(), quarantine.entry(holding.id()), "not before the commit");
        }
        assertEquals(List.of(), quarantine.newest(10));
        assertEquals(List.of(), files());
    }

    @Test
    void whatACrashCutOffIsGoneAtTheNextStart() throws IOException {
        UUID kept = hold(open(100), description(Kind.HELD, "reason", Samples.RECEIVED, 1), "kept");
        Files.writeString(folder.resolve(UUID.randomUUID() + ".part"), "cut off");
        assertEquals(List.of(kept), ids(open(100)));
        assertEquals(1, files().size());
    }

    @Test
    void entriesAreToldNewestFirst() throws IOException {
        FileQuarantine quarantine = open(100);
        UUID middle = hold(quarantine, description(Kind.HELD, "2", Samples.RECEIVED.plusSeconds(2), 1), "b");
        UUID oldest = hold(quarantine, description(Kind.DIAGNOSTIC, "1", Samples.RECEIVED.plusSeconds(1), 2), "a");
        UUID newest = hold(quarantine, description(Kind.HELD, "3", Samples.RECEIVED.plusSeconds(3), 3), "c");
        assertEquals(List.of(newest, middle, oldest), ids(quarantine));
        assertEquals(
                List.of(newest), quarantine.newest(1).stream().map(Entry::id).toList());
        for (int limit : new int[] {0, -1, 10_001}) {
            assertThrows(IllegalArgumentException.class, () -> quarantine.newest(limit));
        }
    }

    @Test
    void onlyDiagnosticCopiesUseUpTheQuota() throws IOException {
        FileQuarantine quarantine = open(100);
        assertEquals(100, quarantine.diagnosticRoom());
        hold(quarantine, description(Kind.HELD, "held", Samples.RECEIVED, 1), "x".repeat(500));
        assertEquals(100, quarantine.diagnosticRoom());
        hold(quarantine, description(Kind.DIAGNOSTIC, "unreadable", Samples.RECEIVED, 2), "x".repeat(60));
        assertEquals(40, quarantine.diagnosticRoom());
        hold(quarantine, description(Kind.DIAGNOSTIC, "unreadable", Samples.RECEIVED, 3), "x".repeat(60));
        assertEquals(0, quarantine.diagnosticRoom());
        assertEquals(0, open(0).diagnosticRoom());
    }

    @Test
    void aQuotaOutsideItsRangeIsNamed() {
        for (long quota : new long[] {-1, (1L << 40) + 1}) {
            IllegalArgumentException e = assertThrows(IllegalArgumentException.class, () -> open(quota));
            assertTrue(String.valueOf(e.getMessage()).contains("diagnostic-quota"), e::toString);
        }
    }

    @Test
    void anEqualDiagnosticCopyIsKnownByItsDigest() throws IOException {
        FileQuarantine quarantine = open(100);
        Description diagnostic = description(Kind.DIAGNOSTIC, "unreadable", Samples.RECEIVED, 2);
        Description held = description(Kind.HELD, "held", Samples.RECEIVED, 3);
        hold(quarantine, diagnostic, "a");
        hold(quarantine, held, "b");
        assertTrue(quarantine.hasDiagnostic(diagnostic.digest()));
        assertFalse(quarantine.hasDiagnostic(held.digest()), "held, but no diagnostic copy");
        assertFalse(quarantine.hasDiagnostic(new byte[32]));
    }

    /** Also after a restart; a discarded one may come again. */
    @Test
    void anEqualObjectIsHeldOnceWhileOneIs() throws IOException {
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) 7);
        Description described = description(Kind.HELD, "reason", Samples.RECEIVED, 0);
        assertTrue(holdOnce(open(100), described, digest));
        FileQuarantine quarantine = open(100);
        Entry held = quarantine.newest(10).get(0);
        assertArrayEquals(digest, held.description().digest());
        assertEquals("reason", held.description().reason());
        try (InputStream in = quarantine.openSealed(held.id())) {
            assertEquals("sealed", new String(in.readAllBytes(), StandardCharsets.US_ASCII));
        }

        assertFalse(holdOnce(quarantine, description(Kind.HELD, "another", Samples.RECEIVED, 0), digest));
        assertEquals(List.of(held.id()), ids(quarantine));
        assertEquals(1, files().size());
        assertTrue(quarantine.remove(held.id()));
        assertTrue(holdOnce(quarantine, described, digest));
        assertEquals(1, files().size());
    }

    /** Of another kind or study it is decided otherwise. */
    @Test
    void whatIsEqualInAllButOneIsHeldToo() throws IOException {
        FileQuarantine quarantine = open(100);
        byte[] digest = new byte[32];
        Arrays.fill(digest, (byte) 7);
        Description described = description(Kind.HELD, "reason", Samples.RECEIVED, 0);
        hold(quarantine, description(Kind.DIAGNOSTIC, "unreadable", Samples.RECEIVED, 7), "copy");
        assertTrue(holdOnce(quarantine, described, digest));
        assertTrue(holdOnce(quarantine, description(Kind.LEAK, "reason", Samples.RECEIVED, 0), digest));
        assertTrue(holdOnce(
                quarantine,
                new Description(
                        Kind.HELD,
                        "reason",
                        described.sopClassUid(),
                        described.transferSyntaxUid(),
                        described.callingAet(),
                        described.address(),
                        described.receivedAt(),
                        new byte[32],
                        "2.25.1"),
                digest));
        byte[] other = digest.clone();
        other[31]++;
        assertTrue(holdOnce(quarantine, described, other));
        assertEquals(5, files().size());
    }

    private static boolean holdOnce(FileQuarantine quarantine, Description description, byte[] digest)
            throws IOException {
        try (Holding holding = quarantine.hold(description)) {
            holding.sealed().write(Samples.bytes("sealed"));
            return holding.commitUnlessHeld(digest);
        }
    }

    @Test
    void aDamagedFileHidesNoOther() throws IOException {
        FileQuarantine quarantine = open(100);
        UUID good = hold(quarantine, description(Kind.HELD, "good", Samples.RECEIVED, 1), "good");
        Files.write(folder.resolve(UUID.randomUUID() + ".held"), new byte[] {0x7f, -1, -1, -1, 0});
        Files.write(folder.resolve(UUID.randomUUID() + ".held"), new byte[0]);
        Files.write(folder.resolve(UUID.randomUUID() + ".held"), new byte[] {0, 0, 0, 2, '{', '}'});
        Files.write(folder.resolve(UUID.randomUUID() + ".held"), new byte[] {0, 0, 0, 9, '{', '}'});
        Files.copy(folder.resolve(good + ".held"), folder.resolve("no id.held"));
        assertEquals(List.of(good), ids(quarantine));
        assertEquals(100, quarantine.diagnosticRoom());
    }

    /** Acknowledged and held, but shown to nobody: that would lose it. */
    @Test
    void aDescriptionThatCouldNotBeReadAgainIsNotHeld() throws IOException {
        FileQuarantine quarantine = open(100);
        Description endless = new Description(
                Kind.HELD, "reason", "1".repeat(9_000), "1.2", "SCANNER", "192.0.2.7", Samples.RECEIVED, new byte[32]);
        assertThrows(IOException.class, () -> quarantine.hold(endless));
        assertEquals(List.of(), files());
    }

    @Test
    void lessThanTheFloorLeftIsFull() throws IOException {
        FileQuarantine full = new FileQuarantine(folder, 100, Long.MAX_VALUE / 2);
        assertThrows(StoreFullException.class, () -> full.hold(description(Kind.HELD, "reason", Samples.RECEIVED, 1)));
        assertEquals(List.of(), files());
    }

    @Test
    void filesAreReadableByTheGatewayOnly() throws IOException {
        hold(open(100), description(Kind.HELD, "reason", Samples.RECEIVED, 1), "sealed");
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(files().get(0))));
    }

    private FileQuarantine open(long quota) throws IOException {
        return new FileQuarantine(folder, quota, 0);
    }

    private static UUID hold(FileQuarantine quarantine, Description description, String sealed) throws IOException {
        try (Holding holding = quarantine.hold(description)) {
            holding.sealed().write(Samples.bytes(sealed));
            holding.commit();
            return holding.id();
        }
    }

    private static Description description(Kind kind, String reason, Instant at, int digest) {
        byte[] bytes = new byte[32];
        Arrays.fill(bytes, (byte) digest);
        return new Description(
                kind, reason, "1.2.840.10008.5.1.4.1.1.2", "1.2.840.10008.1.2.1", "SCANNER", "192.0.2.7", at, bytes);
    }

    private static List<UUID> ids(FileQuarantine quarantine) throws IOException {
        return quarantine.newest(10).stream().map(Entry::id).toList();
    }

    private List<Path> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }
}
