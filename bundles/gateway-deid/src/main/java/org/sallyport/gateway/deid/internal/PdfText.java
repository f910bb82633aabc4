package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayOutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.DataFormatException;
import java.util.zip.Inflater;

/**
 * What a PDF document says, as far as it says it in plain strings: those of its dictionaries and of its content, which may be deflated (ISO 32000-1 7.3.4,
 * 7.4.4). A document that says it in any other way cannot be searched. Pure functions.
 */
final class PdfText {

    private static final int MOST_INFLATED = 64 << 20;
    private static final int MOST_TEXT = 16 << 20;
    /** A gap of a tenth of the font's size, -100, or wider. */
    private static final int WIDE_GAP_DIGITS = 3;

    /** By these a document can hold words that are no plain strings: pictures, fonts with codes of their own, forms, other files, encryption. */
    private static final String[] OPAQUE = {
        "/Encrypt",
        "/Image",
        "/Identity",
        "/ToUnicode",
        "/Type0",
        "/Type3",
        "/Differences",
        "/EmbeddedFile",
        "/XFA",
        "/JavaScript",
        "/JS",
        "/DCTDecode",
        "/JPXDecode",
        "/CCITTFaxDecode",
        "/JBIG2Decode",
        "/LZWDecode",
        "/ASCII85Decode",
        "/ASCIIHexDecode",
        "/RunLengthDecode",
        "/Crypt",
        "/DecodeParms",
        "/RichMedia",
        "BI "
    };

    private final byte[] pdf;
    private final StringBuilder text = new StringBuilder();
    private int inflated;

    private PdfText(byte[] pdf) {
        this.pdf = pdf;
    }

    /** @throws Doubt if it may say something that cannot be read here */
    static String of(byte[] pdf) {
        PdfText reader = new PdfText(pdf);
        reader.read();
        return reader.text.toString();
    }

    private void read() {
        String all = new String(pdf, StandardCharsets.ISO_8859_1);
        if (!all.startsWith("%PDF-")) {
            throw new Doubt("a document that is no PDF");
        }
        int at = 0;
        while (true) {
            int stream = all.indexOf("stream", at);
            String dictionary = all.substring(at, stream < 0 ? all.length() : stream);
            requirePlain(dictionary);
            strings(dictionary);
            if (stream < 0) {
                return;
            }
            int end = all.indexOf("endstream", stream);
            if (end < 0) {
                throw new Doubt("a PDF with a stream that does not end");
            }
            String content = content(dictionary, stream + "stream".length(), end);
            requirePlain(content);
            strings(content);
            at = end + "endstream".length();
        }
    }

    private static void requirePlain(String part) {
        for (String opaque : OPAQUE) {
            if (part.contains(opaque)) {
                throw new Doubt("a PDF that may hold words in a form that is not read: " + opaque.strip());
            }
        }
    }

    private String content(String dictionary, int from, int end) {
        int start = from;
        if (start < end && pdf[start] == '\r') {
            start++;
        }
        if (start < end && pdf[start] == '\n') {
            start++;
        }
        String last = dictionary.substring(Math.max(0, dictionary.lastIndexOf("obj")));
        if (!last.contains("/FlateDecode")) {
            return new String(pdf, start, end - start, StandardCharsets.ISO_8859_1);
        }
        Inflater inflater = new Inflater();
        try {
            inflater.setInput(pdf, start, end - start);
            ByteArrayOutputStream out = new ByteArrayOutputStream();
            byte[] chunk = new byte[16 * 1024];
            while (!inflater.finished()) {
                int n = inflater.inflate(chunk);
                inflated += n;
                if (inflated > MOST_INFLATED || n == 0) {
                    throw new Doubt("a PDF whose content is cut off or too long");
                }
                out.write(chunk, 0, n);
            }
            return out.toString(StandardCharsets.ISO_8859_1);
        } catch (DataFormatException e) {
            throw new Doubt("a PDF whose content does not inflate");
        } finally {
            inflater.end();
        }
    }

    /** Literal and hexadecimal strings. Those of one array of TJ make one text, in which a wide gap is a space (ISO 32000-1 9.4.3). */
    private void strings(String part) {
        int at = 0;
        boolean array = false;
        while (at < part.length()) {
            char c = part.charAt(at);
            if (c == '(') {
                at = literal(part, at + 1);
                separate(array);
            } else if (c == '<' && at + 1 < part.length() && part.charAt(at + 1) != '<') {
                at = hexadecimal(part, at + 1);
                separate(array);
            } else if (c == '<') {
                at += 2;
            } else if (array && c == '-') {
                int digits = at + 1;
                while (digits < part.length() && Character.isDigit(part.charAt(digits))) {
                    digits++;
                }
                text.append(digits - at > WIDE_GAP_DIGITS ? " " : "");
                at = digits;
            } else {
                array = c == '[' || array && c != ']';
                if (c == ']') {
                    separate(false);
                }
                at++;
            }
        }
    }

    private void separate(boolean array) {
        if (!array) {
            text.append('\n');
        }
        if (text.length() > MOST_TEXT) {
            throw new Doubt("a PDF with too much text to be searched");
        }
    }

    private int literal(String part, int from) {
        int depth = 1;
        int at = from;
        while (at < part.length()) {
            char c = part.charAt(at++);
            if (c == '\\' && at < part.length()) {
                at = escape(part, at);
                continue;
            }
            depth += c == '(' ? 1 : c == ')' ? -1 : 0;
            if (depth == 0) {
                return at;
            }
            text.append(c);
        }
        return at;
    }

    private int escape(String part, int from) {
        char c = part.charAt(from);
        if (c >= '0' && c <= '7') {
            int at = from;
            int value = 0;
            while (at < part.length() && at < from + 3 && part.charAt(at) >= '0' && part.charAt(at) <= '7') {
                value = value * 8 + part.charAt(at++) - '0';
            }
            text.append((char) (value & 0xFF));
            return at;
        }
        if (c != '\n' && c != '\r') {
            text.append(c == 'n' || c == 'r' || c == 't' ? ' ' : c);
        }
        return from + 1;
    }

    private int hexadecimal(String part, int from) {
        int at = from;
        int digits = 0;
        int value = 0;
        while (at < part.length() && part.charAt(at) != '>') {
            int digit = Character.digit(part.charAt(at++), 16);
            if (digit >= 0) {
                value = value * 16 + digit;
                if (++digits % 2 == 0) {
                    // In UTF-16 each letter of ASCII has a zero beside it.
                    if (value != 0) {
                        text.append((char) value);
                    }
                    value = 0;
                }
            }
        }
        return at + 1;
    }
}
