package org.sallyport.dicom.data.internal;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.CharBuffer;
import java.nio.charset.CharacterCodingException;
import java.nio.charset.Charset;
import java.nio.charset.CodingErrorAction;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** Decodes and encodes text with the code elements of one Specific Character Set (PS3.5 6.1.2). Immutable. */
public final class Iso2022 {

    /** Delimiters of a single text: none but control characters. */
    public static final String NO_DELIMITERS = "";

    /** Delimiters of values. */
    public static final String OF_VALUES = "\\";

    /** Delimiters of values, groups and components of PN. */
    public static final String OF_NAMES = "\\^=";

    private static final int ESC = 0x1B;

    private final CodeElement initialG0;
    private final @Nullable CodeElement initialG1;
    private final @Nullable Charset whole;
    private final Set<CodeElement> elements;

    private Iso2022(CodeElement g0, @Nullable CodeElement g1, @Nullable Charset whole, Set<CodeElement> elements) {
        this.initialG0 = g0;
        this.initialG1 = g1;
        this.whole = whole;
        this.elements = elements;
    }

    /** Terms that the standard does not define decode ASCII only. */
    public static Iso2022 of(List<String> terms) {
        CodeElement g0 = CodeElement.ASCII;
        CodeElement g1 = null;
        Charset whole = null;
        for (CodeElement element : CodeElement.ofTerm(terms.get(0))) {
            if (element.isWhole()) {
                whole = element.charset();
            } else if (element.g1()) {
                g1 = element;
            } else if (element.width() == 1) {
                // A two-byte set may not be the first; where it is, text begins in the default repertoire all the same.
                g0 = element;
            }
        }
        Set<CodeElement> elements = new LinkedHashSet<>();
        terms.forEach(term -> elements.addAll(CodeElement.ofTerm(term)));
        elements.add(CodeElement.ASCII);
        return new Iso2022(g0, g1, whole, elements);
    }

    /** @param delimiters where code extensions end, beside control characters; a backslash parts values */
    public List<String> decode(byte[] bytes, String delimiters) {
        boolean parted = !delimiters.isEmpty();
        if (whole != null) {
            return decodeWhole(whole, bytes, parted);
        }
        if (initialG0 == CodeElement.ASCII && (initialG1 == null || initialG1.width() == 1) && !hasEscape(bytes)) {
            // By far the most frequent: one charset that has ASCII as its lower half.
            return decodeWhole(initialG1 == null ? StandardCharsets.US_ASCII : initialG1.charset(), bytes, parted);
        }
        return new Decoder(bytes, delimiters).run();
    }

    private static boolean hasEscape(byte[] bytes) {
        for (byte b : bytes) {
            if (b == ESC) {
                return true;
            }
        }
        return false;
    }

    /** In UTF-8 no byte below 80 is part of a longer character; in GBK and GB18030 the second byte may be 5C: decode first, then part. */
    private static List<String> decodeWhole(Charset charset, byte[] bytes, boolean parted) {
        String text = new String(bytes, charset);
        return parted ? List.of(text.split("\\\\", -1)) : List.of(text);
    }

    /** One run over one value field. */
    private final class Decoder {

        private final byte[] bytes;
        private final String delimiters;
        private final List<String> values = new ArrayList<>(1);
        private final StringBuilder text = new StringBuilder();
        private CodeElement g0 = initialG0;
        private @Nullable CodeElement g1 = initialG1;

        Decoder(byte[] bytes, String delimiters) {
            this.bytes = bytes;
            this.delimiters = delimiters;
        }

        List<String> run() {
            int i = 0;
            while (i < bytes.length) {
                int b = bytes[i] & 0xFF;
                if (b == ESC) {
                    i += escape(i + 1);
                } else if (b < 0x80 && (g0.width() == 1 || b <= 0x20)) {
                    single(b);
                    i++;
                } else {
                    i += b < 0x80 ? character(g0, i) : character(g1, i);
                }
            }
            values.add(text.toString());
            return values;
        }

        private int escape(int from) {
            CodeElement element = CodeElement.atEscape(bytes, from);
            if (element == null) {
                text.append('\uFFFD');
                return 1;
            }
            if (element.g1()) {
                g1 = element;
            } else {
                g0 = element;
            }
            return 1 + element.escape().length();
        }

        /** A byte of a single-byte G0 set; control characters and delimiters reset the designations (PS3.5 6.1.2.5.3). */
        private void single(int b) {
            boolean delimiter = delimiters.indexOf(b) >= 0;
            if (b == '\\' && delimiter) {
                values.add(text.toString());
                text.setLength(0);
                reset();
                return;
            }
            if (delimiter || b == '\t' || b == '\n' || b == '\f' || b == '\r') {
                reset();
            }
            text.append(b < 0x20 ? String.valueOf((char) b) : decodeBytes(g0.charset(), (byte) b));
        }

        private void reset() {
            g0 = initialG0;
            g1 = initialG1;
        }

        private int character(@Nullable CodeElement element, int at) {
            if (element == null || at + element.width() > bytes.length) {
                text.append('\uFFFD');
                return 1;
            }
            byte[] character = new byte[element.width() + (element.prefix() == 0 ? 0 : 1)];
            int to = 0;
            if (element.prefix() != 0) {
                character[to++] = (byte) element.prefix();
            }
            for (int k = 0; k < element.width(); k++) {
                character[to++] = (byte) (bytes[at + k] | (element.high() ? 0x80 : 0));
            }
            text.append(decodeBytes(element.charset(), character));
            return element.width();
        }
    }

    private static String decodeBytes(Charset charset, byte... bytes) {
        return new String(bytes, charset);
    }

    public byte[] encode(String text) {
        if (whole != null) {
            return text.getBytes(whole);
        }
        if (initialG0 == CodeElement.ASCII && isAscii(text)) {
            // By far the most frequent: nothing to designate.
            return text.getBytes(StandardCharsets.US_ASCII);
        }
        ByteArrayOutputStream out = new ByteArrayOutputStream(text.length() + 8);
        // A two-byte set is designated even where it is the first, which not every reader takes as designation.
        CodeElement startG1 = initialG1 == null || initialG1.width() > 1 ? null : initialG1;
        CodeElement g0 = initialG0;
        CodeElement g1 = startG1;
        for (int i = 0; i < text.length(); i += Character.charCount(text.codePointAt(i))) {
            int codePoint = text.codePointAt(i);
            boolean delimiter = codePoint < 0x20 || codePoint == '\\' || codePoint == '^' || codePoint == '=';
            if (delimiter) {
                // Back to the initial state before a delimiter, as PS3.5 6.1.2.5.3 demands.
                if (g0 != initialG0) {
                    designate(out, initialG0);
                    g0 = initialG0;
                }
                g1 = startG1;
                out.write(codePoint);
                continue;
            }
            CodeElement element = choose(codePoint, g0, g1);
            if (element == null) {
                out.write('?');
                continue;
            }
            if (element.g1() && element != g1) {
                designate(out, element);
                g1 = element;
            } else if (!element.g1() && element != g0) {
                designate(out, element);
                g0 = element;
            }
            out.writeBytes(bytesOf(element, codePoint));
        }
        if (g0 != initialG0) {
            designate(out, initialG0);
        }
        return out.toByteArray();
    }

    private static boolean isAscii(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return false;
            }
        }
        return true;
    }

    private static void designate(ByteArrayOutputStream out, CodeElement element) {
        out.write(ESC);
        out.writeBytes(element.escape().getBytes(StandardCharsets.US_ASCII));
    }

    private @Nullable CodeElement choose(int codePoint, CodeElement g0, @Nullable CodeElement g1) {
        if (bytesOf(g0, codePoint).length > 0) {
            return g0;
        }
        if (g1 != null && bytesOf(g1, codePoint).length > 0) {
            return g1;
        }
        return elements.stream()
                .filter(element -> bytesOf(element, codePoint).length > 0)
                .findFirst()
                .orElse(null);
    }

    /** The bytes of a character in a code element, as they stand in the value; none if it has no such character. */
    private static byte[] bytesOf(CodeElement element, int codePoint) {
        byte[] encoded;
        try {
            ByteBuffer buffer = element.charset()
                    .newEncoder()
                    .onUnmappableCharacter(CodingErrorAction.REPORT)
                    .encode(CharBuffer.wrap(Character.toChars(codePoint)));
            encoded = new byte[buffer.remaining()];
            buffer.get(encoded);
        } catch (CharacterCodingException e) {
            return new byte[0];
        }
        int skip = element.prefix() == 0 ? 0 : 1;
        boolean prefixed = skip == 0 || encoded.length > 0 && (encoded[0] & 0xFF) == element.prefix();
        if (!prefixed || encoded.length - skip != element.width()) {
            return new byte[0];
        }
        byte[] bytes = new byte[element.width()];
        for (int k = 0; k < bytes.length; k++) {
            int b = encoded[skip + k] & 0xFF;
            boolean high = b >= 0x80;
            if (high != (element.g1() || element.high())) {
                return new byte[0];
            }
            // EUC has half-width katakana after a single shift, 8E, which is no character of the two-byte set.
            if (element.width() > 1 && b < 0xA1) {
                return new byte[0];
            }
            bytes[k] = (byte) (element.high() ? b & 0x7F : b);
        }
        return bytes;
    }
}
