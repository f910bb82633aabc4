package org.sallyport.gateway.scp.internal.catalog;

import java.io.ByteArrayOutputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;

/** How texts lie in a sheet: UIDs, dates and numbers in half of their characters or less, since there may be a million sheets in memory. Pure. */
final class SheetCode {

    private static final int UTF_8 = 0;
    /** Two digits or dots a byte; F pads. */
    private static final int DIGITS = 1;
    /** A UID made from a UUID. */
    private static final int UUID_UID = 2;

    private static final int RAW = 3;

    private static final String UUID_ROOT = "2.25.";
    private static final int UUID_BYTES = 16;
    private static final char[] NIBBLES = "0123456789.".toCharArray();
    private static final int PAD = 15;

    private SheetCode() {}

    static void number(ByteArrayOutputStream out, int value) {
        int rest = value;
        while (rest >= 0x80) {
            out.write(rest & 0x7F | 0x80);
            rest >>>= 7;
        }
        out.write(rest);
    }

    static void text(ByteArrayOutputStream out, String text) {
        byte[] uuid = uuid(text);
        if (uuid != null) {
            write(out, UUID_UID, uuid);
        } else if (isDigits(text)) {
            write(out, DIGITS, nibbles(text));
        } else {
            write(out, UTF_8, text.getBytes(StandardCharsets.UTF_8));
        }
    }

    static void raw(ByteArrayOutputStream out, byte[] bytes) {
        write(out, RAW, bytes);
    }

    private static void write(ByteArrayOutputStream out, int kind, byte[] bytes) {
        number(out, bytes.length << 2 | kind);
        out.writeBytes(bytes);
    }

    private static byte @org.jspecify.annotations.Nullable [] uuid(String text) {
        if (!text.startsWith(UUID_ROOT) || text.length() > 44 || text.length() == UUID_ROOT.length()) {
            return null;
        }
        String digits = text.substring(UUID_ROOT.length());
        if (!digits.chars().allMatch(c -> c >= '0' && c <= '9') || digits.length() > 1 && digits.charAt(0) == '0') {
            return null;
        }
        byte[] value = new BigInteger(digits).toByteArray();
        int from = value[0] == 0 ? 1 : 0;
        if (value.length - from > UUID_BYTES) {
            return null;
        }
        byte[] fixed = new byte[UUID_BYTES];
        System.arraycopy(value, from, fixed, UUID_BYTES - (value.length - from), value.length - from);
        return fixed;
    }

    private static boolean isDigits(String text) {
        for (int i = 0; i < text.length(); i++) {
            char c = text.charAt(i);
            if (c != '.' && (c < '0' || c > '9')) {
                return false;
            }
        }
        return !text.isEmpty();
    }

    private static byte[] nibbles(String text) {
        byte[] packed = new byte[(text.length() + 1) / 2];
        for (int i = 0; i < text.length(); i++) {
            int nibble = text.charAt(i) == '.' ? 10 : text.charAt(i) - '0';
            packed[i / 2] |= (byte) (i % 2 == 0 ? nibble << 4 : nibble);
        }
        if (text.length() % 2 != 0) {
            packed[packed.length - 1] |= PAD;
        }
        return packed;
    }

    /** Reads what was written; not thread-safe. */
    static final class Reader {

        private final byte[] bytes;
        private int at;

        Reader(byte[] bytes, int at) {
            this.bytes = bytes;
            this.at = at;
        }

        int position() {
            return at;
        }

        boolean hasMore() {
            return at < bytes.length;
        }

        int next() {
            return bytes[at++] & 0xFF;
        }

        int number() {
            int value = 0;
            for (int shift = 0; shift < 35; shift += 7) {
                int b = next();
                value |= (b & 0x7F) << shift;
                if (b < 0x80) {
                    return value;
                }
            }
            throw new IllegalStateException("a sheet holds a number that is too long");
        }

        void skip() {
            int header = number();
            at += header >>> 2;
        }

        byte[] raw() {
            int header = number();
            int from = at;
            at += header >>> 2;
            return Arrays.copyOfRange(bytes, from, at);
        }

        String text() {
            int header = number();
            int length = header >>> 2;
            int from = at;
            at += length;
            return switch (header & 3) {
                case UUID_UID -> UUID_ROOT + new BigInteger(1, Arrays.copyOfRange(bytes, from, at));
                case DIGITS -> digits(from, length);
                default -> new String(bytes, from, length, StandardCharsets.UTF_8);
            };
        }

        private String digits(int from, int length) {
            StringBuilder text = new StringBuilder(2 * length);
            for (int i = 0; i < length; i++) {
                int pair = bytes[from + i] & 0xFF;
                text.append(NIBBLES[pair >>> 4]);
                if ((pair & 0xF) != PAD) {
                    text.append(NIBBLES[pair & 0xF]);
                }
            }
            return text.toString();
        }
    }
}
