package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
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
import java.util.List;
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

    private static byte[] bytes(Entries entries) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            entries.write(zip);
        }
        return bytes.toByteArray();
    }

    private SealedFile sealed(byte[] zip) throws IOException {
        SealedFile file = new SealedFile(folder.resolve("a.zip"));
        try (SealedFile.Writer out = file.write()) {
            out.write(zip);
            out.finish();
        }
        return file;
    }

    private SealedFile zip(Entries entries) throws IOException {
        return sealed(bytes(entries));
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

    private String error(SealedFile zip) {
        return String.valueOf(assertThrows(ZipException.class, () -> spool().fill(zip, LIMITS))
                .getMessage());
    }

    @Test
    void dicomFilesComeOutAsTheyWentInAndOthersAreCounted() throws Exception {
        SealedFile zip = zip(out -> {
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
        SealedFile zip = zip(out -> put(out, "1.2..3/a..dcm", dicom(1, 200), false));
        assertEquals(1, spool().fill(zip, LIMITS).items().size());
    }

    @Test
    void aDamagedEntryIsSeen() throws Exception {
        byte[] bytes = bytes(out -> put(out, "a.dcm", dicom(1, 2_000), true));
        bytes[1_000] ^= 1;
        SealedFile zip = sealed(bytes);
        assertTrue(error(zip).contains("damaged"), error(zip));
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 10, 500, 2_100})
    void anArchiveThatIsCutOffIsSeen(int kept) throws Exception {
        byte[] bytes = bytes(out -> put(out, "a.dcm", dicom(1, 2_000), true));
        assertEquals("it is no ZIP, or cut off", error(sealed(Arrays.copyOf(bytes, kept))));
    }

    @Test
    void aDirectoryThatWouldFillTheHeapIsNotEvenRead() throws Exception {
        byte[] bytes = bytes(out -> put(out, "a.dcm", dicom(1, 200), true));
        ByteBuffer end = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        end.putInt(bytes.length - 22 + 12, 0x7FFFFFFF);
        SealedFile zip = sealed(bytes);
        assertTrue(error(zip).contains("too large a directory"), error(zip));
    }

    @Test
    void aZipBombIsRefusedBeforeItIsUnpacked() throws Exception {
        byte[] zeros = new byte[1 << 20];
        System.arraycopy(dicom(1, 132), 0, zeros, 0, 132);
        SealedFile zip = zip(out -> {
            out.putNextEntry(new ZipEntry("a.dcm"));
            for (int i = 0; i < 300; i++) {
                out.write(zeros);
            }
        });
        assertTrue(error(zip).contains("more than 500 times"), error(zip));
        assertFalse(Files.exists(folder.resolve("spool")));
    }

    @Test
    void anEntryIsNotUnpackedFurtherThanTheArchiveSays() throws Exception {
        byte[] bytes = bytes(out -> put(out, "a.dcm", Arrays.copyOf(dicom(1, 200), 10 << 20), false));
        ByteBuffer zip = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int directory = zip.getInt(bytes.length - 22 + 16);
        zip.putInt(directory + 24, 300);
        assertEquals("an entry is damaged: its length or CRC-32 is wrong", error(sealed(bytes)));
        assertTrue(Files.size(folder.resolve("spool")) < 1 << 20);
    }

    /** As archives of more than 4 GiB have it, for each entry (APPNOTE 4.5.3). */
    @Test
    void anArchiveWithZip64RecordsAndSomethingBeforeItIsRead() throws Exception {
        byte[] image = dicom(1, 5_000);
        CRC32 crc = new CRC32();
        crc.update(image);
        byte[] name = "a.dcm".getBytes(StandardCharsets.US_ASCII);
        ByteBuffer zip = ByteBuffer.allocate(10_000).order(ByteOrder.LITTLE_ENDIAN);
        zip.put("not of the archive".getBytes(StandardCharsets.US_ASCII));
        int start = zip.position();
        zip.putInt(0x04034b50)
                .putShort((short) 45)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0);
        zip.putInt((int) crc.getValue())
                .putInt(-1)
                .putInt(-1)
                .putShort((short) name.length)
                .putShort((short) 20);
        zip.put(name)
                .putShort((short) 1)
                .putShort((short) 16)
                .putLong(image.length)
                .putLong(image.length);
        zip.put(image);
        int directory = zip.position();
        zip.putInt(0x02014b50)
                .putShort((short) 45)
                .putShort((short) 45)
                .putShort((short) 0)
                .putShort((short) 0);
        zip.putInt(0).putInt((int) crc.getValue()).putInt(-1).putInt(-1).putShort((short) name.length);
        zip.putShort((short) (4 + 2 + 4 + 24))
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) 0)
                .putInt(0);
        zip.putInt(-1).put(name).putShort((short) 0x5455).putShort((short) 2).putShort((short) 7);
        zip.putShort((short) 1)
                .putShort((short) 24)
                .putLong(image.length)
                .putLong(image.length)
                .putLong(0);
        int end = zip.position();
        zip.putInt(0x06064b50)
                .putLong(44)
                .putShort((short) 45)
                .putShort((short) 45)
                .putInt(0)
                .putInt(0);
        zip.putLong(1).putLong(1).putLong(end - directory).putLong(directory - start);
        zip.putInt(0x07064b50).putInt(0).putLong(end).putInt(1);
        zip.putInt(0x06054b50)
                .putShort((short) 0)
                .putShort((short) 0)
                .putShort((short) -1)
                .putShort((short) -1);
        zip.putInt(-1).putInt(-1).putShort((short) 0);
        InstanceSpool spool = spool();
        InstanceSpool.Content content = spool.fill(sealed(Arrays.copyOf(zip.array(), zip.position())), LIMITS);
        try (InputStream in = spool.open(content.items().get(0))) {
            assertArrayEquals(image, in.readAllBytes());
        }
    }

    /** Nothing but a complaint about the archive, or, where the byte means nothing, what was in it. */
    @Test
    void whateverByteOfAnArchiveIsWrongNothingElseComesOut() throws Exception {
        byte[] packed = dicom(1, 300);
        byte[] stored = dicom(2, 200);
        byte[] zip = bytes(out -> {
            put(out, "a.dcm", packed, false);
            put(out, "b.dcm", stored, true);
        });
        InstanceSpool spool = spool();
        for (int at = 0; at < zip.length; at++) {
            for (int wrong : new int[] {1, 0x80, 0xFF}) {
                byte[] bytes = zip.clone();
                bytes[at] ^= (byte) wrong;
                InstanceSpool.Content content;
                try {
                    content = spool.fill(sealed(bytes), LIMITS);
                } catch (ZipException e) {
                    continue;
                }
                for (InstanceSpool.Item item : content.items()) {
                    try (InputStream in = spool.open(item)) {
                        byte[] out = in.readAllBytes();
                        assertTrue(Arrays.equals(out, packed) || Arrays.equals(out, stored), "byte " + at);
                    }
                }
            }
        }
    }

    @Test
    void nothingOfItIsPlainOnTheDisk() throws Exception {
        byte[] image = dicom(1, 200_000);
        byte[] name = "DOE^JANE".getBytes(StandardCharsets.US_ASCII);
        System.arraycopy(name, 0, image, 150_000, name.length);
        SealedFile zip = zip(out -> put(out, "DOE^JANE/a.dcm", image, true));
        InstanceSpool spool = spool();
        InstanceSpool.Content content = spool.fill(zip, LIMITS);
        for (String file : List.of("a.zip", "spool")) {
            String bytes = Files.readString(folder.resolve(file), StandardCharsets.ISO_8859_1);
            assertTrue(bytes.length() > 200_000, file);
            assertFalse(bytes.contains("DOE^JANE"), file);
            assertFalse(bytes.contains("DICM"), file);
        }
        try (InputStream in = spool.open(content.items().get(0))) {
            assertArrayEquals(image, in.readAllBytes());
        }
    }
}
