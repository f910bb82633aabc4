package org.sallyport.gateway.api.archive;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedOutputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InterruptedIOException;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.IntStream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.DeliveryInstance;

class StudyArchiveTest {

    private static final String STUDY = "2.25.1";
    private static final long FOUR_GIB = 1L << 32;

    @TempDir
    private Path folder;

    @Test
    void lengthIsKnownBeforeWritingAndEntriesAreReadBack() throws IOException {
        List<DeliveryInstance> instances = List.of(
                GeneratedInstance.of("2.25.10", "2.25.100", 0),
                GeneratedInstance.of("2.25.10", "2.25.101", 1),
                GeneratedInstance.of("2.25.11", "2.25.102", 200_000));
        StudyArchive archive = StudyArchive.of(STUDY, instances);
        List<String> progress = new ArrayList<>();
        Path file = folder.resolve("study.zip");
        try (OutputStream out = Files.newOutputStream(file)) {
            archive.writeTo(out, (done, bytes) -> progress.add(done + ":" + bytes));
        }
        assertEquals(archive.length(), Files.size(file));
        assertEquals(List.of("1:0", "2:1", "3:200001"), progress);
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(
                    List.of(
                            "2_25_1/2_25_10/2.25.100.dcm",
                            "2_25_1/2_25_10/2.25.101.dcm",
                            "2_25_1/2_25_11/2.25.102.dcm"),
                    zip.stream().map(entry -> entry.getName()).toList());
            assertEquals(
                    200_000,
                    zip.getInputStream(zip.getEntry("2_25_1/2_25_11/2.25.102.dcm"))
                            .readAllBytes()
                            .length);
        }
    }

    @Test
    void sameInstancesGiveTheSameBytes() throws IOException {
        StudyArchive archive = StudyArchive.of(STUDY, List.of(GeneratedInstance.of("1.2", "1.3", 5000)));
        assertArrayEquals(bytes(archive), bytes(archive));
    }

    @Test
    @Tag("long")
    void countThatNeedsZip64IsForeseen() throws IOException {
        assertForeseen(65_534);
        assertForeseen(65_535);
    }

    private void assertForeseen(int count) throws IOException {
        List<DeliveryInstance> instances = IntStream.range(0, count)
                .mapToObj(i -> (DeliveryInstance) GeneratedInstance.of("1.2", "1.3." + i, 3))
                .toList();
        StudyArchive archive = StudyArchive.of(STUDY, instances);
        Path file = folder.resolve(count + ".zip");
        try (OutputStream out = new BufferedOutputStream(Files.newOutputStream(file))) {
            archive.writeTo(out, (done, bytes) -> {});
        }
        assertEquals(archive.length(), Files.size(file));
        try (ZipFile zip = new ZipFile(file.toFile())) {
            assertEquals(count, zip.size());
        }
    }

    @Test
    @Tag("long")
    void lengthsAndOffsetsThatNeedZip64AreForeseen() throws IOException {
        for (long size : new long[] {FOUR_GIB - 2, FOUR_GIB - 1, FOUR_GIB + 5}) {
            StudyArchive archive = StudyArchive.of(
                    STUDY, List.of(GeneratedInstance.of("1.2", "1.3", size), GeneratedInstance.of("1.2", "1.4", 7)));
            // writeTo itself fails if the number of bytes is another.
            archive.writeTo(OutputStream.nullOutputStream(), (done, bytes) -> {});
            assertTrue(archive.length() > size);
        }
    }

    @Test
    void instanceThatIsNotAsTheManifestSaysFails() {
        GeneratedInstance good = GeneratedInstance.of("1.2", "1.3", 100);
        assertFails(new GeneratedInstance("1.2", "1.3", 100, good.crc32(), 99), "99 bytes instead of 100");
        assertFails(new GeneratedInstance("1.2", "1.3", 100, good.crc32(), 101), "longer than the 100 bytes");
        assertFails(new GeneratedInstance("1.2", "1.3", 100, good.crc32() ^ 1, 100), "CRC-32");
    }

    private static void assertFails(DeliveryInstance instance, String message) {
        StudyArchive archive = StudyArchive.of(STUDY, List.of(instance));
        IOException e = assertThrows(IOException.class, () -> bytes(archive));
        assertTrue(String.valueOf(e.getMessage()).contains(message), e::toString);
    }

    @Test
    void interruptStopsTheWritingAndKeepsTheFlag() {
        StudyArchive archive = StudyArchive.of(STUDY, List.of(GeneratedInstance.of("1.2", "1.3", 100)));
        Thread.currentThread().interrupt();
        assertThrows(InterruptedIOException.class, () -> bytes(archive));
        assertTrue(Thread.interrupted());
    }

    @Test
    void uidsThatWouldEscapeAsFileNamesAreRefused() {
        for (String uid : List.of("", "..", "../1", "1/2", "1..2", "1.2 ", "1".repeat(65))) {
            assertThrows(
                    IllegalArgumentException.class,
                    () -> StudyArchive.of(STUDY, List.of(GeneratedInstance.of("1.2", uid, 1))));
            assertThrows(
                    IllegalArgumentException.class,
                    () -> StudyArchive.of(uid, List.of(GeneratedInstance.of("1.2", "1.3", 1))));
        }
    }

    @Test
    void instanceThatOccursTwiceIsRefused() {
        GeneratedInstance instance = GeneratedInstance.of("1.2", "1.3", 1);
        assertThrows(IllegalArgumentException.class, () -> StudyArchive.of(STUDY, List.of(instance, instance)));
    }

    @Test
    @Tag("peers")
    void unzipFindsNoFault() throws IOException, InterruptedException {
        Path file = folder.resolve("peer.zip");
        try (OutputStream out = Files.newOutputStream(file)) {
            StudyArchive.of(
                            STUDY,
                            List.of(GeneratedInstance.of("1.2", "1.3", 70_000), GeneratedInstance.of("1.2", "1.4", 0)))
                    .writeTo(out, (done, bytes) -> {});
        }
        assertExits(0, "unzip", "-tqq", file.toString());
        assertExits(0, "python3", "-m", "zipfile", "-t", file.toString());
    }

    private static void assertExits(int code, String... command) throws IOException, InterruptedException {
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(ProcessBuilder.Redirect.DISCARD)
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), () -> command[0] + " does not end");
        assertEquals(code, process.exitValue(), command[0]);
    }

    private static byte[] bytes(StudyArchive archive) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        archive.writeTo(out, (done, bytes) -> {});
        return out.toByteArray();
    }
}
