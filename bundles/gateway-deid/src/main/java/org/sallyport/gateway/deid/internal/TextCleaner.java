package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;

/**
 * Cleans text (PS3.15 E.3.6): keeps words of the list, and numbers that are too short to be a date or an id. Pure; thread-safe.
 */
final class TextCleaner {

    /** Digits of a number, and of numbers that stand beside each other, as those of a date or a telephone number do. */
    private static final int MOST_DIGITS = 4;
    /** Digits of a number without a point. */
    private static final int MOST_WHOLE_DIGITS = 3;

    private final TermList terms;

    TextCleaner(TermList terms) {
        this.terms = terms;
    }

    /** @param digits of a number; -1 = no number */
    private record Word(int start, int end, int digits, boolean kept) {}

    /**
     * What may stay of the text: the text itself if all of it may.
     *
     * @param names words of the patient's names in the form of {@link TermList#folded}: they go, whether on the list or not
     */
    String clean(String text, Set<String> names) {
        List<Word> words = words(text, names);
        boolean whole = true;
        for (Word word : words) {
            whole &= word.kept;
        }
        if (whole) {
            return text;
        }
        StringBuilder cleaned = new StringBuilder();
        boolean follows = false;
        int end = 0;
        for (Word word : words) {
            if (word.kept) {
                if (follows) {
                    cleaned.append(text, end, word.start);
                } else if (!cleaned.isEmpty()) {
                    cleaned.append(' ');
                }
                cleaned.append(text, word.start, word.end);
                end = word.end;
            }
            follows = word.kept;
        }
        return cleaned.toString();
    }

    private List<Word> words(String text, Set<String> names) {
        List<Word> words = new ArrayList<>();
        int at = 0;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (!TermList.isWordCharacter(codePoint)) {
                at += Character.charCount(codePoint);
                continue;
            }
            int end = end(text, at);
            words.add(word(text, at, end, names));
            at = end;
        }
        dropLongNumbers(words);
        dropInitials(text, words);
        return words;
    }

    /** The end of the word that begins there; a point or comma between digits belongs to it. */
    private static int end(String text, int start) {
        int at = start;
        boolean digitsOnly = true;
        while (at < text.length()) {
            int codePoint = text.codePointAt(at);
            if (TermList.isWordCharacter(codePoint)) {
                digitsOnly &= Character.isDigit(codePoint);
                at += Character.charCount(codePoint);
            } else if (digitsOnly
                    && (codePoint == '.' || codePoint == ',')
                    && at + 1 < text.length()
                    && Character.isDigit(text.charAt(at + 1))) {
                at++;
            } else {
                break;
            }
        }
        return at;
    }

    private Word word(String text, int start, int end, Set<String> names) {
        String word = TermList.folded(text.substring(start, end));
        int digits = 0;
        int points = 0;
        for (int i = 0; i < word.length(); i++) {
            digits += Character.isDigit(word.charAt(i)) ? 1 : 0;
            points += word.charAt(i) == '.' || word.charAt(i) == ',' ? 1 : 0;
        }
        if (digits + points == word.length()) {
            boolean isShort = points == 0 ? digits <= MOST_WHOLE_DIGITS : points == 1 && digits <= MOST_DIGITS;
            return new Word(start, end, digits, isShort || terms.contains(word));
        }
        boolean allowed = !names.contains(word)
                && (terms.contains(word)
                        || digits > 0 && points == 0 && digits <= MOST_WHOLE_DIGITS && partsAllowed(word));
        return new Word(start, end, -1, allowed);
    }

    /** {@code FL3D}, {@code 5MM}: each run of letters is on the list. */
    private boolean partsAllowed(String word) {
        int start = 0;
        for (int i = 0; i <= word.length(); i++) {
            if (i == word.length() || Character.isDigit(word.charAt(i))) {
                if (i > start && !terms.contains(word.substring(start, i))) {
                    return false;
                }
                start = i + 1;
            }
        }
        return true;
    }

    /** Several short numbers in a row make a long one. */
    private static void dropLongNumbers(List<Word> words) {
        int from = 0;
        while (from < words.size()) {
            int to = from;
            int digits = 0;
            while (to < words.size() && words.get(to).digits >= 0) {
                digits += words.get(to).digits;
                to++;
            }
            if (digits > MOST_DIGITS && to - from > 1) {
                for (int i = from; i < to; i++) {
                    Word word = words.get(i);
                    words.set(i, new Word(word.start, word.end, word.digits, false));
                }
            }
            from = Math.max(to, from + 1);
        }
    }

    /** A letter that stands alone beside another one, or beside a word that goes, may be somebody's. */
    private static void dropInitials(String text, List<Word> words) {
        List<Word> before = List.copyOf(words);
        for (int i = 0; i < before.size(); i++) {
            boolean beside = i > 0 && mayBeNames(text, before.get(i - 1))
                    || i + 1 < before.size() && mayBeNames(text, before.get(i + 1));
            if (beside && isLetter(text, before.get(i))) {
                Word word = before.get(i);
                words.set(i, new Word(word.start, word.end, word.digits, false));
            }
        }
    }

    private static boolean mayBeNames(String text, Word word) {
        return !word.kept && word.digits < 0 || isLetter(text, word);
    }

    private static boolean isLetter(String text, Word word) {
        return word.end - word.start == 1 && Character.isLetter(text.charAt(word.start));
    }
}
