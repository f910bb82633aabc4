package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.dicom.image.Images.EXPLICIT;
import static org.sallyport.dicom.image.Images.IMPLICIT;
import static org.sallyport.dicom.image.Images.RLE;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.Images.Shape;

/** Against the programs of dcmtk and gdcm, which have to be on the path. */
@org.junit.jupiter.api.Tag("peers")
@Timeout(120)
class PeersTest {

    private static final TransferSyntax LOSSLESS = Images.syntax("1.2.840.10008.1.2.4.57");

    @TempDir
    private Path directory;

    static List<Shape> shapes() {
        return List.of(
                Images.mono(1, 1, 8, 8),
                Images.mono(37, 51, 8, 8),
                Images.mono(64, 64, 16, 10),
                Images.mono(33, 65, 16, 12),
                Images.mono(50, 47, 16, 16),
                new Shape(31, 29, "MONOCHROME2", 16, 16, true, 1),
                new Shape(31, 29, "MONOCHROME1", 16, 12, true, 3),
                new Shape(20, 30, "PALETTE COLOR", 8, 8, false, 2),
                new Shape(17, 23, "RGB", 8, 8, false, 1),
                new Shape(32, 48, "RGB", 8, 8, false, 4),
                new Shape(13, 19, "YBR_FULL", 8, 8, false, 2));
    }

    static Stream<Arguments> losslessOptions() {
        return shapes().stream().flatMap(shape -> Stream.of(
                        List.of("+e1"),
                        List.of("+el", "+sv", "1"),
                        List.of("+el", "+sv", "2"),
                        List.of("+el", "+sv", "3"),
                        List.of("+el", "+sv", "4"),
                        List.of("+el", "+sv", "5"),
                        List.of("+el", "+sv", "6"),
                        List.of("+el", "+sv", "7"),
                        List.of("+e1", "+fs", "1", "-ot"))
                .map(options -> Arguments.of(shape, options)));
    }

    @ParameterizedTest
    @MethodSource("losslessOptions")
    void losslessJpegOfDcmtk(Shape shape, List<String> options) throws Exception {
        byte[] pixels = Images.pixels(shape);
        Path encoded = through(Images.dataSet(shape, pixels), "dcmcjpeg", options);
        DataSet ours = ours(encoded, EXPLICIT);
        assertArrayEquals(Images.even(pixels), Images.pixelData(ours));
        assertEquals(shape.photometric(), ours.string(Tag.PhotometricInterpretation));
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 2, 3, 4, 5, 6, 7})
    void restartIntervalsAndPointTransformsAsDcmtkReadsThem(int predictor) throws Exception {
        for (Shape shape : List.of(
                Images.mono(37, 51, 8, 8), Images.mono(20, 21, 16, 12), new Shape(17, 23, "RGB", 8, 8, false, 2))) {
            for (int transform : new int[] {0, 2}) {
                byte[] pixels = Images.pixels(shape);
                LosslessJpeg jpeg = new LosslessJpeg(shape.stored(), predictor, transform, 5, true);
                Path file = directory.resolve("restarting.dcm");
                Files.write(file, Images.file(JpegLosslessTest.encoded(jpeg, shape, pixels), LOSSLESS));
                Path decoded = run("dcmdjpeg", List.of("+px"), file);
                assertArrayEquals(
                        Images.pixelData(read(decoded)), Images.pixelData(ours(file, EXPLICIT)), shape.toString());
            }
        }
    }

    static Stream<Arguments> lossyOptions() {
        List<Shape> grey = List.of(
                Images.mono(1, 1, 8, 8), Images.mono(37, 51, 8, 8), new Shape(64, 40, "MONOCHROME2", 8, 8, false, 3));
        List<Shape> colour = List.of(
                new Shape(1, 3, "RGB", 8, 8, false, 1),
                new Shape(17, 23, "RGB", 8, 8, false, 1),
                new Shape(50, 33, "RGB", 8, 8, false, 3));
        List<Shape> deep = List.of(
                Images.mono(37, 51, 16, 12),
                Images.mono(8, 9, 16, 12),
                new Shape(20, 20, "MONOCHROME2", 16, 12, false, 2));
        Stream<Arguments> greys = grey.stream()
                .flatMap(shape -> Stream.of(List.of("+eb"), List.of("+eb", "+q", "30"), List.of("+ee", "+be"))
                        .map(options -> Arguments.of(shape, options)));
        Stream<Arguments> colours = colour.stream().flatMap(shape -> Stream.of(
                        List.of("+eb"),
                        List.of("+eb", "+s4"),
                        List.of("+eb", "+n2"),
                        List.of("+eb", "+n1"),
                        List.of("+eb", "+np", "-ho"),
                        List.of("+eb", "+cr"),
                        List.of("+eb", "+q", "20", "+fs", "1"))
                .map(options -> Arguments.of(shape, options)));
        Stream<Arguments> deeps = deep.stream()
                .flatMap(shape -> Stream.of(List.of("+ee"), List.of("+ee", "+bt", "+q", "60"))
                        .map(options -> Arguments.of(shape, options)));
        return Stream.of(greys, colours, deeps).flatMap(all -> all);
    }

    @ParameterizedTest
    @MethodSource("lossyOptions")
    void lossyJpegAsDcmtkDecodesIt(Shape shape, List<String> options) throws Exception {
        Path encoded = through(Images.dataSet(shape, Images.pixels(shape)), "dcmcjpeg", options);
        DataSet theirs = read(run("dcmdjpeg", List.of("+px"), encoded));
        DataSet ours = ours(encoded, EXPLICIT);
        for (int tag : new int[] {
            Tag.PhotometricInterpretation,
            Tag.LossyImageCompression,
            Tag.BitsAllocated,
            Tag.BitsStored,
            Tag.HighBit,
            Tag.PlanarConfiguration
        }) {
            assertEquals(theirs.string(tag), ours.string(tag), Tag.format(tag));
        }
        assertTrue(apart(theirs, ours) <= 1, "grey levels apart: " + apart(theirs, ours));
    }

    private static int apart(DataSet one, DataSet other) {
        byte[] a = Images.pixelData(one);
        byte[] b = Images.pixelData(other);
        assertEquals(a.length, b.length);
        boolean deep = one.intValue(Tag.BitsAllocated, 0) == 16;
        int worst = 0;
        for (int i = 0; i < a.length; i += deep ? 2 : 1) {
            int difference = deep
                    ? (a[i] & 0xFF | a[i + 1] << 8) - (b[i] & 0xFF | b[i + 1] << 8)
                    : (a[i] & 0xFF) - (b[i] & 0xFF);
            worst = Math.max(worst, Math.abs(difference));
        }
        return worst;
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void rleOfDcmtk(Shape shape) throws Exception {
        byte[] pixels = Images.pixels(shape);
        Path encoded = through(Images.dataSet(shape, pixels), "dcmcrle", List.of());
        assertArrayEquals(Images.even(pixels), Images.pixelData(ours(encoded, IMPLICIT)));
    }

    @ParameterizedTest
    @MethodSource("shapes")
    void ourRleAsOthersDecodeIt(Shape shape) throws Exception {
        byte[] pixels = Images.pixels(shape);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        byte[] file = Images.file(Images.dataSet(shape, pixels), EXPLICIT);
        Images.transcoder().part10(new ByteArrayInputStream(file), RLE, out);
        Path encoded = Files.write(directory.resolve("ours.dcm"), out.toByteArray());
        assertArrayEquals(Images.even(pixels), Images.pixelData(read(run("dcmdrle", List.of(), encoded))));
        if (gdcmShapes().contains(shape)) {
            assertArrayEquals(Images.even(pixels), Images.pixelData(read(run("gdcmconv", List.of("--raw"), encoded))));
        }
    }

    /** What gdcm takes: no palette without its tables. */
    static List<Shape> gdcmShapes() {
        return shapes().stream()
                .filter(shape -> shape.samples() == 3 || shape.photometric().startsWith("MONO"))
                .toList();
    }

    static Stream<Arguments> gdcmOptions() {
        // gdcm stops at an assertion when it encodes RLE from a value with a byte of padding.
        return gdcmShapes().stream().flatMap(shape -> (shape.frameBytes() * shape.frames() % 2 == 0
                        ? Stream.of(List.of("--jpeg"), List.of("--rle"))
                        : Stream.of(List.of("--jpeg")))
                .map(options -> Arguments.of(shape, options)));
    }

    @ParameterizedTest
    @MethodSource("gdcmOptions")
    void losslessEncodingsOfGdcm(Shape shape, List<String> options) throws Exception {
        byte[] pixels = Images.pixels(shape);
        Path encoded = through(Images.dataSet(shape, pixels), "gdcmconv", options);
        assertArrayEquals(
                Images.pixelData(read(run("gdcmconv", List.of("--raw"), encoded))),
                Images.pixelData(ours(encoded, EXPLICIT)));
    }

    private Path through(DataSet dataSet, String program, List<String> options) throws Exception {
        Path file = Files.write(directory.resolve("native.dcm"), Images.file(dataSet, EXPLICIT));
        return run(program, options, file);
    }

    private Path run(String program, List<String> options, Path file) throws IOException, InterruptedException {
        Path to = directory.resolve(program + ".dcm");
        List<String> command = new ArrayList<>(List.of(program));
        command.addAll(options);
        command.add(file.toString());
        command.add(to.toString());
        Path output = directory.resolve("output");
        Process process = new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        assertTrue(process.waitFor(60, TimeUnit.SECONDS), program);
        assertEquals(0, process.exitValue(), () -> command + " failed: " + text(output));
        return to;
    }

    private static String text(Path file) {
        try {
            return Files.readString(file);
        } catch (IOException e) {
            return e.toString();
        }
    }

    private static DataSet ours(Path file, TransferSyntax to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        Images.transcoder().part10(new ByteArrayInputStream(Files.readAllBytes(file)), to, out);
        return Images.open(out.toByteArray()).dataSet().readAll();
    }

    private static DataSet read(Path file) throws IOException {
        return Images.open(Files.readAllBytes(file)).dataSet().readAll();
    }
}
