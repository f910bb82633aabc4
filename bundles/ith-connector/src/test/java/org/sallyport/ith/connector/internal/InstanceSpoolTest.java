package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Random;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipException;
import java.util.zip.ZipOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;

class InstanceSpoolTest {

    private static final IthSettings.Dispatching LIMITS =
            Configurations.settings(java.util.Map.of("min$_$free", 0)).dispatching();

    @TempDir
    Path folder;

    private static byte[] dicom(int number, int size) {
        byte[] bytes = new byte[size];
        new Random(number).nextBytes(bytes);
        Arrays.fill(bytes, 0, 128, (byte) 0);
        System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, bytes, 128, 4);
        return bytes;
    }

    private interface Entries {
        void write(ZipOutputStream zip) throws IOException;
    }

    private Path zip(Entries entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            entries.write(zip);
        }
        return Files.write(folder.resolve("a.zip"), bytes.toByteArray());
    }

    private static void put(ZipOutputStream zip, String name, byte[] content, boolean stored) throws IOException {
        ZipEntry entry = new ZipEntry(name);
        if (stored) {
            CRC32 crc = new CRC32();
            crc.update(content);
            entry.setMethod(ZipEntry.STORED);
            entry.setSize(content.length);
            entry.setCrc(crc.getValue());
        }
        zip.putNextEntry(entry);
        zip.write(content);
        zip.closeEntry();
    }

    private InstanceSpool spool() {
        return new InstanceSpool(folder.resolve("spool"));
    }

    private String error(Path zip) {
        return String.valueOf(assertThrows(ZipException.class, () -> spool().fill(zip, LIMITS))
                .getMessage());
    }

    @Test
    void dicomFilesComeOutAsTheyWentInAndOthersAreCounted() throws Exception {
        Path zip = zip(out -> {
            out.putNextEntry(new ZipEntry("study/"));
            put(out, "study/a.dcm", dicom(1, 70_000), false);
            put(out, "study/b", dicom(2, 200), true);
            put(out, "README.txt", "not an image".getBytes(StandardCharsets.US_ASCII), false);
        });
        InstanceSpool spool = spool();
        InstanceSpool.Content content = spool.fill(zip, LIMITS);
        assertEquals(2, content.items().size());
        assertEquals(1, content.others());
        try (InputStream first = spool.open(content.items().get(0));
                InputStream second = spool.open(content.items().get(1))) {
            assertArrayEquals(dicom(1, 70_000), first.readAllBytes());
            assertArrayEquals(dicom(2, 200), second.readAllBytes());
        }
    }

    @ParameterizedTest
    @ValueSource(strings = {"../a.dcm", "x/../../a.dcm", "/etc/a.dcm", "C:\\a.dcm", "x\\..\\..\\a.dcm", ".."})
    void zipSlipIsRefused(String name) throws Exception {
        assertEquals(
                "an entry's name leads out of the archive", error(zip(out -> put(out, name, dicom(1, 200), false))));
    }

    @Test
    void namesWithDotsAreNoHarm() throws Exception {
        Path zip = zip(out -> put(out, "1.2..3/a..dcm", dicom(1, 200), false));
        assertEquals(1, spool().fill(zip, LIMITS).items().size());
    }

    @Test
    void aDamagedEntryIsSeen() throws Exception {
        Path zip = zip(out -> put(out, "a.dcm", dicom(1, 2_000), true));
        byte[] bytes = Files.readAllBytes(zip);
        bytes[1_000] ^= 1;
        Files.write(zip, bytes);
        assertTrue(error(zip).contains("damaged"), error(zip));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 500, 2_100})
    void anArchiveThatIsCutOffIsSeen(int kept) throws Exception {
        Path zip = zip(out -> put(out, "a.dcm", dicom(1, 2_000), true));
        Files.write(zip, Arrays.copyOf(Files.readAllBytes(zip), kept));
        assertEquals("it is no ZIP, or cut off", error(zip));
    }

    @Test
    void aDirectoryThatWouldFillTheHeapIsNotEvenRead() throws Exception {
        Path zip = zip(out -> put(out, "a.dcm", dicom(1, 200), true));
        byte[] bytes = Files.readAllBytes(zip);
        ByteBuffer end = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        end.putInt(bytes.length - 22 + 12, 0x7FFFFFFF);
        Files.write(zip, bytes);
        assertTrue(error(zip).contains("too large a directory"), error(zip));
    }

    @Test
    void aZipBombIsLeftAtAQuarterOfAGibibyte() throws Exception {
        byte[] zeros = new byte[1 << 20];
        System.arraycopy(dicom(1, 132), 0, zeros, 0, 132);
        Path zip = zip(out -> {
            out.putNextEntry(new ZipEntry("a.dcm"));
            for (int i = 0; i < 300; i++) {
                out.write(zeros);
            }
        });
        assertTrue(error(zip).contains("more than 500 times"), error(zip));
        assertTrue(Files.size(folder.resolve("spool")) < 258L << 20);
    }
}
