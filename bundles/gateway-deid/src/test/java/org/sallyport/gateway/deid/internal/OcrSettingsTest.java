package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.Test;

/** Wrong settings of text recognition are refused with key, value and way out. */
class OcrSettingsTest {

    private static final ObjectKind CT = new ObjectKind(Gate.CT, "CT", "", "", 0, 0, List.of());
    private static final Admission PASSES = new Admission(null, List.of(), false);

    /** As Declarative Services make it: what is not said has its default. */
    static DeidConfiguration configuration(Map<String, Object> values) {
        return (DeidConfiguration) Proxy.newProxyInstance(
                OcrSettingsTest.class.getClassLoader(),
                new Class<?>[] {DeidConfiguration.class},
                (proxy, method, arguments) -> values.getOrDefault(method.getName(), method.getDefaultValue()));
    }

    private static OcrSettings settings(Map<String, Object> values) {
        return OcrSettings.of(configuration(values));
    }

    private static String refused(String key, Object value) {
        return String.valueOf(assertThrows(IllegalArgumentException.class, () -> settings(Map.of(key, value)))
                .getMessage());
    }

    @Test
    void nothingSetIsOff() {
        OcrSettings off = settings(Map.of());
        assertSame(OcrSettings.OFF, off);
        assertSame(TextRecognition.MISSING, Tesseract.of(off));
        assertSame(PASSES, settings(Map.of("ocr$_$modalities", "CT")).applyTo(PASSES, CT));
    }

    @Test
    void modalitiesAreThoseOfWhichEveryImageIsLookedAt() {
        OcrSettings some = settings(Map.of("ocr", "/usr/bin/tesseract", "ocr$_$modalities", "mr, ct"));
        assertEquals(Set.of("MR", "CT"), some.modalities());
        assertTrue(some.applyTo(PASSES, CT).doubtful());
        assertFalse(some.applyTo(PASSES, ObjectKind.UNKNOWN).doubtful());
        OcrSettings all = settings(Map.of("ocr", "/usr/bin/tesseract", "ocr$_$modalities", "*"));
        assertTrue(all.applyTo(PASSES, ObjectKind.UNKNOWN).doubtful());
        Admission held = new Admission("why", List.of(), false);
        assertSame(held, all.applyTo(held, CT));
    }

    @Test
    void doubtfulPixelsAreLookedAtIfTheProfileOrTheSettingSaysSo() {
        OcrSettings on = settings(Map.of("ocr", "/usr/bin/tesseract"));
        assertTrue(on.asks(PASSES.inDoubt(), Profile.BASIC));
        assertFalse(on.asks(PASSES, Profile.BASIC));
        assertFalse(OcrSettings.OFF.asks(PASSES.inDoubt(), Profile.BASIC));
    }

    @Test
    void wrongOnesAreRefused() {
        assertEquals(
                "ocr \"tesseract\": must be the whole path of tesseract, as /usr/bin/tesseract"
                        + " (org.sallyport.deid.cfg)",
                refused("ocr", "tesseract"));
        assertEquals("ocr-frames 0: must be 1–1000 (org.sallyport.deid.cfg)", refused("ocr$_$frames", 0));
        assertEquals("ocr-time-limit 601: must be 1–600 (org.sallyport.deid.cfg)", refused("ocr$_$time$_$limit", 601));
        assertEquals("ocr-confidence 0: must be 1–100 (org.sallyport.deid.cfg)", refused("ocr$_$confidence", 0));
        assertEquals(
                "ocr-modalities: \"\" must be a value of Modality (0008,0060) or *, with a comma between"
                        + " (org.sallyport.deid.cfg)",
                refused("ocr$_$modalities", "CT,,MR"));
    }
}
