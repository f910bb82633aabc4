package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.awt.Color;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Map;
import java.util.Objects;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.EnumSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.dicom.image.Region;
import org.sallyport.dicom.image.Transcoder;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.deid.internal.Pictures.Scene;

/** Debian's tesseract as second opinion, with its default settings: it finds what is burned in, and nothing in what is not text. */
@Tag("peers")
class TesseractPeerTest {

    private static final String[] LINES = {"DOE, JANE", "12.03.1957"};
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

    private static final OcrSettings SETTINGS = OcrSettings.of(
            OcrSettingsTest.configuration(Map.of("ocr", "/usr/bin/tesseract", "ocr$_$time$_$limit", 300)));
    private static final TextRecognition TESSERACT = Tesseract.of(SETTINGS);

    @TempDir
    private Path folder;

    private Gate gate(PixelRule rule) throws IOException {
        return new Gate(TextCheckTest.profile(false, rule), DefaultIssuers.NONE, folder, SETTINGS, TESSERACT);
    }

    /** A screen shot, which a rule lets pass. */
    private static DataSet ofAScreen(DataSet image) {
        image.setString(org.sallyport.dicom.data.Tag.ImageType, "DERIVED", "SECONDARY", "SCREEN SAVE");
        return image;
    }

    private void assertHeld(DataSet image, TransferSyntax syntax, int frame) throws IOException {
        Gate gate = gate(TextCheckTest.KEEP);
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(ofAScreen(image), syntax));
        String reason = gate.store.held.get(0).description().reason();
        assertTrue(reason.startsWith("text in the pixels (frame " + frame + ") at "), reason);
    }

    private void assertPasses(DataSet image) throws IOException {
        Gate gate = gate(TextCheckTest.KEEP);
        IntakeResult result = gate.receive(ofAScreen(image));
        assertEquals(
                new IntakeResult.Kept(How.STORED),
                result,
                () -> gate.store.held.get(0).description().reason());
    }

    @ParameterizedTest
    @EnumSource(Scene.class)
    void nothingIsFoundWhereThereIsNone(Scene scene) throws Exception {
        assertPasses(Pictures.of16Bits("MONOCHROME2", Pictures.scene(scene)));
        assertPasses(Pictures.of8Bits("MONOCHROME1", Pictures.scene(scene)));
    }

    @ParameterizedTest
    @CsvSource({
        "PHANTOM, 10, MONOCHROME2",
        "PHANTOM, 14, MONOCHROME1",
        "PHANTOM, 24, MONOCHROME2",
        "BLACK, 12, MONOCHROME1",
        "BLACK, 32, MONOCHROME2",
        "ULTRASOUND, 10, MONOCHROME2",
        "ULTRASOUND, 16, MONOCHROME2",
        "GRADIENT, 18, MONOCHROME2"
    })
    void nameAndDateAreFound(Scene scene, int size, String photometric) throws Exception {
        double[] frame = Pictures.burnedIn(scene, size, LINES);
        assertHeld(Pictures.of16Bits(photometric, frame), EXPLICIT, 1);
        assertHeld(Pictures.of8Bits(photometric, frame), EXPLICIT, 1);
    }

    static Stream<Color> colours() {
        return Stream.of(Color.WHITE, Color.YELLOW, Color.GREEN, Color.RED, Color.BLUE);
    }

    /** Ultrasound devices and secondary captures. */
    @ParameterizedTest
    @MethodSource("colours")
    void colouredLettersAreFound(Color colour) throws Exception {
        double[] covered = Pictures.letters(14, 6, 20, LINES);
        assertHeld(Pictures.ofColours(Pictures.scene(Scene.ULTRASOUND), covered, colour), EXPLICIT, 1);
    }

    /** The brightest pixel is sixty times as bright as the letters. */
    @Test
    void faintLettersBesideABrightPixelAreFound() throws Exception {
        double[] frame = Pictures.burnedIn(Scene.BLACK, 16, LINES);
        for (int i = 0; i < frame.length; i++) {
            frame[i] /= 60;
        }
        frame[frame.length - 1] = 1;
        assertHeld(Pictures.of16Bits("MONOCHROME2", frame), EXPLICIT, 1);
    }

    @Test
    void textInALaterFrameIsFound() throws Exception {
        double[] none = Pictures.scene(Scene.PHANTOM);
        double[] text = Pictures.burnedIn(Scene.PHANTOM, 14, LINES);
        assertHeld(Pictures.of16Bits("MONOCHROME2", none, none, text, none, none), EXPLICIT, 3);
    }

    private static byte[] part10(DataSet image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(Gate.CT, Gate.SOP_INSTANCE, EXPLICIT.uid()).write(out);
        out.writeBytes(Gate.encode(image, EXPLICIT));
        return out.toByteArray();
    }

    @Test
    void textInCompressedFramesIsFound() throws Exception {
        DataSet image = ofAScreen(Pictures.of16Bits("MONOCHROME2", Pictures.burnedIn(Scene.PHANTOM, 14, LINES)));
        TransferSyntax rle = TransferSyntax.of("1.2.840.10008.1.2.5").orElseThrow();
        ByteArrayOutputStream encoded = new ByteArrayOutputStream();
        new Transcoder(DeidIntake.LIMITS, PixelLimits.DEFAULT, BulkStore.REFUSE)
                .dataSet(new ByteArrayInputStream(Gate.encode(image, EXPLICIT)), EXPLICIT, rle, encoded);
        Gate gate = gate(TextCheckTest.KEEP);
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(encoded.toByteArray(), rle));
        assertTrue(gate.store.held.get(0).description().reason().startsWith("text in the pixels (frame 1)"));

        Path plain = Files.write(folder.resolve("plain.dcm"), part10(image));
        Path jpeg = folder.resolve("jpeg.dcm");
        Process dcmcjpeg = new ProcessBuilder("dcmcjpeg", "+e1", "+un", plain.toString(), jpeg.toString())
                .inheritIO()
                .start();
        assertTrue(dcmcjpeg.waitFor(60, TimeUnit.SECONDS), "dcmcjpeg takes too long");
        assertEquals(0, dcmcjpeg.exitValue());
        assertHeld(Gate.read(Files.readAllBytes(jpeg)), Gate.JPEG, 1);
    }

    @Test
    void nothingIsFoundWhereARuleHasBlanked() throws Exception {
        double[] frame = Pictures.burnedIn(Scene.PHANTOM, 14, LINES);
        DataSet image = ofAScreen(Pictures.of16Bits("MONOCHROME2", frame, frame));
        Gate gate = gate(TextCheckTest.blank(new Region(0, 0, Pictures.SIDE, 50)));
        assertEquals(new IntakeResult.Kept(How.STORED), gate.receive(image));
        byte[] stored = Objects.requireNonNull(gate.lastDataSet().get(org.sallyport.dicom.data.Tag.PixelData))
                .bytes();
        for (int i = 0; i < 50 * Pictures.SIDE * 2; i++) {
            assertEquals(0, stored[i]);
        }
        // A rule that leaves the second line.
        Gate half = gate(TextCheckTest.blank(new Region(0, 0, Pictures.SIDE, 24)));
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), half.receive(image));
    }
}
