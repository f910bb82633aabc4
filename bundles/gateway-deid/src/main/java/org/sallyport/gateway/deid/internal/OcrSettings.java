package org.sallyport.gateway.deid.internal;

import java.nio.file.Path;
import java.util.Locale;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/**
 * Whether and how text is looked for in pixels. Immutable.
 *
 * @param program tesseract, or null: it is not looked for
 * @param modalities in capitals, of which every image is looked at; {@code *} = all
 * @param frames of an object that are looked at, at most
 * @param seconds that one look may take
 * @param confidence of a word, 1–100, from which it counts
 */
record OcrSettings(@Nullable Path program, Set<String> modalities, int frames, int seconds, int confidence) {

    static final OcrSettings OFF = new OcrSettings(null, Set.of(), 1, 1, 100);

    private static final String FILE = " (org.sallyport.deid.cfg)";
    private static final String ALL = "*";

    OcrSettings {
        modalities = Set.copyOf(modalities);
    }

    /** @throws IllegalArgumentException naming key, value and what is allowed */
    static OcrSettings of(DeidConfiguration c) {
        int frames = within("ocr-frames", c.ocr$_$frames(), 1, 1_000);
        int seconds = within("ocr-time-limit", c.ocr$_$time$_$limit(), 1, 600);
        int confidence = within("ocr-confidence", c.ocr$_$confidence(), 1, 100);
        Set<String> modalities = modalities(c.ocr$_$modalities());
        String program = c.ocr().strip();
        if (program.isEmpty()) {
            return OFF;
        }
        if (!program.startsWith("/") || program.indexOf('\0') >= 0) {
            throw new IllegalArgumentException(
                    "ocr \"" + program + "\": must be the whole path of tesseract, as /usr/bin/tesseract" + FILE);
        }
        return new OcrSettings(Path.of(program), modalities, frames, seconds, confidence);
    }

    private static int within(String key, int value, int least, int most) {
        if (value < least || value > most) {
            throw new IllegalArgumentException(key + " " + value + ": must be " + least + "–" + most + FILE);
        }
        return value;
    }

    private static Set<String> modalities(String text) {
        Set<String> modalities = new TreeSet<>();
        for (String each : text.isBlank() ? new String[0] : text.split(",", -1)) {
            String modality = each.strip().toUpperCase(Locale.ROOT);
            // A value of CS (PS3.5 6.2).
            if (!modality.equals(ALL) && !modality.matches("[A-Z0-9_]{1,16}")) {
                throw new IllegalArgumentException("ocr-modalities: \"" + each.strip()
                        + "\" must be a value of Modality (0008,0060) or *, with a comma between" + FILE);
            }
            modalities.add(modality);
        }
        return modalities;
    }

    /** An admission, in doubt if every image of its modality is. */
    Admission applyTo(Admission admission, ObjectKind kind) {
        boolean each = program != null && (modalities.contains(ALL) || modalities.contains(kind.modality()));
        return each && admission.held() == null ? admission.inDoubt() : admission;
    }

    /** Whether text has to be looked for before an object passes. */
    boolean asks(Admission admission, Profile profile) {
        return admission.doubtful() && (program != null || profile.ocr());
    }
}
