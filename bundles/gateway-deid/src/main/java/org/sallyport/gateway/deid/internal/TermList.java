package org.sallyport.gateway.deid.internal;

import java.text.Normalizer;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;

/** The words that Clean Descriptors keeps. Immutable. */
final class TermList {

    static final TermList NONE = new TermList(Set.of());

    private static final int MOST_WORDS = 100_000;
    private static final int LONGEST_WORD = 64;

    private final Set<String> words;

    private TermList(Set<String> words) {
        this.words = words;
    }

    /**
     * @param text words with white space between; what follows a # on its line is passed over
     * @throws IllegalArgumentException naming the line
     */
    static TermList of(String text) {
        Set<String> words = new HashSet<>();
        int number = 0;
        for (String line : text.split("\\R", -1)) {
            number++;
            for (String word : line.replaceFirst("#.*", "").strip().split("\\s+", -1)) {
                if (word.isEmpty()) {
                    continue;
                }
                if (word.length() > LONGEST_WORD || !word.codePoints().allMatch(TermList::isWordCharacter)) {
                    throw new IllegalArgumentException("line " + number + ": \"" + word
                            + "\" is no word: letters and digits only, at most " + LONGEST_WORD);
                }
                words.add(folded(word));
            }
            if (words.size() > MOST_WORDS) {
                throw new IllegalArgumentException("line " + number + ": more than " + MOST_WORDS + " words");
            }
        }
        return new TermList(Set.copyOf(words));
    }

    static boolean isWordCharacter(int codePoint) {
        return Character.isLetterOrDigit(codePoint)
                || Character.getType(codePoint) == Character.NON_SPACING_MARK
                || Character.getType(codePoint) == Character.COMBINING_SPACING_MARK;
    }

    /** In the form that words are compared in. */
    static String folded(String word) {
        for (int i = 0; i < word.length(); i++) {
            if (word.charAt(i) >= 0x80) {
                return Normalizer.normalize(word, Normalizer.Form.NFKC).toUpperCase(Locale.ROOT);
            }
        }
        return word.toUpperCase(Locale.ROOT);
    }

    /** @param folded a word as {@link #folded} gives it */
    boolean contains(String folded) {
        return words.contains(folded);
    }

    int size() {
        return words.size();
    }
}
