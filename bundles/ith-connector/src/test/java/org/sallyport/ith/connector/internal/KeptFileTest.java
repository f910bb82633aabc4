package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class KeptFileTest {

    @TempDir
    private Path folder;

    @Test
    void whatIsNotThereReadsAsEmpty() throws IOException {
        assertTrue(kept().read().isEmpty());
    }

    @Test
    void whatWasWrittenLastIsReadByAnother() throws IOException {
        kept().write(bytes("first"));
        kept().write(bytes("2"));
        assertArrayEquals(bytes("2"), kept().read().orElseThrow());
        assertEquals(List.of("kept.json"), names(), "nothing else is left in the folder");
    }

    @Test
    void onlyTheOwnerReadsIt() throws IOException {
        kept().write(bytes("x"));
        Files.setPosixFilePermissions(folder.resolve("kept.json"), PosixFilePermissions.fromString("rw-rw-rw-"));
        kept().write(bytes("y"));
        assertEquals(
                "rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(folder.resolve("kept.json"))));
    }

    @Test
    void whatACrashLeftHalfWrittenIsNeitherReadNorInTheWay() throws IOException {
        kept().write(bytes("whole"));
        Files.writeString(folder.resolve("kept.json.part"), "hal");
        assertArrayEquals(bytes("whole"), kept().read().orElseThrow());
        kept().write(bytes("next"));
        assertArrayEquals(bytes("next"), kept().read().orElseThrow());
        assertEquals(List.of("kept.json"), names());
    }

    @Test
    void whatCannotBeWrittenLeavesTheOldOne() throws IOException {
        kept().write(bytes("old"));
        // A folder with something in it stands where the new one would be written.
        Files.createDirectories(folder.resolve("kept.json.part/in-the-way"));
        assertThrows(IOException.class, () -> kept().write(bytes("new")));
        assertArrayEquals(bytes("old"), kept().read().orElseThrow());
    }

    @Test
    void moreThanAMebibyteIsNotReadIntoMemory() throws IOException {
        Files.write(folder.resolve("kept.json"), new byte[(1 << 20) + 1]);
        IOException e = assertThrows(IOException.class, () -> kept().read());
        assertEquals(folder.resolve("kept.json") + " is larger than 1 MiB", e.getMessage());
    }

    private KeptFile kept() {
        return new KeptFile(folder.resolve("kept.json"));
    }

    private List<String> names() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> file.getFileName().toString()).toList();
        }
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
