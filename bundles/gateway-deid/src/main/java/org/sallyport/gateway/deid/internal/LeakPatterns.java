package org.sallyport.gateway.deid.internal;

import java.time.DateTimeException;
import java.time.LocalDate;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.deid.internal.IdentityValue.Kind;

/**
 * Identifying values in the forms that they are searched for: names whole, reversed, run together, with an initial, and their parts of at least four
 * letters; ids; dates in seven forms; addresses as a whole. Immutable; holds identity, as hashes of words.
 */
final class LeakPatterns {

    /** Where a form counts. */
    enum Reach {
        /** Where people write. */
        FREE_TEXT,
        /** In codes and numbers too. */
        ANY_TEXT
    }

    /**
     * @param tokens hashes, in a row
     * @param anchor index of the longest
     * @param characters of all tokens
     * @param part whether it is a part of a name, which may be a word like others
     */
    private record Form(Kind kind, long[] tokens, int anchor, int characters, Reach reach, boolean part) {}

    static final LeakPatterns NONE = new LeakPatterns(Set.of(), TermList.NONE);

    private static final int SHORTEST_PART = 4;
    private static final int SHORTEST_ID = 5;
    private static final int SHORTEST_MIXED_ID = 4;
    private static final int SHORTEST_PLACE = 8;
    private static final int SHORTEST_RUN = 6;
    /** Among bytes that are no text a few letters come by chance. */
    private static final int SHORTEST_IN_BYTES = 6;

    /** What stands where names do and is none. */
    private static final Set<String> NO_NAMES = Set.of(
            "ANON",
            "ANONYMOUS",
            "ANONYMIZED",
            "UNKNOWN",
            "NONE",
            "TEST",
            "PHANTOM",
            "REMOVED",
            "NAME",
            "PATIENT",
            "DOCTOR",
            "DAILY",
            "WATER",
            "SERVICE",
            "QUALITY",
            "CONTROL",
            "CALIBRATION",
            "ADMINISTRATOR",
            "ADMIN",
            "OPERATOR",
            "USER",
            "RESEARCH",
            "VOLUNTEER",
            "SUBJECT",
            "STUDY",
            "PHYSICIAN",
            "HOSPITAL",
            "RADIOLOGY",
            "CLINIC",
            "DEPARTMENT");

    /** Of such words alone scanners make the name of the institution until somebody sets it. */
    private static final Set<String> MAKERS = Set.of(
            "AGFA",
            "AG",
            "CANON",
            "CARESTREAM",
            "CORPORATION",
            "FUJIFILM",
            "GE",
            "GMBH",
            "HEALTH",
            "HEALTHCARE",
            "HEALTHINEERS",
            "HITACHI",
            "HOLOGIC",
            "INC",
            "KODAK",
            "LTD",
            "MEC",
            "MEDICAL",
            "PHILIPS",
            "SAMSUNG",
            "SHIMADZU",
            "SIEMENS",
            "SYSTEMS",
            "TOSHIBA");

    private static final String[][] MONTHS = {
        {"JAN", "JANUARY", "JANUAR"},
        {"FEB", "FEBRUARY", "FEBRUAR"},
        {"MAR", "MARCH", "MARZ", "MRZ"},
        {"APR", "APRIL"},
        {"MAY", "MAI"},
        {"JUN", "JUNE", "JUNI"},
        {"JUL", "JULY", "JULI"},
        {"AUG", "AUGUST"},
        {"SEP", "SEPT", "SEPTEMBER"},
        {"OCT", "OCTOBER", "OKT", "OKTOBER"},
        {"NOV", "NOVEMBER"},
        {"DEC", "DECEMBER", "DEZ", "DEZEMBER"}
    };

    private final Map<Long, List<Form>> byAnchor = new HashMap<>();
    /** Most words are no anchor: told by one look. */
    private final long[] filter = new long[1 << 8];

    private final TermList common;
    private final Tokens tokens = new Tokens();

    /** Of values that the profile has removed: what it keeps is no leak, though it also stands in a sequence of which something else was changed. */
    static LeakPatterns of(Collection<IdentityValue> values, Profile profile) {
        return new LeakPatterns(
                values.stream()
                        .filter(value -> switch (value.kind()) {
                            case INSTITUTION -> !profile.has(Option.RETAIN_INSTITUTION_IDENTITY);
                            case UID -> !profile.has(Option.RETAIN_UIDS);
                            default -> true;
                        })
                        .toList(),
                profile.terms());
    }

    /** @param common words that are no sign of identity where they stand alone: parts of names that are among them are not searched for */
    LeakPatterns(Collection<IdentityValue> values, TermList common) {
        this.common = common;
        for (IdentityValue value : values) {
            switch (value.kind()) {
                case PATIENT_NAME, OTHER_NAME -> addName(value.kind(), value.text());
                case ID -> addId(value.text());
                case PLACE, INSTITUTION -> addPlace(value.kind(), value.text());
                case BIRTH_DATE, DATE -> addDate(value.kind(), value.text());
                case UID -> add(Kind.UID, Reach.FREE_TEXT, false, value.text());
            }
        }
    }

    private void add(Kind kind, Reach reach, boolean part, String text) {
        tokens.read(text);
        int anchor = 0;
        int characters = 0;
        for (int i = 0; i < tokens.size(); i++) {
            anchor = tokens.length(i) > tokens.length(anchor) ? i : anchor;
            characters += tokens.length(i);
        }
        if (characters == 0) {
            return;
        }
        long hash = tokens.hash(anchor);
        filter[(int) (hash >>> 56)] |= 1L << (hash >>> 50 & 63);
        byAnchor.computeIfAbsent(hash, key -> new ArrayList<>(1))
                .add(new Form(kind, tokens.hashes(), anchor, characters, reach, part));
    }

    /** PS3.5 6.2: family, given, middle; prefix and suffix tell nobody. Letters with two dots are written with an E too. */
    private void addName(Kind kind, String text) {
        for (String group : text.split("=", -1)) {
            String[] components = group.split("\\^", -1);
            String family = components[0];
            String given = components.length > 1 ? components[1] : "";
            String middle = components.length > 2 ? components[2] : "";
            addName(kind, family, given, middle);
            if (!withE(group).equals(group)) {
                addName(kind, withE(family), withE(given), withE(middle));
            }
        }
    }

    private static String withE(String text) {
        return text.replace("ä", "ae")
                .replace("ö", "oe")
                .replace("ü", "ue")
                .replace("Ä", "AE")
                .replace("Ö", "OE")
                .replace("Ü", "UE");
    }

    private void addName(Kind kind, String family, String given, String middle) {
        for (String component : List.of(family, given, middle)) {
            for (String word : words(component)) {
                if (word.length() >= SHORTEST_PART && !NO_NAMES.contains(word) && !common.contains(word)) {
                    add(kind, Reach.ANY_TEXT, true, word);
                }
            }
        }
        List<String> last = words(family);
        List<String> first = words(given);
        if (isNoName(last) && isNoName(first)) {
            return;
        }
        if (first.isEmpty() || last.isEmpty()) {
            if (!isCommon(words(family + " " + given + " " + middle))) {
                addWhole(kind, family + " " + given + " " + middle);
            }
            return;
        }
        addWhole(kind, family + " " + given);
        addWhole(kind, given + " " + family);
        if (!words(middle).isEmpty()) {
            addWhole(kind, family + " " + given + " " + middle);
            addWhole(kind, given + " " + middle + " " + family);
        }
        String f = String.join("", last);
        String g = String.join("", first);
        if (f.length() + g.length() >= SHORTEST_RUN) {
            add(kind, Reach.ANY_TEXT, false, f + g);
            add(kind, Reach.ANY_TEXT, false, g + f);
        }
        String initial = g.substring(0, 1);
        if (f.length() >= SHORTEST_PART - 1) {
            add(kind, Reach.FREE_TEXT, false, initial + f);
            add(kind, Reach.FREE_TEXT, false, f + initial);
            add(kind, Reach.FREE_TEXT, false, initial + " " + f);
            add(kind, Reach.FREE_TEXT, false, f + " " + initial);
        }
    }

    /** One word that is said of images all the time, as "Long" and "Hand" are: alone it is no sign of a person, as with parts of names. */
    private boolean isCommon(List<String> words) {
        return words.size() == 1 && common.contains(words.get(0));
    }

    private static boolean isNoName(List<String> words) {
        return NO_NAMES.containsAll(words);
    }

    private void addWhole(Kind kind, String text) {
        tokens.read(text);
        int characters = 0;
        for (int i = 0; i < tokens.size(); i++) {
            characters += tokens.length(i);
        }
        // Each sign of East Asian scripts is a token of one character.
        boolean signs = tokens.size() == characters && characters >= 2;
        if (characters >= SHORTEST_PART || signs && !text.chars().allMatch(c -> c < 0x250)) {
            add(kind, Reach.ANY_TEXT, false, text);
        }
    }

    /** Words of letters, as they are compared. */
    private static List<String> words(String text) {
        List<String> words = new ArrayList<>();
        for (String word : Tokens.folded(text).toUpperCase(Locale.ROOT).split("[^\\p{L}]+", -1)) {
            if (!word.isEmpty()) {
                words.add(word);
            }
        }
        return words;
    }

    private void addId(String text) {
        long letters = text.chars().filter(Character::isLetter).count();
        long digits = text.chars().filter(Character::isDigit).count();
        boolean zeros = text.chars().filter(Character::isDigit).allMatch(c -> c == '0');
        if (digits == 0 || zeros || letters + digits < (letters > 0 ? SHORTEST_MIXED_ID : SHORTEST_ID)) {
            return;
        }
        add(Kind.ID, letters > 0 ? Reach.ANY_TEXT : Reach.FREE_TEXT, false, text);
        String stripped = text.replaceFirst("^0+", "");
        if (letters == 0 && stripped.length() < text.length() && stripped.length() >= SHORTEST_ID) {
            add(Kind.ID, Reach.FREE_TEXT, false, stripped);
        }
    }

    private void addPlace(Kind kind, String text) {
        List<String> words = words(text);
        int letters = words.stream().mapToInt(String::length).sum();
        if (letters >= (words.size() > 1 ? SHORTEST_PLACE : SHORTEST_RUN)
                && !isNoName(words)
                && !MAKERS.containsAll(words)) {
            add(kind, Reach.FREE_TEXT, false, text);
        }
    }

    private void addDate(Kind kind, String text) {
        LocalDate date;
        try {
            date = LocalDate.of(
                    Integer.parseInt(text, 0, 4, 10),
                    Integer.parseInt(text, 4, 6, 10),
                    Integer.parseInt(text, 6, 8, 10));
        } catch (DateTimeException | NumberFormatException | IndexOutOfBoundsException e) {
            return;
        }
        Reach reach = kind == Kind.BIRTH_DATE ? Reach.ANY_TEXT : Reach.FREE_TEXT;
        String y = String.format(Locale.ROOT, "%04d", date.getYear());
        String m = String.format(Locale.ROOT, "%02d", date.getMonthValue());
        String d = String.format(Locale.ROOT, "%02d", date.getDayOfMonth());
        add(kind, reach, false, y + m + d);
        add(kind, reach, false, d + m + y);
        add(kind, reach, false, m + d + y);
        for (String[] form : new String[][] {{m, d}, {m.replaceFirst("^0", ""), d.replaceFirst("^0", "")}}) {
            add(kind, reach, false, y + " " + form[0] + " " + form[1]);
            add(kind, reach, false, form[1] + " " + form[0] + " " + y);
            add(kind, reach, false, form[0] + " " + form[1] + " " + y);
            for (String month : MONTHS[date.getMonthValue() - 1]) {
                add(kind, reach, false, form[1] + " " + month + " " + y);
                add(kind, reach, false, month + " " + form[1] + " " + y);
                add(kind, reach, false, month + " " + form[1] + "TH " + y);
            }
        }
    }

    /** Whether there is nothing to be searched for. */
    boolean isEmpty() {
        return byAnchor.isEmpty();
    }

    /**
     * What of the values stands in a text.
     *
     * @param text read from it
     * @param reach of the place that it stands in: forms for free text count there only
     * @param parts whether a part of a name counts
     * @param bytes whether it was read from bytes that may be anything
     * @return the kind of the first, or null
     */
    @Nullable
    Kind find(Tokens text, Reach reach, boolean parts, boolean bytes) {
        for (int i = 0; i < text.size(); i++) {
            long hash = text.hash(i);
            if ((filter[(int) (hash >>> 56)] & 1L << (hash >>> 50 & 63)) == 0) {
                continue;
            }
            List<Form> forms = byAnchor.get(hash);
            if (forms == null) {
                continue;
            }
            for (Form form : forms) {
                boolean counts = (form.reach == Reach.ANY_TEXT || reach == Reach.FREE_TEXT)
                        && (parts || !form.part)
                        && (!bytes || form.characters >= SHORTEST_IN_BYTES);
                if (counts && stands(form, text, i - form.anchor)) {
                    return form.kind;
                }
            }
        }
        return null;
    }

    private static boolean stands(Form form, Tokens text, int from) {
        if (from < 0 || from + form.tokens.length > text.size()) {
            return false;
        }
        for (int i = 0; i < form.tokens.length; i++) {
            if (form.tokens[i] != text.hash(from + i)) {
                return false;
            }
        }
        return true;
    }
}
