package org.sallyport.dicom.data.internal;

import java.nio.charset.Charset;
import java.nio.charset.StandardCharsets;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * One code element of ISO 2022 as PS3.3 Tables C.12-2 to C.12-5 define it.
 *
 * @param escape the bytes after ESC that designate it; empty where it has no code extension
 * @param g1 whether it is designated to G1 (bytes 80–FF), else to G0 (bytes 00–7F)
 * @param width bytes of a character; 0 = varies, decoded as a whole
 * @param charset decodes its bytes
 * @param prefix byte that the charset wants before a character of this set, 0 = none
 * @param high whether the charset wants the eighth bit set
 */
public record CodeElement(String escape, boolean g1, int width, Charset charset, int prefix, boolean high) {

    static final CodeElement ASCII = new CodeElement("(B", false, 1, StandardCharsets.US_ASCII, 0, false);
    private static final CodeElement ROMAJI = new CodeElement("(J", false, 1, Charset.forName("JIS_X0201"), 0, false);
    private static final CodeElement KATAKANA = new CodeElement(")I", true, 1, Charset.forName("JIS_X0201"), 0, false);
    private static final CodeElement KANJI = new CodeElement("$B", false, 2, Charset.forName("EUC-JP"), 0, true);
    private static final CodeElement KANJI_SUPPLEMENT =
            new CodeElement("$(D", false, 2, Charset.forName("EUC-JP"), 0x8F, true);
    private static final CodeElement HANGUL = new CodeElement("$)C", true, 2, Charset.forName("EUC-KR"), 0, false);
    private static final CodeElement SIMPLIFIED = new CodeElement("$)A", true, 2, Charset.forName("GB2312"), 0, false);

    private static final Map<String, List<CodeElement>> BY_TERM = new HashMap<>();
    private static final Map<String, CodeElement> BY_ESCAPE = new HashMap<>();

    static {
        BY_TERM.put("", List.of(ASCII));
        term("6", ASCII);
        latin("100", "-A", "ISO-8859-1");
        latin("101", "-B", "ISO-8859-2");
        latin("109", "-C", "ISO-8859-3");
        latin("110", "-D", "ISO-8859-4");
        latin("144", "-L", "ISO-8859-5");
        latin("127", "-G", "ISO-8859-6");
        latin("126", "-F", "ISO-8859-7");
        latin("138", "-H", "ISO-8859-8");
        latin("148", "-M", "ISO-8859-9");
        latin("203", "-b", "ISO-8859-15");
        latin("166", "-T", "TIS-620");
        term("13", ROMAJI, KATAKANA);
        extension("87", KANJI);
        extension("159", KANJI_SUPPLEMENT);
        extension("149", HANGUL);
        extension("58", SIMPLIFIED);
        whole("ISO_IR 192", StandardCharsets.UTF_8);
        whole("GB18030", Charset.forName("GB18030"));
        whole("GBK", Charset.forName("GBK"));
        BY_TERM.values().forEach(all -> all.forEach(element -> BY_ESCAPE.putIfAbsent(element.escape, element)));
        BY_ESCAPE.remove("");
    }

    private static void latin(String number, String escape, String charset) {
        term(number, ASCII, new CodeElement(escape, true, 1, Charset.forName(charset), 0, false));
    }

    private static void term(String number, CodeElement... elements) {
        BY_TERM.put("ISO_IR " + number, List.of(elements));
        BY_TERM.put("ISO 2022 IR " + number, List.of(elements));
    }

    private static void extension(String number, CodeElement element) {
        BY_TERM.put("ISO 2022 IR " + number, List.of(element));
    }

    private static void whole(String term, Charset charset) {
        BY_TERM.put(term, List.of(new CodeElement("", true, 0, charset, 0, false)));
    }

    public static boolean isTerm(String term) {
        return BY_TERM.containsKey(term);
    }

    /** The code elements of a defined term; empty if it is none. */
    static List<CodeElement> ofTerm(String term) {
        return BY_TERM.getOrDefault(term, List.of());
    }

    /** The element designated by the escape sequence that begins at {@code from}, after ESC; null if there is none. */
    static @Nullable CodeElement atEscape(byte[] bytes, int from) {
        for (int length = 2; length <= 3 && from + length <= bytes.length; length++) {
            CodeElement element = BY_ESCAPE.get(new String(bytes, from, length, StandardCharsets.ISO_8859_1));
            if (element != null) {
                return element;
            }
        }
        return null;
    }

    /** Whether the charset reads the bytes of a value as a whole: UTF-8, GB18030, GBK. */
    boolean isWhole() {
        return width == 0;
    }
}
