package org.sallyport.gateway.testkit;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Optional;
import java.util.Set;

/** What may stand in no byte of anything that leaves: every identifier of the patients, in each encoding that is used for it. Immutable. */
public final class PlantedIdentifiers {

    private static final List<String> PARTS = List.of(
            "Quillonette",
            "Zephyrine",
            "PATID-",
            "ACCNO",
            "Brockenhurst",
            "Ottoline",
            "Elderflower",
            "Wulfric",
            "HIDDENQUILL",
            SyntheticStudy.UID_ROOT);

    private static final int ESCAPE_SEQUENCE = 3;

    /** Bytes as characters of ISO 8859-1: the JDK searches strings fast. */
    private final Set<String> needles = new LinkedHashSet<>();

    public PlantedIdentifiers(Collection<Patient> patients) {
        for (String part : PARTS) {
            add(part.getBytes(StandardCharsets.US_ASCII));
            add(part.toUpperCase(Locale.ROOT).getBytes(StandardCharsets.US_ASCII));
            add(part.getBytes(StandardCharsets.UTF_16LE));
        }
        for (Patient patient : patients) {
            add(patient.birthDate().getBytes(StandardCharsets.US_ASCII));
            add(patient.nameInCyrillic().getBytes(StandardCharsets.UTF_8));
            add(patient.nameInKanji().getBytes(StandardCharsets.UTF_8));
            byte[] kanji = patient.nameInKanji().getBytes(Charset.forName("ISO-2022-JP"));
            add(Arrays.copyOfRange(kanji, ESCAPE_SEQUENCE, kanji.length - ESCAPE_SEQUENCE));
        }
    }

    private void add(byte[] needle) {
        needles.add(new String(needle, StandardCharsets.ISO_8859_1));
    }

    /** The first identifier that stands in the bytes, for a test's message; empty = none does. */
    public Optional<String> firstIn(byte[] bytes) {
        String text = new String(bytes, StandardCharsets.ISO_8859_1);
        return needles.stream().filter(text::contains).findFirst();
    }
}
