package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import java.util.function.Consumer;
import java.util.regex.Pattern;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * Texts of originals, by which it is seen whether a receiver's answer quotes them. Rather says so once too often: what is withheld is an answer, what would
 * be let out is a name. Holds identity. Filled by one thread, then read by any.
 */
final class IdentityWords {

    /** Beyond it every text counts as one that quotes. */
    private static final int MOST = 50_000;

    private static final int SHORTEST = 4;
    private static final int SHORTEST_NAME = 2;
    private static final Pattern NAME_PARTS = Pattern.compile("[\\^=\\s,.]+");
    private static final Pattern VALUES = Pattern.compile("\\\\");
    private static final Pattern WORDS = Pattern.compile("[^\\p{L}\\p{Nd}]+");

    /** Are looked for anywhere. */
    private final Set<String> values = new HashSet<>();
    /** Parts of names, as short as they are: are looked for as whole words. */
    private final Set<String> names = new HashSet<>();

    private boolean full;

    void add(DataSet originals) {
        for (Element element : originals.elements()) {
            if (element.value() instanceof Value.Items items) {
                items.items().forEach(this::add);
            } else if (element.vr().isText() && element.value() instanceof Value.Bytes bytes) {
                Consumer<String> adds = element.vr() == VR.PN ? this::addName : this::addValue;
                originals.strings(element.tag()).forEach(adds);
                // The character set may be told by the stored data set only; answers are mostly in ASCII or UTF-8.
                VALUES.splitAsStream(new String(bytes.bytes(), StandardCharsets.UTF_8))
                        .forEach(adds);
            }
        }
        full |= values.size() + names.size() > MOST;
    }

    private void addName(String name) {
        for (String part : NAME_PARTS.split(name.toLowerCase(Locale.ROOT), -1)) {
            if (part.length() >= SHORTEST_NAME) {
                names.add(part);
            }
        }
    }

    private void addValue(String value) {
        String clean = value.strip().toLowerCase(Locale.ROOT);
        if (clean.length() >= SHORTEST) {
            values.add(clean);
        }
    }

    boolean areQuotedIn(String text) {
        String lower = text.toLowerCase(Locale.ROOT);
        return full
                || WORDS.splitAsStream(lower).anyMatch(names::contains)
                || values.stream().anyMatch(lower::contains);
    }

    @Override
    public String toString() {
        return "IdentityWords[" + (values.size() + names.size()) + "]";
    }
}
