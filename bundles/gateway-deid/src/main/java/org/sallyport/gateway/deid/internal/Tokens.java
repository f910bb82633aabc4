package org.sallyport.gateway.deid.internal;

import java.text.Normalizer;
import java.util.Arrays;
import java.util.Locale;

/**
 * Text as a row of words and numbers, each by a hash of its form: capitals, without accents. A run of letters is one, a run of digits is one, each
 * ideograph and syllable of East Asian scripts is one; everything else parts them. Two tokens of equal hash are taken as equal: hashes have 64 bits.
 * Owned by one thread; used again and again.
 */
final class Tokens {

    private static final long MIX = 0x9E3779B97F4A7C15L;
    private static final int LETTER = 1;
    private static final int DIGIT = 2;
    private static final int SIGN = 3;

    private long[] hashes = new long[64];
    private int[] lengths = new int[64];
    private int size;

    int size() {
        return size;
    }

    long hash(int index) {
        return hashes[index];
    }

    /** Characters of a token. */
    int length(int index) {
        return lengths[index];
    }

    long[] hashes() {
        return Arrays.copyOf(hashes, size);
    }

    /** Takes a text, in place of the one before. */
    Tokens read(String text) {
        size = 0;
        String folded = folded(text);
        int kind = 0;
        long hash = 0;
        int length = 0;
        for (int i = 0; i < folded.length(); i++) {
            char c = folded.charAt(i);
            int now = kind(c);
            if (length > 0 && (now != kind || now == SIGN)) {
                add(hash, length);
                length = 0;
                hash = 0;
            }
            kind = now;
            if (now != 0) {
                hash = next(hash, upper(c));
                length++;
            }
        }
        if (length > 0) {
            add(hash, length);
        }
        return this;
    }

    /** Takes bytes that may hold text of ASCII, alone or with a zero byte beside each letter, in place of what was before. */
    Tokens read(byte[] bytes, int length, boolean wide) {
        size = 0;
        int kind = 0;
        long hash = 0;
        int run = 0;
        for (int i = 0; i < length; i++) {
            int b = bytes[i];
            if (wide && b == 0) {
                continue;
            }
            int now = b > 0 ? kind((char) b) : 0;
            if (run > 0 && now != kind) {
                add(hash, run);
                run = 0;
                hash = 0;
            }
            kind = now;
            if (now != 0) {
                hash = next(hash, upper((char) b));
                run++;
            }
        }
        if (run > 0) {
            add(hash, run);
        }
        return this;
    }

    private void add(long hash, int length) {
        if (size == hashes.length) {
            hashes = Arrays.copyOf(hashes, size * 2);
            lengths = Arrays.copyOf(lengths, size * 2);
        }
        hashes[size] = hash;
        lengths[size++] = length;
    }

    private static long next(long hash, char c) {
        long mixed = (hash ^ c) * MIX;
        return mixed ^ mixed >>> 29;
    }

    private static char upper(char c) {
        return c >= 'a' && c <= 'z' ? (char) (c - 32) : c;
    }

    private static int kind(char c) {
        if (c < 0x80) {
            return c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z' ? LETTER : c >= '0' && c <= '9' ? DIGIT : 0;
        }
        if (isEastAsian(c)) {
            return SIGN;
        }
        return Character.isDigit(c) ? DIGIT : Character.isLetter(c) ? LETTER : 0;
    }

    /** Scripts that put no space between words. */
    private static boolean isEastAsian(char c) {
        return c >= 0x2E80 && c <= 0x9FFF && Character.isLetterOrDigit(c)
                || c >= 0xAC00 && c <= 0xD7AF
                || c >= 0xF900 && c <= 0xFAFF
                || Character.isSurrogate(c);
    }

    /** Without accents, in capitals; ASCII is left as it is. */
    static String folded(String text) {
        for (int i = 0; i < text.length(); i++) {
            if (text.charAt(i) >= 0x80) {
                return stripped(text);
            }
        }
        return text;
    }

    private static String stripped(String text) {
        String decomposed = Normalizer.normalize(text, Normalizer.Form.NFKD);
        StringBuilder folded = new StringBuilder(decomposed.length());
        for (int i = 0; i < decomposed.length(); i++) {
            char c = decomposed.charAt(i);
            if (Character.getType(c) != Character.NON_SPACING_MARK) {
                folded.append(c);
            }
        }
        // Syllables of Korean fall apart, and are put together again here.
        return Normalizer.normalize(folded, Normalizer.Form.NFC)
                .toUpperCase(Locale.ROOT)
                .replace("Ø", "O")
                .replace("Ł", "L")
                .replace("Æ", "AE");
    }
}
