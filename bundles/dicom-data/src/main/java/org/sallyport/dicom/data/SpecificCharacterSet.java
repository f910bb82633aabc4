package org.sallyport.dicom.data;

import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.sallyport.dicom.data.internal.CodeElement;
import org.sallyport.dicom.data.internal.Iso2022;

/**
 * Specific Character Set (0008,0005): all defined terms of PS3.3 C.12.1.1.2, with code extensions (ISO 2022, PS3.5 6.1.2.5). Immutable.
 *
 * <p>Bytes that it cannot decode become U+FFFD in text; elements keep their bytes, so that nothing is lost by reading.
 */
public final class SpecificCharacterSet {

    /** ISO-IR 6, the default repertoire. */
    public static final SpecificCharacterSet DEFAULT = new SpecificCharacterSet(List.of(""));

    public static final SpecificCharacterSet UTF_8 = new SpecificCharacterSet(List.of("ISO_IR 192"));

    private static final int CACHED = 64;
    private static final Map<List<String>, SpecificCharacterSet> CACHE = new ConcurrentHashMap<>();

    private final List<String> terms;
    private final Iso2022 codec;

    private SpecificCharacterSet(List<String> terms) {
        this.terms = terms;
        this.codec = Iso2022.of(terms);
    }

    /** @param terms the values of (0008,0005); empty = the default repertoire */
    public static SpecificCharacterSet of(List<String> terms) {
        if (terms.isEmpty() || terms.size() == 1 && terms.get(0).isEmpty()) {
            return DEFAULT;
        }
        SpecificCharacterSet known = CACHE.get(terms);
        if (known == null) {
            List<String> copy = List.copyOf(terms);
            known = new SpecificCharacterSet(copy);
            // The terms come from outside: what is remembered of them is bounded.
            if (CACHE.size() < CACHED) {
                CACHE.put(copy, known);
            }
        }
        return known;
    }

    /** Whether every term is one of the standard's. */
    public boolean isKnown() {
        return terms.stream().allMatch(CodeElement::isTerm);
    }

    /** One text, backslashes as they are. */
    public String decode(byte[] bytes) {
        return codec.decode(bytes, Iso2022.NO_DELIMITERS).get(0);
    }

    /** The values parted by backslashes; a byte 5C that is half of a character parts nothing. */
    public List<String> decodeValues(byte[] bytes) {
        return new ArrayList<>(codec.decode(bytes, Iso2022.OF_VALUES));
    }

    /** The values of PN, where caret and equals sign delimit too: code extensions end there (PS3.5 6.1.2.5.3). */
    public List<String> decodeNames(byte[] bytes) {
        return new ArrayList<>(codec.decode(bytes, Iso2022.OF_NAMES));
    }

    /** Whether the bytes decode without loss. */
    public boolean canDecode(byte[] bytes) {
        return decode(bytes).indexOf('\uFFFD') < 0;
    }

    /** Encodes text; what the set has no character for becomes a question mark. */
    public byte[] encode(String text) {
        return codec.encode(text);
    }

    @Override
    public boolean equals(Object other) {
        return other instanceof SpecificCharacterSet set && terms.equals(set.terms);
    }

    @Override
    public int hashCode() {
        return terms.hashCode();
    }

    @Override
    public String toString() {
        return String.join("\\", terms);
    }
}
