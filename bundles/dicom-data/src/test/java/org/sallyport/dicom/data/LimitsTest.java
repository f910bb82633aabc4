package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Each limit: as much as it allows is read, one more is refused, and the message names the tag and the limit. */
class LimitsTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final int MEGABYTE = 1 << 20;

    private static DataSet read(Bytes bytes, Limits limits) throws IOException {
        return DataSetReader.readAll(new ByteArrayInputStream(bytes.bytes()), EXPLICIT, limits);
    }

    private static void assertRefused(Bytes bytes, Limits limits, String tag, String limit) {
        DicomDataException e = assertThrows(DicomDataException.class, () -> read(bytes, limits));
        assertEquals(Reason.LIMIT, e.reason(), e::getMessage);
        String message = String.valueOf(e.getMessage());
        assertTrue(message.contains(tag) && message.contains(limit), message);
    }

    private static Bytes nested(int depth, String vr) {
        Bytes bytes = Bytes.littleEndian().explicit(Tag.ContentSequence, vr, Bytes.UNDEFINED);
        for (int i = 1; i < depth; i++) {
            bytes.item(Bytes.UNDEFINED);
            if (vr.equals("SQ")) {
                bytes.explicit(Tag.ContentSequence, vr, Bytes.UNDEFINED);
            } else {
                bytes.implicit(Tag.ContentSequence, Bytes.UNDEFINED);
            }
        }
        bytes.endOfSequence();
        for (int i = 1; i < depth; i++) {
            bytes.endOfItem().endOfSequence();
        }
        return bytes;
    }

    @ParameterizedTest
    @ValueSource(strings = {"SQ", "UN"})
    void sequencesNestAsDeepAsAllowed(String vr) throws IOException {
        Limits limits = new Limits(5, 1000, 1024, MEGABYTE);

        DataSet read = read(nested(5, vr), limits);

        for (int i = 1; i < 5; i++) {
            read = read.items(Tag.ContentSequence).get(0);
        }
        assertTrue(read.contains(Tag.ContentSequence));
        assertRefused(nested(6, vr), limits, "(0040,A730)", "5");
    }

    @Test
    void theDepthOfASequenceSentAsUnknownBytesCounts() {
        Bytes inner = Bytes.littleEndian();
        for (int i = 0; i < 5; i++) {
            inner = Bytes.littleEndian()
                    .item(inner.size() + 8)
                    .implicit(Tag.ContentSequence, inner.size())
                    .raw(inner.bytes());
        }
        Bytes bytes = Bytes.littleEndian()
                .explicit(Tag.ContentSequence, "UN", inner.size())
                .raw(inner.bytes());

        assertRefused(bytes, new Limits(5, 1000, 1024, MEGABYTE), "(0040,A730)", "5");
    }

    @Test
    void asManyElementsAsAllowedAreRead() throws IOException {
        Limits limits = new Limits(5, 4, 1024, MEGABYTE);
        // A sequence, its item and the elements all count.
        Bytes four = Bytes.littleEndian()
                .explicit(Tag.ContentSequence, "SQ", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .explicit(Tag.PatientID, "LO", "A1")
                .endOfItem()
                .endOfSequence()
                .explicit(Tag.ContentDescription, "LO", "A1");

        assertEquals(2, read(four, limits).size());
        four.explicit(Tag.ContentCreatorName, "PN", "A^");
        assertRefused(four, limits, "(0070,0084)", "4");
    }

    @Test
    void emptyItemsCountAsElements() {
        Bytes bytes = Bytes.littleEndian().explicit(Tag.ContentSequence, "SQ", Bytes.UNDEFINED);
        for (int i = 0; i < 10; i++) {
            bytes.item(0);
        }

        assertRefused(bytes.endOfSequence(), new Limits(5, 10, 1024, MEGABYTE), "(0040,A730)", "10");
    }

    @Test
    void aValueAsLongAsAllowedIsHeldInMemory() throws IOException {
        Limits limits = new Limits(5, 10, 1024, MEGABYTE);
        Bytes most = Bytes.littleEndian().explicit(Tag.ImageComments, "LT", "x".repeat(1024));
        Bytes more = Bytes.littleEndian().explicit(Tag.ImageComments, "LT", "x".repeat(1025));

        assertEquals(1024, read(most, limits).elements().get(0).bytes().length);
        assertRefused(more, limits, "(0020,4000)", "1024");
    }

    @Test
    void aLongerValueGoesToTheBulkStore() throws IOException {
        byte[] value = new byte[1026];
        value[1025] = 7;
        byte[] bytes = Bytes.littleEndian()
                .explicit(Tag.EncapsulatedDocument, "OB", value.length)
                .raw(value)
                .explicit(0x00420012, "LO", "text/xml")
                .bytes();
        DataSetReader reader = new DataSetReader(
                new ByteArrayInputStream(bytes),
                EXPLICIT,
                new Limits(5, 10, 1024, MEGABYTE),
                (tag, vr, length, in) -> new InMemory(in.readAllBytes()));

        DataSet read = reader.readAll();

        Element element = read.elements().get(0);
        assertTrue(element.value() instanceof Value.Bulk);
        assertArrayEquals(value, element.value() instanceof InMemory held ? held.bytes : new byte[0]);
        assertEquals(2, read.size());
    }

    @Test
    void aBulkStoreThatDoesNotReadItsValueIsAnErrorOfTheProgram() {
        byte[] bytes = Bytes.littleEndian()
                .explicit(Tag.EncapsulatedDocument, "OB", 2048)
                .raw(new byte[2048])
                .bytes();
        DataSetReader reader = new DataSetReader(
                new ByteArrayInputStream(bytes),
                EXPLICIT,
                new Limits(5, 10, 1024, MEGABYTE),
                (tag, vr, length, in) -> new InMemory(in.readNBytes(100)));

        assertThrows(IllegalStateException.class, reader::next);
    }

    @Test
    void aFragmentLongerThanAllowedIsRefusedWhereItIsToBeHeldInMemory() {
        Bytes bytes = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(0)
                .item(1026)
                .raw(new byte[1026])
                .endOfSequence();

        assertRefused(bytes, new Limits(5, 10, 1024, MEGABYTE), "(7FE0,0010)", "1024");
    }

    @Test
    void allValuesTogetherMayBeAsLongAsAllowed() throws IOException {
        // Three elements weigh 64 bytes each beside their values.
        Limits limits = new Limits(5, 10, 1024, 3 * (1024 + 64));
        Bytes bytes = Bytes.littleEndian();
        for (int i = 0; i < 3; i++) {
            bytes.explicit(Tag.of(0x0040, 0xA000 + i), "UT", "x".repeat(1024));
        }

        assertEquals(3, read(bytes, limits).size());
        assertRefused(bytes.explicit(0x0040A003, "UT", ""), limits, "(0040,A003)", "3264");
    }

    @Test
    void emptyElementsAndItemsHaveAWeight() {
        Bytes bytes = Bytes.littleEndian().explicit(Tag.ContentSequence, "SQ", Bytes.UNDEFINED);
        for (int i = 0; i < 100; i++) {
            bytes.item(0);
        }

        assertRefused(bytes.endOfSequence(), new Limits(5, 1000, 1024, 50 * 64), "(0040,A730)", "3200");
    }

    @Test
    void emptyFragmentsHaveAWeight() {
        Bytes bytes = Bytes.littleEndian().explicit(Tag.PixelData, "OB", Bytes.UNDEFINED);
        for (int i = 0; i < 100; i++) {
            bytes.item(0);
        }

        assertRefused(bytes.endOfSequence(), new Limits(5, 1000, 1024, 50 * 64), "(7FE0,0010)", "3200");
    }

    @Test
    void theContentOfASequenceSentAsUnknownBytesHasItsWeight() {
        Bytes items = Bytes.littleEndian();
        for (int i = 0; i < 100; i++) {
            items.item(0);
        }
        // Each holds 100 items, of 64 bytes each.
        Bytes bytes = Bytes.littleEndian()
                .explicit(Tag.ProcedureCodeSequence, "UN", items.size())
                .raw(items.bytes())
                .explicit(Tag.ReferencedImageSequence, "UN", items.size())
                .raw(items.bytes());

        assertRefused(bytes, new Limits(5, 1000, 1024, 100 * 64 * 2), "(0008,1140)", "12800");
    }

    @Test
    void aStreamedValueHasNoLimit() throws IOException {
        byte[] bytes = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OW", 100_000)
                .raw(new byte[100_000])
                .bytes();
        DataSetReader reader = new DataSetReader(
                new ByteArrayInputStream(bytes), EXPLICIT, new Limits(1, 1, 1024, 1024), BulkStore.REFUSE);

        assertEquals(DataSetReader.Event.STREAM, reader.next());
        assertEquals(100_000, reader.stream().readAllBytes().length);
    }

    @Test
    void limitsWithoutMeaningAreRefused() {
        assertThrows(IllegalArgumentException.class, () -> new Limits(0, 1, 1024, 1024));
        assertThrows(IllegalArgumentException.class, () -> new Limits(65, 1, 1024, 1024));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, 0, 1024, 1024));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, 1, 1023, 1024));
        assertThrows(IllegalArgumentException.class, () -> new Limits(1, 1, 1024, 1023));
    }

    private record InMemory(byte[] bytes) implements Value.Bulk {

        @Override
        public long length() {
            return bytes.length;
        }

        @Override
        public InputStream open() {
            return new ByteArrayInputStream(bytes);
        }
    }
}
