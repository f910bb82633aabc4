package org.sallyport.gateway.deid.internal;

import java.util.regex.Pattern;
import java.util.regex.PatternSyntaxException;

/** A regular expression of a profile, matched against what senders wrote within a limited number of steps. Immutable. */
final class BoundedPattern {

    private static final int LONGEST = 500;
    private static final int MOST_STEPS = 2_000_000;

    private final Pattern pattern;

    /** @throws IllegalArgumentException if it is no regular expression, or longer than {@value #LONGEST} characters */
    BoundedPattern(String expression) {
        if (expression.length() > LONGEST) {
            throw new IllegalArgumentException("is longer than " + LONGEST + " characters");
        }
        try {
            this.pattern = Pattern.compile(expression, Pattern.CASE_INSENSITIVE | Pattern.UNICODE_CASE);
        } catch (PatternSyntaxException e) {
            throw new IllegalArgumentException("is no regular expression: " + e.getDescription(), e);
        }
    }

    /** Whether the whole text matches. Case is of no meaning. @throws Doubt if that takes too many steps */
    boolean matches(String text) {
        return pattern.matcher(new Counted(text, new int[1])).matches();
    }

    /** Whether a part of the text matches. Case is of no meaning. @throws Doubt if that takes too many steps */
    boolean finds(String text) {
        return pattern.matcher(new Counted(text, new int[1])).find();
    }

    @Override
    public String toString() {
        return pattern.pattern();
    }

    /** Text that counts how often it is looked at: an expression that goes back again and again comes to an end. */
    private record Counted(CharSequence text, int[] steps) implements CharSequence {

        @Override
        public char charAt(int index) {
            if (++steps[0] > MOST_STEPS) {
                throw new Doubt(
                        "a regular expression of the profile takes more than " + MOST_STEPS + " steps on a value");
            }
            return text.charAt(index);
        }

        @Override
        public int length() {
            return text.length();
        }

        @Override
        public CharSequence subSequence(int start, int end) {
            return new Counted(text.subSequence(start, end), steps);
        }

        @Override
        public String toString() {
            return text.toString();
        }
    }
}
