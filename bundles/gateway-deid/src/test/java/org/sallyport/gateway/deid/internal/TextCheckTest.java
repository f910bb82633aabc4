package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.dicom.image.Region;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;

/** Which pixels are looked at, and what becomes of the object. */
class TextCheckTest {

    private static final OcrSettings ON = new OcrSettings(Path.of("/usr/bin/tesseract"), Set.of("MR"), 3, 30, 70);
    private static final int SIDE = 8;

    @TempDir
    private Path folder;

    /** Finds text where a frame's first pixel is bright. Owned by the test's thread. */
    private static final class Bright implements TextRecognition {

        final List<byte[]> seen = new ArrayList<>();

        @Override
        public List<Region> find(byte[] samples, ImagePixel image, boolean signed) {
            seen.add(samples.clone());
            return samples[0] == -1 ? List.of(new Region(1, 2, 30, 4), new Region(5, 6, 7, 8)) : List.of();
        }
    }

    private final Bright bright = new Bright();

    static Profile profile(boolean ocr, PixelRule... rules) {
        return new Profile(
                "pixels",
                "1",
                "0".repeat(64),
                Set.of(Option.CLEAN_PIXEL_DATA),
                List.of(),
                List.of(),
                List.of(rules),
                TermList.NONE,
                null,
                ocr);
    }

    static final PixelRule KEEP = new PixelRule("no text", Scope.ALL, PixelRule.Verdict.KEEP, List.of());

    static PixelRule blank(Region region) {
        return new PixelRule("blank", Scope.ALL, PixelRule.Verdict.BLANK, List.of(region));
    }

    private static DataSet ofAScreen(byte... firstOfEachFrame) {
        DataSet image = Gate.withoutPixels();
        image.setString(Tag.ImageType, "DERIVED", "SECONDARY", "SCREEN SAVE");
        image.setString(Tag.PhotometricInterpretation, "MONOCHROME2");
        image.setInt(Tag.SamplesPerPixel, 1);
        image.setInt(Tag.Rows, SIDE);
        image.setInt(Tag.Columns, SIDE);
        image.setInt(Tag.BitsAllocated, 8);
        image.setInt(Tag.BitsStored, 8);
        image.setInt(Tag.HighBit, 7);
        image.setString(Tag.NumberOfFrames, String.valueOf(firstOfEachFrame.length));
        byte[] pixels = new byte[SIDE * SIDE * firstOfEachFrame.length];
        for (int i = 0; i < firstOfEachFrame.length; i++) {
            pixels[SIDE * SIDE * i] = firstOfEachFrame[i];
        }
        image.put(Element.of(Tag.PixelData, VR.OB, pixels));
        return image;
    }

    private Gate gate(Profile profile, OcrSettings ocr) throws IOException {
        return new Gate(profile, DefaultIssuers.NONE, folder, ocr, bright);
    }

    private static String reason(Gate gate) {
        assertTrue(gate.store.instances.isEmpty());
        return gate.store.held.get(0).description().reason();
    }

    @Test
    void pixelsThatARuleLetsPassAreLookedAt() throws Exception {
        Gate gate = gate(profile(false, KEEP), ON);
        DataSet image = ofAScreen((byte) 7);
        gate.treated(image);
        assertEquals(1, bright.seen.size());
        assertArrayEquals(
                Objects.requireNonNull(image.get(Tag.PixelData)).bytes(),
                Objects.requireNonNull(gate.lastDataSet().get(Tag.PixelData)).bytes());
    }

    @Test
    void textHoldsAndIsToldByPlaceOnly() throws Exception {
        Gate gate = gate(profile(false, KEEP), ON);
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(ofAScreen((byte) 0, (byte) -1)));
        assertEquals("text in the pixels (frame 2) at 1,2 30×4; 5,6 7×8", reason(gate));
    }

    @Test
    void whatARuleBlanksIsLookedAtAsItWouldGoOut() throws Exception {
        Gate gate = gate(profile(false, blank(new Region(0, 0, 2, 2))), ON);
        gate.treated(ofAScreen((byte) -1));
        assertEquals(0, bright.seen.get(0)[0]);
    }

    @Test
    void notMoreFramesThanSetAreLookedAt() throws Exception {
        gate(profile(false, KEEP), ON).treated(ofAScreen(new byte[] {1, 2, 3, 4, 5, 6, 7, 8, 9}));
        assertEquals(
                "[1, 5, 9]",
                Arrays.toString(bright.seen.stream().mapToInt(frame -> frame[0]).toArray()));
    }

    /** An ordinary CT image is not looked at, unless its modality is named. */
    @Test
    void pixelsWithoutADoubtAreLookedAtForNamedModalitiesOnly() throws Exception {
        DataSet image = ofAScreen((byte) 7);
        image.setString(Tag.ImageType, "ORIGINAL", "PRIMARY", "AXIAL");
        Gate gate = gate(Profile.BASIC, ON);
        gate.treated(image);
        assertEquals(0, bright.seen.size());
        image.setString(Tag.Modality, "MR");
        image.setString(Tag.SOPInstanceUID, Gate.SOP_INSTANCE + ".1");
        gate.receive(
                Gate.encode(image, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                Gate.CT,
                Gate.SOP_INSTANCE + ".1");
        assertEquals(1, bright.seen.size());
        assertEquals(2, gate.store.instances.size());
    }

    @Test
    void whatCannotBeLookedAtIsHeld() throws Exception {
        Gate gate = gate(profile(false, KEEP), ON);
        DataSet image = ofAScreen((byte) 0);
        image.remove(Tag.Rows);
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(image));
        assertEquals("text in the pixels cannot be ruled out: (0028,0010) is missing", reason(gate));
    }

    @Test
    void aFailureOfTheProgramHolds() throws Exception {
        Gate gate = new Gate(
                profile(false, KEEP), DefaultIssuers.NONE, folder, ON, new Tesseract(folder.resolve("none"), 30, 70));
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(ofAScreen((byte) 0)));
        assertEquals("text in the pixels cannot be ruled out: tesseract cannot be started", reason(gate));
    }

    @Test
    void objectsAtOnceAreBoundedByProcessorsAndHeap() {
        assertEquals(2, TextCheck.atOnce(2, 494L << 20), "as shipped, on two processors");
        assertEquals(2, TextCheck.atOnce(8, 494L << 20));
        assertEquals(8, TextCheck.atOnce(8, 4L << 30));
        assertEquals(1, TextCheck.atOnce(8, 64L << 20));
        assertEquals(16, TextCheck.atOnce(64, 64L << 30));
    }

    /** While one is looked at another waits, for so long. */
    @Test
    void oneThatDoesNotGetItsTurnHolds() throws Exception {
        CountDownLatch looks = new CountDownLatch(1);
        CountDownLatch enough = new CountDownLatch(1);
        TextCheck check = new TextCheck(
                (samples, image, signed) -> {
                    looks.countDown();
                    awaitLatch(enough);
                    return List.of();
                },
                1,
                1,
                1);
        DataSet image = ofAScreen((byte) 0);
        ImagePixel pixels = ImagePixel.of(image, PixelLimits.DEFAULT);
        Thread first = new Thread(() -> check.find(new byte[SIDE * SIDE], pixels, image));
        first.start();
        awaitLatch(looks);
        PixelSource source = new PixelSource(
                Tag.PixelData, VR.OB, SIDE * SIDE, () -> new ByteArrayInputStream(new byte[SIDE * SIDE]));
        assertEquals(
                "text in the pixels cannot be ruled out: others took longer than 1 seconds",
                doubt(check, source, image));
        Thread.currentThread().interrupt();
        assertEquals(
                "text in the pixels cannot be ruled out: interrupted while others were looked at",
                doubt(check, source, image));
        assertTrue(Thread.interrupted(), "the interruption is passed on");
        enough.countDown();
        first.join(TimeUnit.MINUTES.toMillis(2));
        assertFalse(first.isAlive());
        check.check(source, image, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, List.of());
    }

    private static String doubt(TextCheck check, PixelSource source, DataSet image) {
        return assertThrows(
                        Doubt.class,
                        () -> check.check(source, image, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN, List.of()))
                .reason();
    }

    private static void awaitLatch(CountDownLatch latch) {
        try {
            assertTrue(latch.await(2, TimeUnit.MINUTES));
        } catch (InterruptedException e) {
            throw new AssertionError(e);
        }
    }

    @Test
    void aProfileThatAsksForItWithoutASettingHolds() throws Exception {
        Gate gate = new Gate(profile(true, KEEP), folder);
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(ofAScreen((byte) 0)));
        assertEquals(
                "text in the pixels cannot be ruled out: text recognition is not set up, and the profile asks for it",
                reason(gate));
    }
}
