package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.pixel.FrameFormat;
import org.sallyport.gateway.api.pixel.PixelCleaner;
import org.sallyport.gateway.api.store.Quarantine;

/** What a profile's rules and a plug-in do to pixels, and that what they cannot do is held as it came. */
class PixelCleaningTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax RLE =
            TransferSyntax.of("1.2.840.10008.1.2.5").orElseThrow();
    private static final String TOP_ROW = "blank: [[0, 0, 2, 1]]";

    @TempDir
    private Path folder;

    @TempDir
    private Path profiles;

    private Gate gate(String profile) throws IOException {
        Files.writeString(profiles.resolve("mine.yaml"), "base: basic\n" + profile);
        return new Gate(ProfileParser.read(profiles, "mine"), folder);
    }

    private Gate gateWithRule(String rule) throws IOException {
        return gate("options: [clean-pixel-data]\npixels:\n  - {name: r, " + rule + "}\n");
    }

    /** Two frames of 2 × 2 pixels of a byte each. */
    private static DataSet frames(byte... samples) {
        DataSet image = Gate.withoutPixels();
        image.setString(Tag.Manufacturer, "ACME Imaging");
        image.setString(Tag.ManufacturerModelName, "Model 7");
        image.setString(Tag.PhotometricInterpretation, "MONOCHROME2");
        image.setInt(Tag.SamplesPerPixel, 1);
        image.setInt(Tag.Rows, 2);
        image.setInt(Tag.Columns, 2);
        image.setInt(Tag.BitsAllocated, 8);
        image.setInt(Tag.BitsStored, 8);
        image.setInt(Tag.HighBit, 7);
        image.setString(Tag.NumberOfFrames, "2");
        image.put(Element.of(Tag.PixelData, VR.OB, samples));
        return image;
    }

    private static DataSet nativeFrames() {
        return frames(new byte[] {1, 2, 3, 4, 5, 6, 7, 8});
    }

    /** One segment of literal bytes (PS3.5 G.3). */
    private static byte[] rle(byte... samples) {
        byte[] fragment = new byte[64 + 1 + samples.length + 1];
        fragment[0] = 1;
        fragment[4] = 64;
        fragment[64] = (byte) (samples.length - 1);
        System.arraycopy(samples, 0, fragment, 65, samples.length);
        // A no-operation makes its length even.
        fragment[fragment.length - 1] = (byte) 0x80;
        return fragment;
    }

    private static DataSet encapsulated(byte[]... fragments) {
        DataSet image = nativeFrames();
        List<byte[]> all = new java.util.ArrayList<>(List.of(new byte[0]));
        all.addAll(List.of(fragments));
        image.put(new Element(Tag.PixelData, VR.OB, new Value.Fragments(all)));
        return image;
    }

    private static byte[] pixels(DataSet image) {
        return Objects.requireNonNull(image.get(Tag.PixelData)).bytes();
    }

    private static Set<String> codes(DataSet treated) {
        return treated.items(Tag.DeidentificationMethodCodeSequence).stream()
                .map(code -> String.valueOf(code.string(Tag.CodeValue)))
                .collect(Collectors.toSet());
    }

    /** It is held as it came, with nothing of it stored. @return why */
    private static String held(Gate gate, DataSet image, TransferSyntax syntax) throws IOException {
        assertEquals(new IntakeResult.Kept(How.QUARANTINED), gate.receive(image, syntax));
        assertEquals(List.of(), gate.store.instances);
        Quarantine.Entry held = gate.store.held.get(gate.store.held.size() - 1);
        byte[] sealed = Objects.requireNonNull(gate.store.heldBytes.get(held.id()));
        DataSet original = Gate.read(gate.vault
                .open("held/" + held.id(), new ByteArrayInputStream(sealed), Gate.OFFICER)
                .readAllBytes());
        assertEquals(List.of(), DataSetDifference.between(image, original));
        return held.description().reason();
    }

    // ---- rules

    @Test
    void aRectangleIsBlankedInAllFramesOfNativePixels() throws Exception {
        Gate gate = gateWithRule(TOP_ROW);
        assertEquals(new IntakeResult.Kept(How.STORED), gate.receive(nativeFrames()));
        DataSet treated = gate.lastDataSet();
        assertArrayEquals(new byte[] {0, 0, 3, 4, 0, 0, 7, 8}, pixels(treated));
        assertEquals("NO", treated.string(Tag.BurnedInAnnotation));
        assertEquals(Set.of("113100", "113101"), codes(treated));
    }

    @Test
    void encapsulatedPixelsAreDecodedBlankedInAllFramesAndStoredNative() throws Exception {
        Gate gate = gateWithRule(TOP_ROW);
        DataSet image =
                encapsulated(rle((byte) 1, (byte) 2, (byte) 3, (byte) 4), rle((byte) 5, (byte) 6, (byte) 7, (byte) 8));
        assertEquals(new IntakeResult.Kept(How.STORED), gate.receive(image, RLE));
        assertEquals(EXPLICIT, Gate.open(gate.lastBytes()).transferSyntax());
        DataSet treated = gate.lastDataSet();
        assertArrayEquals(new byte[] {0, 0, 3, 4, 0, 0, 7, 8}, pixels(treated));
        assertEquals(2, treated.intValue(Tag.NumberOfFrames, 0));
        assertEquals("NO", treated.string(Tag.BurnedInAnnotation));
    }

    @Test
    void pixelsThatARuleWantsBlankedAndThatCannotBeDecodedAreHeld() throws Exception {
        Gate gate = gateWithRule(TOP_ROW);
        DataSet image = encapsulated(new byte[] {9, 9, 9, 9}, new byte[] {9, 9, 9, 9});
        assertTrue(held(gate, image, RLE).startsWith("the pixels cannot be cleaned: "));
        TransferSyntax video = TransferSyntax.of("1.2.840.10008.1.2.4.102").orElseThrow();
        assertTrue(held(gate, image, video).startsWith("the pixels cannot be cleaned: "));
    }

    @ParameterizedTest
    @CsvSource({
        "modality: CT, true",
        "modality: US, false",
        "manufacturer: 'acme.*', true",
        "manufacturer: 'acme', false",
        "model: 'Model 7', true",
        "model: 'Model 8', false",
        "'rows: 2, columns: 2', true",
        "'rows: 2, columns: 3', false",
        "rows: 3, false"
    })
    void aRuleIsForTheImagesThatItNames(String scope, boolean covers) throws Exception {
        Gate gate = gateWithRule(scope + ", " + TOP_ROW);
        DataSet image = nativeFrames();
        image.setString(Tag.BurnedInAnnotation, "YES");
        if (covers) {
            assertEquals(new IntakeResult.Kept(How.STORED), gate.receive(image));
            assertArrayEquals(new byte[] {0, 0, 3, 4, 0, 0, 7, 8}, pixels(gate.lastDataSet()));
            assertEquals("NO", gate.lastDataSet().string(Tag.BurnedInAnnotation), "it was YES");
        } else {
            assertTrue(held(gate, image, EXPLICIT).contains("Burned In Annotation (0028,0301) is YES"));
        }
    }

    // ---- the plug-in

    private Gate gateWithPlugIn(PixelCleaner cleaner) throws IOException {
        Gate gate = gate("options: [clean-recognizable-visual-features]\npixel-cleaner: defacer\n");
        gate.cleaners.add(cleaner, Map.of(PixelCleaner.NAME, "defacer"));
        return gate;
    }

    /** Does one thing to each frame. */
    private interface Change {
        byte[] of(int frame, byte[] samples) throws Exception;
    }

    private static PixelCleaner cleaner(Change change) {
        return (dataSet, image) -> new PixelCleaner.Cleaning() {
            @Override
            public byte[] clean(int frame, byte[] samples) throws Exception {
                return change.of(frame, samples);
            }

            @Override
            public void close() {
                // Holds nothing open.
            }
        };
    }

    @Test
    void aPlugInCleansEachFrameOfWhatItIsGivenDeidentified() throws Exception {
        List<String> told = new java.util.concurrent.CopyOnWriteArrayList<>();
        PixelCleaner each = cleaner((frame, samples) -> {
            byte[] cleaned = samples.clone();
            cleaned[3] = (byte) (100 + frame);
            return cleaned;
        });
        Gate gate = gateWithPlugIn((dataSet, image) -> {
            told.add(image.toString());
            return each.begin(dataSet, image);
        });
        for (DataSet image : List.of(
                nativeFrames(),
                encapsulated(
                        rle((byte) 1, (byte) 2, (byte) 3, (byte) 4), rle((byte) 5, (byte) 6, (byte) 7, (byte) 8)))) {
            Value value = Objects.requireNonNull(image.get(Tag.PixelData)).value();
            TransferSyntax syntax = value instanceof Value.Fragments ? RLE : EXPLICIT;
            assertTrue(gate.receive(image, syntax) instanceof IntakeResult.Kept);
            DataSet treated = gate.lastDataSet();
            assertArrayEquals(new byte[] {1, 2, 3, 100, 5, 6, 7, 101}, pixels(treated));
            assertEquals("NO", treated.string(Tag.RecognizableVisualFeatures));
            assertEquals(Set.of("113100", "113102"), codes(treated));
        }
        assertEquals(new FrameFormat(2, 2, 1, "MONOCHROME2", 8, 8, false, 2).toString(), told.get(0));
    }

    @Test
    void whatAPlugInCannotCleanIsHeldAsItCame() throws Exception {
        Gate failing = gateWithPlugIn(cleaner((frame, samples) -> {
            throw new IllegalStateException("DOE^JANE");
        }));
        String why = held(failing, nativeFrames(), EXPLICIT);
        assertEquals("the pixel cleaner failed: java.lang.IllegalStateException", why, "without its words");
        Gate late = gateWithPlugIn(cleaner((frame, samples) -> {
            if (frame == 1) {
                throw new java.io.IOException("in the second frame");
            }
            return samples;
        }));
        assertEquals("the pixel cleaner failed: java.io.IOException", held(late, nativeFrames(), EXPLICIT));
        Gate wrong = gateWithPlugIn(cleaner((frame, samples) -> new byte[3]));
        assertEquals("the pixel cleaner gave 3 bytes for a frame of 4", held(wrong, nativeFrames(), EXPLICIT));
    }

    @Test
    void whileThePlugInIsNotThereItsObjectsAreHeld() throws Exception {
        PixelCleaner cleaner = cleaner((frame, samples) -> samples);
        Gate gate = gateWithPlugIn(cleaner);
        gate.cleaners.remove(cleaner);
        assertEquals("the pixel cleaner defacer is not there", held(gate, nativeFrames(), EXPLICIT));
    }

    @Test
    void aPlugInThatTakesTooLongIsLeftAlone() throws Exception {
        java.util.concurrent.CountDownLatch never = new java.util.concurrent.CountDownLatch(1);
        try (CleanerCalls calls = new CleanerCalls(1)) {
            Doubt doubt = org.junit.jupiter.api.Assertions.assertThrows(
                    Doubt.class,
                    () -> calls.begin(
                            (dataSet, image) -> {
                                never.await();
                                throw new IllegalStateException("not reached");
                            },
                            nativeFrames(),
                            org.sallyport.dicom.image.ImagePixel.of(
                                    nativeFrames(), org.sallyport.dicom.image.PixelLimits.DEFAULT)));
            assertEquals("the pixel cleaner took more than 1 seconds", doubt.reason());
            assertFalse(Thread.currentThread().isInterrupted());
        } finally {
            never.countDown();
        }
    }
}
