package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.util.List;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;

/** Drawings stay if they are drawings (PS3.15 E.3.3). */
class GraphicsTest {

    private static final int SIDE = 128;
    private static final Profile CLEANING = Profile.of("test", Set.of(Option.CLEAN_GRAPHICS));

    private final byte[] bits = new byte[SIDE * SIDE / 8];

    private void set(int x, int y) {
        int bit = y * SIDE + x;
        bits[bit / 8] |= (byte) (1 << bit % 8);
    }

    private void box(int left, int top, int width, int height) {
        for (int x = left; x < left + width; x++) {
            set(x, top);
            set(x, top + height - 1);
        }
        for (int y = top; y < top + height; y++) {
            set(left, y);
            set(left + width - 1, y);
        }
    }

    private DataSet overlay(int group, String type) {
        DataSet dataSet = new DataSet();
        dataSet.setInt(Tag.of(group, 0x0010), VR.US, SIDE);
        dataSet.setInt(Tag.of(group, 0x0011), VR.US, SIDE);
        dataSet.setString(Tag.of(group, 0x0040), VR.CS, type);
        dataSet.setInt(Tag.of(group, 0x0050), VR.SS, 1, 1);
        dataSet.setInt(Tag.of(group, 0x0100), VR.US, 1);
        dataSet.setInt(Tag.of(group, 0x0102), VR.US, 0);
        dataSet.put(Element.of(Tag.of(group, 0x3000), VR.OW, bits.clone()));
        dataSet.setString(Tag.of(group, 0x0022), VR.LO, "ROI of Doe");
        dataSet.setString(Tag.of(group, 0x4000), VR.LT, "Jane Doe");
        return dataSet;
    }

    private static DataSet treat(DataSet dataSet) {
        return new Treatment(new Rules(CLEANING), FakeVault.Study.ONE).treatTail(dataSet);
    }

    @ParameterizedTest
    @ValueSource(ints = {0x6000, 0x6002, 0x601E})
    void aRegionOfInterestStaysWithoutWhatIsWrittenAboutIt(int group) {
        box(20, 30, 70, 40);
        DataSet original = overlay(group, "R");
        DataSet treated = treat(original);
        assertSame(original.get(Tag.of(group, 0x3000)), treated.get(Tag.of(group, 0x3000)));
        assertEquals("128", treated.string(Tag.of(group, 0x0010)));
        assertFalse(treated.contains(Tag.of(group, 0x0022)), "no terms are allowed by this profile");
        assertFalse(treated.contains(Tag.of(group, 0x4000)));
    }

    @Test
    void graphicsMayBeWritingAndGoAsAWhole() {
        box(20, 30, 70, 40);
        assertEquals(0, treat(overlay(0x6000, "G")).size());
    }

    /** Shapes of the size of letters, side by side. */
    @Test
    void whatLooksLikeLettersGoes() {
        box(10, 10, 8, 12);
        box(22, 10, 8, 12);
        assertEquals(0, treat(overlay(0x6000, "R")).size());
    }

    @Test
    void twoRegionsFarFromEachOtherAreNoLetters() {
        box(10, 10, 8, 12);
        box(90, 100, 9, 12);
        assertTrue(treat(overlay(0x6000, "R")).contains(Tag.OverlayData));
    }

    @Test
    void bytesThatAreTextGo() {
        byte[] text = "DOE^JANE".getBytes(java.nio.charset.StandardCharsets.US_ASCII);
        System.arraycopy("JANEDOE X".getBytes(java.nio.charset.StandardCharsets.US_ASCII), 0, bits, 100, 9);
        assertTrue(Graphics.hasTextRun(bits));
        assertFalse(Graphics.hasTextRun(text), "a caret ends a run; the search for the patient's values finds it");
        assertEquals(0, treat(overlay(0x6000, "R")).size());
    }

    @Test
    void anOverlayThatIsNotWhatItSaysGoes() {
        box(20, 30, 70, 40);
        DataSet cut = overlay(0x6000, "R");
        cut.put(Element.of(Tag.OverlayData, VR.OW, new byte[10]));
        assertEquals(0, treat(cut).size());
        DataSet inPixels = overlay(0x6000, "R");
        inPixels.setInt(Tag.of(0x6000, 0x0102), VR.US, 12);
        assertEquals(0, treat(inPixels).size());
    }

    @Test
    void curvesKeepTheirNumbersAndLoseWordsAndSound() {
        DataSet curve = new DataSet();
        curve.setInt(Tag.of(0x5000, 0x0010), VR.US, 3);
        curve.setString(Tag.of(0x5000, 0x0020), VR.CS, "ECG");
        curve.setString(Tag.of(0x5000, 0x0022), VR.LO, "Jane Doe");
        curve.put(Element.of(Tag.of(0x5000, 0x200C), VR.OW, new byte[8]));
        curve.put(Element.of(Tag.of(0x5000, 0x3000), VR.OW, new byte[] {1, 2, 3, 4, 5, 6}));
        DataSet treated = treat(curve);
        assertEquals(
                List.of(Tag.of(0x5000, 0x0010), Tag.of(0x5000, 0x0020), Tag.of(0x5000, 0x3000)),
                treated.elements().stream().map(Element::tag).toList());
    }

    @Test
    void annotationsKeepTheirGraphicsAndHaveTheirWordsCleaned() {
        DataSet text = new DataSet();
        text.setString(Tag.UnformattedTextValue, "Lesion of Jane Doe");
        DataSet graphic = new DataSet();
        graphic.setString(Tag.GraphicType, "POLYLINE");
        graphic.put(Element.of(Tag.GraphicData, VR.FL, new byte[16]));
        DataSet annotation = new DataSet();
        annotation.setItems(Tag.TextObjectSequence, text);
        annotation.setItems(Tag.GraphicObjectSequence, graphic);
        DataSet head = new DataSet();
        head.setItems(Tag.GraphicAnnotationSequence, annotation);
        Profile words = new Profile(
                "test",
                "1",
                "0".repeat(64),
                Set.of(Option.CLEAN_GRAPHICS),
                List.of(),
                List.of(),
                List.of(),
                TermList.of("lesion"),
                null,
                false);
        DataSet treated = new Treatment(new Rules(words), FakeVault.Study.ONE)
                .treatTail(head)
                .items(Tag.GraphicAnnotationSequence)
                .get(0);
        assertEquals("Lesion", treated.items(Tag.TextObjectSequence).get(0).string(Tag.UnformattedTextValue));
        assertEquals("POLYLINE", treated.items(Tag.GraphicObjectSequence).get(0).string(Tag.GraphicType));
        DataSet basic = new Treatment(new Rules(Profile.BASIC), FakeVault.Study.ONE)
                .treatTail(head)
                .items(Tag.GraphicAnnotationSequence)
                .get(0);
        assertEquals("REMOVED", basic.items(Tag.TextObjectSequence).get(0).string(Tag.UnformattedTextValue));
        assertNull(basic.items(Tag.GraphicObjectSequence).get(0).string(Tag.PatientName));
    }
}
