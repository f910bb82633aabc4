package org.sallyport.gateway.vault.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.vault.VaultException;

class JournalTest {

    @TempDir
    private Path folder;

    private Path file() {
        return folder.resolve(Journal.FILE);
    }

    private void write(String... records) throws IOException {
        try (Journal journal = Journal.open(folder, payload -> {})) {
            for (String record : records) {
                journal.append(record.getBytes(StandardCharsets.US_ASCII));
            }
        }
    }

    private List<String> read() throws IOException {
        List<String> records = new ArrayList<>();
        Journal.open(folder, payload -> records.add(text(payload))).close();
        return records;
    }

    private static String text(ByteBuffer payload) {
        return StandardCharsets.US_ASCII.decode(payload).toString();
    }

    @Test
    void whatWasAppendedIsReadInItsOrder() throws Exception {
        write("one", "two");
        write("three");
        assertEquals(List.of("one", "two", "three"), read());
    }

    @Test
    void anAppendedRecordIsInTheFileBeforeAppendReturns() throws Exception {
        try (Journal journal = Journal.open(folder, payload -> {})) {
            long before = Files.size(file());
            journal.append(new byte[] {1, 2, 3});
            assertTrue(Files.size(file()) > before);
        }
    }

    @Test
    void aForceStandsBetweenTheWriteAndTheReturnOfEachAppend() throws Exception {
        FailingJournalFile disk = new FailingJournalFile(file());
        try (Journal journal = Journal.open(folder, payload -> {}, path -> disk)) {
            assertEquals(List.of("write", "force"), disk.done, "a new journal's first bytes");
            disk.done.clear();
            journal.append(new byte[] {1});
            assertEquals(List.of("write", "force"), disk.done);
            journal.append(new byte[] {2});
            assertEquals(List.of("write", "force", "write", "force"), disk.done);
        }
    }

    /** What a failed force has left on the disk cannot be known. */
    @Test
    void afterAFailedForceNothingIsAppendedAnyMore() throws Exception {
        FailingJournalFile disk = new FailingJournalFile(file());
        try (Journal journal = Journal.open(folder, payload -> {}, path -> disk)) {
            journal.append(new byte[] {1});
            disk.forceFails = true;
            assertThrows(VaultException.class, () -> journal.append(new byte[] {2}));
            disk.forceFails = false;
            disk.done.clear();
            VaultException e = assertThrows(VaultException.class, () -> journal.append(new byte[] {3}));
            assertTrue(String.valueOf(e.getMessage()).contains("restart"), e::toString);
            assertEquals(List.of(), disk.done);
        }
    }

    @Test
    void aTornTailIsCutWhereverTheWritingStopped() throws Exception {
        write("one", "two");
        byte[] two = Files.readAllBytes(file());
        write("three is the one that is torn");
        byte[] whole = Files.readAllBytes(file());
        for (int length = two.length; length < whole.length; length++) {
            Files.write(file(), Arrays.copyOf(whole, length));
            assertEquals(List.of("one", "two"), read(), "after " + length + " bytes");
            assertArrayEquals(two, Files.readAllBytes(file()));
        }
    }

    /** A file system may have taken note of the new length, but not yet of the bytes. */
    @Test
    void aTailOfZerosIsCut() throws Exception {
        write("one", "two");
        byte[] two = Files.readAllBytes(file());
        Files.write(file(), Arrays.copyOf(two, two.length + 100));
        assertEquals(List.of("one", "two"), read());
    }

    @Test
    void afterATornTailWasCutRecordsCanBeAppended() throws Exception {
        write("one", "two");
        Files.write(file(), Arrays.copyOf(Files.readAllBytes(file()), (int) Files.size(file()) - 1));
        write("three");
        assertEquals(List.of("one", "three"), read());
    }

    @Test
    void aRecordDamagedBeforeTheEndIsRefusedWhicheverByteIsWrong() throws Exception {
        write("one", "two", "three");
        byte[] whole = Files.readAllBytes(file());
        int last = whole.length - "three".length() - 8;
        for (int at = 4; at < last; at++) {
            byte[] damaged = whole.clone();
            damaged[at] ^= 0x01;
            assertDamageIsRefused(damaged);
            damaged[at] = (byte) ~whole[at];
            assertDamageIsRefused(damaged);
        }
    }

    private void assertDamageIsRefused(byte[] damaged) throws IOException {
        Files.write(file(), damaged);
        VaultException e = assertThrows(VaultException.class, this::read);
        assertTrue(String.valueOf(e.getMessage()).contains("is damaged at byte"), e.getMessage());
        assertTrue(String.valueOf(e.getMessage()).contains("restore it from a backup"), e.getMessage());
        assertArrayEquals(damaged, Files.readAllBytes(file()), "a damaged journal is left as it is");
    }

    @Test
    void aFileOfAnotherKindIsRefusedAndLeftAlone() throws Exception {
        Files.writeString(file(), "something else altogether");
        assertTrue(assertThrows(VaultException.class, this::read).toString().contains("is no vault journal"));
        assertEquals("something else altogether", Files.readString(file()));
    }

    @Test
    void aJournalTornInItsFirstBytesIsBegunAnew() throws Exception {
        Files.write(file(), new byte[] {'S', 'P'});
        write("one");
        assertEquals(List.of("one"), read());
    }

    @Test
    void aRecordThatCouldNotBeReadAgainIsNotWritten() throws Exception {
        try (Journal journal = Journal.open(folder, payload -> {})) {
            assertThrows(IllegalArgumentException.class, () -> journal.append(new byte[5000]));
            assertThrows(IllegalArgumentException.class, () -> journal.append(new byte[0]));
            journal.append(new byte[] {'o', 'k'});
        }
        assertEquals(List.of("ok"), read());
    }

    /** Threads of associations are interrupted when their service stops; the vault has to outlive them. */
    @Test
    void anInterruptedThreadNeitherLosesItsRecordNorClosesTheJournal() throws Exception {
        try (Journal journal = Journal.open(folder, payload -> {})) {
            Thread.currentThread().interrupt();
            try {
                journal.append("one".getBytes(StandardCharsets.US_ASCII));
            } finally {
                assertTrue(Thread.interrupted(), "the interruption is left for others to see");
            }
            journal.append("two".getBytes(StandardCharsets.US_ASCII));
        }
        assertEquals(List.of("one", "two"), read());
    }

    @Test
    void afterClosingNothingIsAppended() throws Exception {
        Journal journal = Journal.open(folder, payload -> {});
        journal.close();
        assertThrows(VaultException.class, () -> journal.append(new byte[] {1}));
    }

    @Test
    void aSecondProcessCannotOpenTheJournal() throws Exception {
        write("one");
        try (Journal journal = Journal.open(folder, payload -> {})) {
            journal.append(new byte[] {1});
            Process second = new ProcessBuilder(
                            Path.of(System.getProperty("java.home"), "bin", "java")
                                    .toString(),
                            "-cp",
                            System.getProperty("surefire.test.class.path", System.getProperty("java.class.path")),
                            SecondProcess.class.getName(),
                            folder.toString())
                    .redirectErrorStream(true)
                    .start();
            String said = new String(second.getInputStream().readAllBytes(), StandardCharsets.UTF_8);
            assertTrue(second.waitFor(30, TimeUnit.SECONDS));
            assertNotEquals(0, second.exitValue());
            assertTrue(said.contains("is in use by another process"), said);
        }
        assertFalse(read().isEmpty());
    }

    /** What the other process runs. */
    static final class SecondProcess {

        private SecondProcess() {}

        public static void main(String[] arguments) throws IOException {
            Journal.open(Path.of(arguments[0]), payload -> {}).close();
        }
    }
}
