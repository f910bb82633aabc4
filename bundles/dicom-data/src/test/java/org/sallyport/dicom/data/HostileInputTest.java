package org.sallyport.dicom.data;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTimeoutPreemptively;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;

import com.sun.management.ThreadMXBean;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.time.Duration;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Input that ends anywhere, or was changed anywhere. */
class HostileInputTest {

    private static final int MUTATIONS = 2000;
    private static final Limits SMALL = new Limits(8, 500, 4096, 64 * 1024);

    static Stream<Arguments> encodings() {
        return Stream.of(
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                        TransferSyntax.EXPLICIT_VR_BIG_ENDIAN)
                .flatMap(syntax -> Stream.of(Arguments.of(syntax, false), Arguments.of(syntax, true)));
    }

    private static DataSet read(byte[] bytes, int length, TransferSyntax syntax) throws IOException {
        return DataSetReader.readAll(new ByteArrayInputStream(bytes, 0, length), syntax, SMALL);
    }

    /** What a cut between top-level elements leaves, by the length of the cut: the encoding itself cannot tell it from a whole. */
    private static Map<Integer, String> prefixes(DataSet all, TransferSyntax syntax, boolean definedLengths) {
        Map<Integer, String> prefixes = new HashMap<>();
        DataSet prefix = new DataSet();
        prefixes.put(0, "");
        for (Element element : all.elements()) {
            prefix.put(element);
            prefixes.put(Samples.encoded(prefix, syntax, definedLengths).length, Samples.show(prefix));
        }
        return prefixes;
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void inputCutAnywhereIsTruncatedOrEndsBetweenElements(TransferSyntax syntax, boolean definedLengths)
            throws IOException {
        DataSet all = Samples.everything();
        byte[] whole = Samples.encoded(all, syntax, definedLengths);
        Map<Integer, String> prefixes = prefixes(all, syntax, definedLengths);

        for (int length = 0; length < whole.length; length++) {
            int cut = length;
            String prefix = prefixes.get(cut);
            if (prefix != null) {
                assertEquals(prefix, Samples.show(read(whole, cut, syntax)));
            } else {
                DicomDataException e =
                        assertThrows(DicomDataException.class, () -> read(whole, cut, syntax), "cut at " + cut);
                assertEquals(Reason.TRUNCATED, e.reason(), "cut at " + cut);
            }
        }
    }

    @Test
    void deflatedInputCutAnywhereIsTruncated() throws IOException {
        TransferSyntax syntax = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        byte[] whole = Samples.written(Samples.everything(), syntax);

        for (int length = 0; length < whole.length; length++) {
            int cut = length;
            DicomDataException e =
                    assertThrows(DicomDataException.class, () -> read(whole, cut, syntax), "cut at " + cut);
            assertEquals(Reason.TRUNCATED, e.reason(), "cut at " + cut);
        }
    }

    @Test
    void encapsulatedPixelDataCutAnywhereIsTruncatedAsAStreamAndInMemory() {
        TransferSyntax syntax = TransferSyntax.of("1.2.840.10008.1.2.4.50").orElseThrow();
        byte[] whole = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(4)
                .u32(0)
                .item(6)
                .hex("010203040506")
                .endOfSequence()
                .bytes();

        for (int length = 1; length < whole.length; length++) {
            int cut = length;
            for (boolean streamed : new boolean[] {false, true}) {
                DicomDataException e = assertThrows(
                        DicomDataException.class,
                        () -> consume(Arrays.copyOf(whole, cut), syntax, streamed),
                        "cut at " + cut);
                assertEquals(Reason.TRUNCATED, e.reason(), "cut at " + cut);
            }
        }
    }

    @Test
    void aStreamedValueThatIsCutIsTruncated() {
        byte[] whole = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OW", 100)
                .raw(new byte[100])
                .bytes();

        for (int length = 12; length < whole.length; length++) {
            int cut = length;
            DicomDataException e = assertThrows(
                    DicomDataException.class,
                    () -> consume(Arrays.copyOf(whole, cut), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, true));
            assertEquals(Reason.TRUNCATED, e.reason(), "cut at " + cut);
        }
    }

    private static void consume(byte[] bytes, TransferSyntax syntax, boolean streamed) throws IOException {
        DataSetReader reader = new DataSetReader(new ByteArrayInputStream(bytes), syntax, SMALL, BulkStore.REFUSE);
        if (!streamed) {
            reader.readAll();
            return;
        }
        for (DataSetReader.Event event = reader.next(); event != DataSetReader.Event.END; event = reader.next()) {
            if (event == DataSetReader.Event.STREAM) {
                reader.stream().readAllBytes();
            }
        }
    }

    static Stream<Arguments> originals() throws IOException {
        DataSet all = Samples.everything();
        TransferSyntax explicit = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
        TransferSyntax jpeg = TransferSyntax.of("1.2.840.10008.1.2.4.50").orElseThrow();
        byte[] unknowns = Bytes.littleEndian()
                .explicit(Tag.ProcedureCodeSequence, "UN", 26)
                .item(18)
                .implicit(Tag.CodeValue, "AB")
                .implicit(Tag.ReferencedImageSequence, 0)
                .explicit(0x00091010, "UN", Bytes.UNDEFINED)
                .item(Bytes.UNDEFINED)
                .implicit(Tag.PatientID, "A1")
                .endOfItem()
                .endOfSequence()
                .bytes();
        byte[] fragments = Bytes.littleEndian()
                .explicit(Tag.PixelData, "OB", Bytes.UNDEFINED)
                .item(4)
                .u32(0)
                .item(6)
                .hex("010203040506")
                .endOfSequence()
                .bytes();
        return Stream.of(
                Arguments.of(
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                        "implicit",
                        Samples.encoded(all, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, true)),
                Arguments.of(explicit, "explicit", Samples.encoded(all, explicit, false)),
                Arguments.of(explicit, "explicit, lengths", Samples.encoded(all, explicit, true)),
                Arguments.of(
                        TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
                        "big endian",
                        Samples.encoded(all, TransferSyntax.EXPLICIT_VR_BIG_ENDIAN, true)),
                Arguments.of(
                        TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN,
                        "deflated",
                        Samples.written(all, TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN)),
                Arguments.of(explicit, "unknowns", unknowns),
                Arguments.of(jpeg, "fragments", fragments));
    }

    @ParameterizedTest(name = "{1}")
    @MethodSource("originals")
    void changedInputIsReadOrRefusedAndTakesNoMoreMemoryThanAllowed(TransferSyntax syntax, String name, byte[] original)
            throws IOException {
        assertNotNull(name);
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        // Buffers of the reader, values at most twice as they grow, text of exceptions.
        long mostMemory = 4 * SMALL.maxTotalInMemory() + 512 * 1024;
        Random random = new Random(20240229);
        for (int i = 0; i < MUTATIONS; i++) {
            byte[] changed = change(original, random);
            for (boolean streamed : new boolean[] {false, true}) {
                int number = i;
                long before = memory.getCurrentThreadAllocatedBytes();
                try {
                    consume(changed, syntax, streamed);
                } catch (DicomDataException e) {
                    assertNotNull(e.getMessage());
                } catch (IOException | RuntimeException | Error e) {
                    fail("change " + number + " of " + name + ": " + e, e);
                }
                long taken = memory.getCurrentThreadAllocatedBytes() - before;
                assertTrue(taken <= mostMemory, () -> "change " + number + " took " + taken + " bytes");
            }
        }
    }

    private static byte[] change(byte[] original, Random random) {
        byte[] bytes = original.clone();
        int changes = 1 + random.nextInt(4);
        for (int i = 0; i < changes; i++) {
            int at = random.nextInt(bytes.length);
            switch (random.nextInt(5)) {
                case 0 -> bytes[at] ^= (byte) (1 << random.nextInt(8));
                case 1 -> bytes[at] = (byte) random.nextInt(256);
                case 2 -> Arrays.fill(bytes, at, Math.min(bytes.length, at + 4), (byte) 0xFF);
                case 3 -> bytes = Arrays.copyOf(bytes, at + 1);
                default -> {
                    // A piece from elsewhere: headers where values were.
                    int from = random.nextInt(bytes.length);
                    int length = Math.min(16, bytes.length - Math.max(from, at));
                    System.arraycopy(bytes, from, bytes, at, length);
                }
            }
        }
        return bytes;
    }

    /** Lengths that were only declared take no memory. */
    @Test
    void aDeclaredLengthWithoutBytesTakesNoMemory() {
        ThreadMXBean memory = (ThreadMXBean) ManagementFactory.getThreadMXBean();
        Limits large = new Limits(8, 500, 512 << 20, 1L << 30);
        byte[] bytes = Bytes.littleEndian()
                .explicit(Tag.EncapsulatedDocument, "OB", 512 << 20)
                .hex("0102")
                .bytes();

        long before = memory.getCurrentThreadAllocatedBytes();
        assertThrows(
                DicomDataException.class,
                () -> DataSetReader.readAll(
                        new ByteArrayInputStream(bytes), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, large));
        assertTrue(memory.getCurrentThreadAllocatedBytes() - before < 1 << 20);
    }

    @Test
    void aDeflatedValueThatGrowsBeyondTheLimitIsRefused() throws IOException {
        TransferSyntax syntax = TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN;
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, syntax);
        for (int i = 0; i < 100; i++) {
            writer.write(Element.of(Tag.of(0x0040, 0xA000 + i), VR.UT, new byte[4096]));
        }
        writer.finish();

        DicomDataException e =
                assertThrows(DicomDataException.class, () -> read(out.toByteArray(), out.size(), syntax));

        assertEquals(Reason.LIMIT, e.reason());
    }

    @Test
    void sequencesOpenedWithoutEndDoNotOverflowTheStack() {
        Bytes bytes = Bytes.littleEndian();
        for (int i = 0; i < 100_000; i++) {
            bytes.explicit(Tag.ContentSequence, "SQ", Bytes.UNDEFINED).item(Bytes.UNDEFINED);
        }
        Limits deepest = new Limits(64, 500_000, 1 << 20, 32L << 20);

        DicomDataException e = assertThrows(
                DicomDataException.class,
                () -> DataSetReader.readAll(
                        new ByteArrayInputStream(bytes.bytes()), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, deepest));

        assertEquals(Reason.LIMIT, e.reason());
    }

    /** The order is restored by insertion: as many as the limits allow have to be sorted in bounded time. */
    @Test
    void elementsInDescendingOrderDoNotHoldUpTheReader() {
        Bytes bytes = Bytes.littleEndian();
        int count = 100_000;
        for (int i = count; i > 0; i--) {
            bytes.implicit(Tag.of(0x3000 + 2 * (i >> 12), (i & 0xFFF) + 1), 0);
        }
        byte[] encoded = bytes.bytes();

        DataSet read = assertTimeoutPreemptively(
                Duration.ofSeconds(20),
                () -> DataSetReader.readAll(
                        new ByteArrayInputStream(encoded), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, Limits.DEFAULT));

        assertEquals(count, read.size());
        List<Element> elements = read.elements();
        for (int i = 1; i < count; i++) {
            assertTrue(Integer.compareUnsigned(
                            elements.get(i - 1).tag(), elements.get(i).tag())
                    < 0);
        }
    }
}
