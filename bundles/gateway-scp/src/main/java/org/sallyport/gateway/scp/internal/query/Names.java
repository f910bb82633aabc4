package org.sallyport.gateway.scp.internal.query;

import java.text.Normalizer;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;

/**
 * Names of persons as they are compared: without regard to case, accents, spaces around components and empty components at the end (PS3.4 C.2.2.2.1
 * leaves the first two to the provider). Pure.
 */
public final class Names {

    /** Letters whose strokes and ligatures Unicode takes for letters of their own. */
    private static final String STROKED = "ØŁĐĦŦÞ";

    private static final String PLAIN = "OLDHTP";

    private Names() {}

    /** The component groups of a name (PS3.5 6.2.1), folded; at most three. */
    public static List<String> groups(String name) {
        List<String> groups = new ArrayList<>(3);
        for (String group : name.split("=", 4)) {
            if (groups.size() < 3) {
                groups.add(group(group));
            }
        }
        return groups;
    }

    private static String group(String group) {
        List<String> components = new ArrayList<>(5);
        for (String component : fold(group).split("\\^", -1)) {
            components.add(component.strip());
        }
        int used = components.size();
        while (used > 0 && components.get(used - 1).isEmpty()) {
            used--;
        }
        return String.join("^", components.subList(0, used));
    }

    /** In capitals, without accents. */
    public static String fold(String text) {
        boolean ascii = text.chars().allMatch(c -> c < 0x80);
        if (ascii) {
            return text.toUpperCase(Locale.ROOT);
        }
        StringBuilder plain = new StringBuilder(text.length());
        // Only accents of alphabets: the marks of kana make other letters.
        Normalizer.normalize(text, Normalizer.Form.NFD)
                .chars()
                .filter(c -> c < 0x300 || c > 0x36F)
                .forEach(c -> plain.append((char) c));
        String upper = Normalizer.normalize(plain, Normalizer.Form.NFC).toUpperCase(Locale.ROOT);
        StringBuilder folded = new StringBuilder(upper.length());
        for (int i = 0; i < upper.length(); i++) {
            char c = upper.charAt(i);
            int at = STROKED.indexOf(c);
            if (at >= 0) {
                folded.append(PLAIN.charAt(at));
            } else if (c == 'Æ') {
                folded.append("AE");
            } else if (c == 'Œ') {
                folded.append("OE");
            } else {
                folded.append(c);
            }
        }
        return folded.toString();
    }
}
