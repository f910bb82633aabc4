package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.vault.internal.Vaults.keys;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.AuditLog.Entry;
import org.sallyport.gateway.api.vault.AuditLog.Verification;
import org.sallyport.gateway.api.vault.AuditTrail;
import org.sallyport.gateway.api.vault.VaultException;

class FileAuditLogTest {

    private static final Instant NOW = Instant.parse("2024-02-29T12:00:00Z");

    @TempDir
    private Path folder;

    private final List<FileAuditLog> opened = new ArrayList<>();

    private FileAuditLog open() throws IOException {
        return open(1);
    }

    private FileAuditLog open(int key) throws IOException {
        FileAuditLog log = new FileAuditLog(folder, keys(key), Clock.fixed(NOW, ZoneOffset.UTC));
        opened.add(log);
        return log;
    }

    @AfterEach
    void close() throws IOException {
        for (FileAuditLog log : opened) {
            log.close();
        }
    }

    private Path file() {
        return folder.resolve(FileAuditLog.FILE);
    }

    private Path sideFile() {
        return folder.resolve(FileAuditLog.LAST_FILE);
    }

    private static void record(FileAuditLog log, String reason) throws VaultException {
        log.record("identity.read", "meier", "shell", "ANON-0123456789AB", reason, "done", null);
    }

    /** Four records, written and closed. */
    private List<String> written() throws IOException {
        FileAuditLog log = open();
        for (String reason : List.of("first", "second", "third", "fourth")) {
            record(log, reason);
        }
        log.close();
        return Files.readAllLines(file());
    }

    private Verification verify(List<String> lines) throws IOException {
        Files.write(file(), lines);
        return open().verify();
    }

    private void assertBrokenAt(long record, List<String> lines) throws IOException {
        Verification found = verify(lines);
        assertFalse(found.isWhole());
        assertEquals(record, found.brokenAt(), found.message());
    }

    private static FileAuditLog on(Path folder, String day) throws IOException {
        return new FileAuditLog(folder, keys(1), Clock.fixed(Instant.parse(day + "T12:00:00Z"), ZoneOffset.UTC));
    }

    private static void write(FileAuditLog log, String reason) throws VaultException {
        log.record("identity.read", "meier", "shell", "2.25.1", reason, "done", null);
    }

    /** Who has the vault's key can make a chain that is whole; not one that fits what was anchored. */
    @Test
    void aLogThatWasWrittenAnewWithTheVaultsKeyDoesNotFitTheAnchorOfTheDay() throws Exception {
        Path forged = Files.createDirectory(folder.resolve("forged"));
        for (Path each : List.of(folder, forged)) {
            FileAuditLog first = on(each, "2026-01-02");
            write(first, each.equals(folder) ? "curiosity" : "second opinion");
            write(first, "another");
            first.close();
            FileAuditLog second = on(each, "2026-01-03");
            write(second, "a new day");
            write(second, "the same day");
            assertTrue(second.verify().isWhole(), second.verify().message());
            second.close();
        }
        List<String> anchors = Files.readAllLines(folder.resolve(AuditAnchors.FILE));
        assertEquals(1, anchors.size());
        assertTrue(anchors.get(0).matches("2026-01-02 2 [0-9a-f]{64}"), anchors.get(0));

        for (String name : List.of(FileAuditLog.FILE, FileAuditLog.LAST_FILE)) {
            Files.copy(forged.resolve(name), folder.resolve(name), java.nio.file.StandardCopyOption.REPLACE_EXISTING);
        }
        FileAuditLog log = on(folder, "2026-01-03");
        Verification found = log.verify();
        log.close();
        assertEquals(2, found.brokenAt());
        assertTrue(found.message().contains("anchored"), found.message());
    }

    @Test
    void aTornAnchorAnchorsNothingAndSpoilsNoOther() throws Exception {
        FileAuditLog log = on(folder, "2026-01-02");
        write(log, "one");
        Files.writeString(folder.resolve(AuditAnchors.FILE), "2026-01-01 1 abc");
        assertTrue(log.verify().isWhole(), log.verify().message());
        log.close();
        log = on(folder, "2026-01-03");
        write(log, "two");
        assertEquals(1, new AuditAnchors(folder).all().size());
        assertTrue(log.verify().isWhole(), log.verify().message());
        log.close();
    }

    @Test
    void whoFollowsTheLogIsToldEachRecordOnceAsItGrows() throws Exception {
        FileAuditLog log = open();
        for (int i = 1; i <= 3; i++) {
            log.record("a.record", "meier", "shell", "x", "number " + i, "done", null);
        }
        try (AuditTrail.Follower follower = log.follow(1);
                AuditTrail.Follower ahead = log.follow(99)) {
            assertEquals(
                    "number 2",
                    java.util.Objects.requireNonNull(follower.next()).reason());
            assertEquals(
                    "number 3",
                    java.util.Objects.requireNonNull(follower.next()).reason());
            assertNull(follower.next());
            assertNull(ahead.next());
            log.record("a.record", "meier", "shell", "x", "größer " + "x".repeat(400), "done", null);
            assertTrue(
                    java.util.Objects.requireNonNull(follower.next()).reason().startsWith("größer x"));
            assertEquals(4, java.util.Objects.requireNonNull(ahead.next()).number());
            assertNull(follower.next());
        }
    }

    @Test
    void anEmptyLogIsWhole() throws Exception {
        Verification found = open().verify();
        assertTrue(found.isWhole());
        assertEquals(0, found.records());
    }

    @Test
    void recordsAreReadNewestFirst() throws Exception {
        FileAuditLog log = open();
        record(log, "first");
        log.record("node.approve", "root", "10.0.0.1", "CT1", "second", "refused", "not the role");
        List<Entry> newest = log.newest(10);
        assertEquals(List.of(2L, 1L), newest.stream().map(Entry::number).toList());
        Entry entry = newest.get(0);
        assertEquals(NOW, entry.at());
        assertEquals("node.approve", entry.action());
        assertEquals("root", entry.actor());
        assertEquals("10.0.0.1", entry.source());
        assertEquals("CT1", entry.subject());
        assertEquals("second", entry.reason());
        assertEquals("refused", entry.outcome());
        assertEquals("not the role", entry.detail());
        assertNull(newest.get(1).detail());
        assertEquals(
                List.of("second"), log.newest(1).stream().map(Entry::reason).toList());
        assertThrows(IllegalArgumentException.class, () -> log.newest(0));
        assertThrows(IllegalArgumentException.class, () -> log.newest(10_001));
    }

    @Test
    void theChainGoesOnAfterReopening() throws Exception {
        record(open(), "first");
        FileAuditLog log = open();
        record(log, "second");
        Verification found = log.verify();
        assertTrue(found.isWhole(), found.message());
        assertEquals(2, found.records());
        assertEquals(2, log.newest(1).get(0).number());
    }

    @Test
    void anUntouchedLogIsWhole() throws Exception {
        assertTrue(verify(written()).isWhole());
    }

    @Test
    void aChangedRecordIsFoundWhicheverCharacterWasChanged() throws Exception {
        List<String> lines = written();
        String second = lines.get(1);
        for (int at = 0; at < second.length(); at++) {
            char other = second.charAt(at) == '7' ? '8' : '7';
            List<String> changed = new ArrayList<>(lines);
            changed.set(1, second.substring(0, at) + other + second.substring(at + 1));
            assertBrokenAt(2, changed);
        }
    }

    /** Another reader of the file might believe the first of two equal names, or be misled by what the chain does not cover. */
    @Test
    void aRecordWrittenInAnotherFormIsFound() throws Exception {
        List<String> lines = written();
        String second = lines.get(1);
        for (String changed : List.of(
                second + " ",
                second.replace("{\"number\"", "{ \"number\""),
                second.replace("{\"number\"", "{\"actor\":\"somebody\",\"number\""),
                second + "{}",
                "",
                "[]",
                "4",
                "garbage")) {
            lines.set(1, changed);
            assertBrokenAt(2, lines);
        }
    }

    @Test
    void aRemovedRecordIsFound() throws Exception {
        List<String> lines = written();
        assertBrokenAt(2, List.of(lines.get(0), lines.get(2), lines.get(3)));
        assertBrokenAt(1, lines.subList(1, 4));
    }

    @Test
    void reorderedRecordsAreFound() throws Exception {
        List<String> lines = written();
        Collections.swap(lines, 1, 2);
        assertBrokenAt(2, lines);
    }

    @Test
    void aRepeatedRecordIsFound() throws Exception {
        List<String> lines = written();
        assertBrokenAt(5, List.of(lines.get(0), lines.get(1), lines.get(2), lines.get(3), lines.get(3)));
    }

    @Test
    void aChainOfAnotherKeyIsFound() throws Exception {
        written();
        assertEquals(1L, open(2).verify().brokenAt());
    }

    @Test
    void recordsCutOffTheEndOfARunningLogAreFound() throws Exception {
        FileAuditLog log = open();
        record(log, "first");
        record(log, "second");
        Files.write(file(), List.of(Files.readAllLines(file()).get(0)));
        assertEquals(2L, log.verify().brokenAt());
    }

    /** Without a full stop of the gateway nobody has the chance; while it is stopped, this is all that tells. */
    @Test
    void recordsCutOffTheEndOfAStoppedLogAreFound() throws Exception {
        List<String> lines = written();
        for (int left = 3; left >= 0; left--) {
            assertBrokenAt(left + 1L, lines.subList(0, left));
        }
    }

    /** What is recorded after the cut must not cover it up. */
    @Test
    void recordsCutOffStayFoundHoweverManyFollow() throws Exception {
        List<String> lines = written();
        Files.write(file(), lines.subList(0, 2));
        for (int i = 0; i < 4; i++) {
            FileAuditLog log = open();
            record(log, "after the cut");
            assertFalse(log.verify().isWhole());
            log.close();
            assertFalse(open().verify().isWhole());
        }
    }

    @Test
    void aCutIsFoundThoughTheSideFileWasRemovedOrMadeToFit() throws Exception {
        List<String> lines = written();
        String side = Files.readString(sideFile());
        String third = lines.get(2);
        String hash = third.substring(third.indexOf("\"hash\":\"") + 8, third.length() - 2);
        Files.write(file(), lines.subList(0, 3));
        for (String forged : List.of("", "garbage", "3 " + hash, "3 " + hash + side.substring(side.lastIndexOf(' ')))) {
            Files.writeString(sideFile(), forged);
            assertFalse(open().verify().isWhole(), forged);
        }
        Files.delete(sideFile());
        assertFalse(open().verify().isWhole());
    }

    @Test
    void aCrashBeforeTheSideFileWasWrittenIsNoCut() throws Exception {
        FileAuditLog log = open();
        for (String reason : List.of("first", "second", "third")) {
            byte[] before = Files.readAllBytes(sideFile());
            record(log, reason);
            log.close();
            Files.write(sideFile(), before);
            log = open();
            Verification found = log.verify();
            assertTrue(found.isWhole(), found.message());
        }
        record(log, "goes on");
        log.close();
        assertEquals(4, open().verify().records());
        Files.write(file(), Files.readAllLines(file()).subList(0, 3));
        assertEquals(4L, open().verify().brokenAt());
    }

    /** As written by releases that did not pad it. */
    @Test
    void aSideFileOfOneLineIsReadAndOverwrittenWhole() throws Exception {
        written();
        Files.writeString(sideFile(), Files.readString(sideFile()).strip() + "\n");
        FileAuditLog log = open();
        assertTrue(log.verify().isWhole());
        record(log, "fifth");
        log.close();
        assertTrue(open().verify().isWhole());
        Files.write(file(), Files.readAllLines(file()).subList(0, 4));
        assertEquals(5L, open().verify().brokenAt());
    }

    @Test
    void aTornTailIsCutAndTheChainGoesOn() throws Exception {
        FileAuditLog first = open();
        for (String reason : List.of("first", "second", "third")) {
            record(first, reason);
        }
        byte[] side = Files.readAllBytes(sideFile());
        record(first, "fourth");
        first.close();
        byte[] whole = Files.readAllBytes(file());
        int lastLine = new String(whole, StandardCharsets.UTF_8).lastIndexOf("{\"number\":4");
        for (int length : List.of(lastLine + 1, lastLine + 50, whole.length - 1)) {
            Files.write(file(), Arrays.copyOf(whole, length));
            Files.write(sideFile(), side);
            FileAuditLog log = open();
            assertEquals(3, log.verify().records());
            record(log, "after the crash");
            Verification found = log.verify();
            assertTrue(found.isWhole(), found.message());
            assertEquals(4, found.records());
            log.close();
        }
    }

    @Test
    void theChainGoesOnBehindARecordLongerThanWhatIsReadAtOnce() throws Exception {
        FileAuditLog log = open();
        String longest = "\uD83D\uDE00\"\\".repeat(125);
        for (int i = 0; i < 3; i++) {
            log.record(longest, longest, longest, longest, longest, longest, longest);
        }
        log.close();
        assertTrue(Files.readAllLines(file()).get(0).getBytes(StandardCharsets.UTF_8).length > 4096);
        log = open();
        record(log, "fourth");
        assertEquals(4, log.newest(1).get(0).number());
        assertTrue(log.verify().isWhole());
    }

    /** A damaged log must not keep the gateway from starting: that would hide what the log still tells. */
    @Test
    void bytesThatAreNoTextAreFoundAndDoNotKeepTheLogFromOpening() throws Exception {
        written();
        byte[] bytes = Files.readAllBytes(file());
        bytes[40] = (byte) 0xFF;
        Files.write(file(), bytes);
        FileAuditLog log = open();
        assertEquals(1L, log.verify().brokenAt());
        record(log, "goes on");
        assertEquals(1L, log.verify().brokenAt());
    }

    @Test
    void aDamagedRecordIsReportedNotThrownAbout() throws Exception {
        List<String> lines = written();
        lines.set(3, lines.get(3).replace("2024-02-29", "the 29th"));
        Files.write(file(), lines);
        FileAuditLog log = open();
        VaultException e = assertThrows(VaultException.class, () -> log.newest(10));
        assertTrue(e.toString().contains("damaged"), e.toString());
    }

    @Test
    void aRecordIsOneLineWhateverItsFieldsHold() throws Exception {
        FileAuditLog log = open();
        record(log, "line\nbreak\r\"quote\" \\ 日本 \u0000 \uD83D");
        record(log, "x".repeat(10_000));
        assertEquals(2, Files.readAllLines(file()).size());
        assertEquals(500, log.newest(1).get(0).reason().length());
        Verification found = log.verify();
        assertTrue(found.isWhole(), found.message());
    }

    @Test
    void aRecordIsInTheFileWhenItWasRecorded() throws Exception {
        FileAuditLog log = open();
        record(log, "first");
        assertTrue(Files.readString(file()).endsWith("}\n"));
    }

    @Test
    void whatCannotBeWrittenIsAnError() throws Exception {
        FileAuditLog log = open();
        log.close();
        assertThrows(VaultException.class, () -> record(log, "too late"));
    }

    @Test
    void anInterruptedThreadDoesNotCloseTheLog() throws Exception {
        FileAuditLog log = open();
        Thread.currentThread().interrupt();
        try {
            record(log, "first");
        } finally {
            assertTrue(Thread.interrupted());
        }
        record(log, "second");
        assertEquals(2, log.verify().records());
    }
}
