package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.Arrays;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class SealedFileTest {

    private static final int CHUNK = SealedFile.CHUNK;
    private static final int SEALED = CHUNK + 16;

    @TempDir
    Path folder;

    private SealedFile file = new SealedFile(Path.of(""));

    @BeforeEach
    void place() {
        file = new SealedFile(folder.resolve("spool"));
    }

    private static byte[] bytes(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    private void write(byte[] bytes) throws IOException {
        try (SealedFile.Writer out = file.write()) {
            int third = bytes.length / 3;
            out.write(bytes, 0, third);
            for (int i = third; i < Math.min(third + 10, bytes.length); i++) {
                out.write(bytes[i]);
            }
            int rest = Math.min(third + 10, bytes.length);
            out.write(bytes, rest, bytes.length - rest);
            out.finish();
        }
    }

    private byte[] read(long from, long length) throws IOException {
        try (InputStream in = file.open(from, length)) {
            return in.readAllBytes();
        }
    }

    private String error() {
        return String.valueOf(
                assertThrows(IOException.class, () -> read(0, file.length())).getMessage());
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 1, 100, CHUNK - 1, CHUNK, CHUNK + 1, 3 * CHUNK, 3 * CHUNK + 7})
    void whatWasWrittenIsRead(int length) throws IOException {
        byte[] bytes = bytes(length);
        write(bytes);
        assertEquals(length, file.length());
        assertArrayEquals(bytes, read(0, length));
        for (int from = 0; from < length; from += 30_011) {
            int some = Math.min(length - from, 70_000);
            assertArrayEquals(Arrays.copyOfRange(bytes, from, from + some), read(from, some));
        }
        assertEquals("rw-------", PosixFilePermissions.toString(Files.getPosixFilePermissions(file.path())));
    }

    /** A byte at a time: of the first, the middle and the last chunk, and of each one's tag. */
    @ParameterizedTest
    @ValueSource(ints = {0, CHUNK, SEALED - 1, SEALED, 2 * SEALED, 2 * SEALED + 106, 2 * SEALED + 107})
    void aByteThatWasChangedIsTold(int at) throws IOException {
        write(bytes(2 * CHUNK + 100));
        byte[] sealed = Files.readAllBytes(file.path());
        sealed[at] ^= 1;
        Files.write(file.path(), sealed);
        assertEquals("a sealed file was changed on the disk", error());
        int whole = at / SEALED == 0 ? 1 : 0;
        assertEquals(100, read((long) whole * CHUNK, 100).length, "the others are as they were");
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 100, SEALED, 2 * SEALED, 2 * SEALED + 115})
    void oneThatWasCutOffIsTold(int kept) throws IOException {
        write(bytes(2 * CHUNK + 100));
        byte[] sealed = Files.readAllBytes(file.path());
        assertEquals(2 * SEALED + 116, sealed.length);
        Files.write(file.path(), Arrays.copyOf(sealed, kept));
        assertEquals("a sealed file was cut off on the disk", error());
    }

    @Test
    void chunksThatChangedPlacesAreTold() throws IOException {
        byte[] bytes = new byte[2 * CHUNK];
        write(bytes);
        byte[] sealed = Files.readAllBytes(file.path());
        byte[] first = Arrays.copyOf(sealed, SEALED);
        byte[] second = Arrays.copyOfRange(sealed, SEALED, 2 * SEALED);
        assertFalse(Arrays.equals(first, second), "though they hold the same");
        System.arraycopy(second, 0, sealed, 0, SEALED);
        System.arraycopy(first, 0, sealed, SEALED, SEALED);
        Files.write(file.path(), sealed);
        assertEquals("a sealed file was changed on the disk", error());
    }

    /** Under its key nothing is written twice. */
    @Test
    void theSameWrittenAnewIsNotTheSameOnTheDisk() throws IOException {
        write(bytes(100));
        byte[] first = Files.readAllBytes(file.path());
        write(bytes(100));
        assertFalse(Arrays.equals(first, Files.readAllBytes(file.path())));
        assertArrayEquals(bytes(100), read(0, 100));
    }

    @Test
    void whatWasNotWrittenToItsEndIsNotRead() throws IOException {
        try (SealedFile.Writer out = file.write()) {
            out.write(bytes(2 * CHUNK));
        }
        assertFalse(file.isWhole());
        assertEquals("a sealed file was not written to its end", error());
    }

    /** As a download does that fell silent, and wakes up when another one has begun. */
    @Test
    void whoWasGivenUpDoesNotEndWhatAnotherWrites() throws IOException {
        try (SealedFile.Writer old = file.write()) {
            old.write(bytes(100));
            write(bytes(200));
            old.write(bytes(100));
            assertThrows(IOException.class, old::finish);
        }
        assertArrayEquals(bytes(200), read(0, 200));
        try (SealedFile.Writer old = file.write()) {
            file.delete();
            assertThrows(IOException.class, old::finish);
        }
        assertFalse(file.isWhole());
    }

    @Test
    void whoReadsReadsOnWhenItIsDeleted() throws IOException {
        write(bytes(2 * CHUNK));
        try (InputStream in = file.open(0, file.length())) {
            assertNotEquals(-1, in.read());
            file.delete();
            assertFalse(Files.exists(file.path()));
            assertEquals(2 * CHUNK - 1, in.readAllBytes().length);
        }
    }

    @Test
    void placesOutsideOfItAreRefused() throws IOException {
        write(bytes(100));
        assertThrows(IOException.class, () -> read(50, 51));
        assertThrows(IOException.class, () -> read(101, 1));
        assertThrows(IOException.class, () -> read(-1, 1));
        assertTrue(file.isWhole());
    }
}
