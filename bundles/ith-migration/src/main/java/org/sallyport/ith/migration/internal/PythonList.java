package org.sallyport.ith.migration.internal;

import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;

/**
 * Reads what Python prints of a list of texts and numbers, {@code ['A', "B's", 1.5]}: how the old proxy kept attributes of several values. Only literals
 * are known; nothing is evaluated. Pure.
 */
final class PythonList {

    private static final int LONGEST = 64 * 1024;
    private static final int MOST_ITEMS = 1_000;

    private final String text;
    private int at;

    private PythonList(String text) {
        this.text = text;
    }

    /** The value as DICOM has it, with a backslash between; a text that is no such list stays as it is. */
    static String value(String text) {
        if (text.length() < 2
                || text.length() > LONGEST
                || text.charAt(0) != '['
                || text.charAt(text.length() - 1) != ']') {
            return text;
        }
        List<String> items = new PythonList(text).items();
        return items == null ? text : String.join("\\", items);
    }

    private @Nullable List<String> items() {
        List<String> items = new ArrayList<>();
        at = 1;
        passSpaces();
        if (peek() == ']') {
            return at == text.length() - 1 ? items : null;
        }
        while (items.size() < MOST_ITEMS) {
            String item = item();
            if (item == null) {
                return null;
            }
            items.add(item);
            passSpaces();
            char next = peek();
            at++;
            if (next == ']') {
                return at == text.length() ? items : null;
            }
            if (next != ',') {
                return null;
            }
            passSpaces();
        }
        return null;
    }

    private char peek() {
        return at < text.length() ? text.charAt(at) : 0;
    }

    private void passSpaces() {
        while (peek() == ' ') {
            at++;
        }
    }

    private @Nullable String item() {
        char first = peek();
        return first == '\'' || first == '"' ? quoted(first) : number();
    }

    private @Nullable String number() {
        int start = at;
        while (Character.digit(peek(), 10) >= 0 || "+-.eE".indexOf(peek()) >= 0 && peek() != 0) {
            at++;
        }
        String number = text.substring(start, at);
        return number.matches("[-+]?(\\d+\\.?\\d*|\\.\\d+)([eE][-+]?\\d+)?") ? number : null;
    }

    private @Nullable String quoted(char quote) {
        StringBuilder item = new StringBuilder();
        for (at++; at < text.length(); at++) {
            char c = text.charAt(at);
            if (c == quote) {
                at++;
                return item.toString();
            }
            if (c != '\\') {
                item.append(c);
            } else if (!escape(item)) {
                return null;
            }
        }
        return null;
    }

    /** As Python's repr writes them. */
    private boolean escape(StringBuilder item) {
        at++;
        switch (peek()) {
            case '\\', '\'', '"' -> item.append(peek());
            case 'n' -> item.append('\n');
            case 'r' -> item.append('\r');
            case 't' -> item.append('\t');
            case 'x' -> {
                return code(2, item);
            }
            case 'u' -> {
                return code(4, item);
            }
            case 'U' -> {
                return code(8, item);
            }
            default -> {
                return false;
            }
        }
        return true;
    }

    private boolean code(int digits, StringBuilder item) {
        if (at + digits >= text.length()) {
            return false;
        }
        String hex = text.substring(at + 1, at + 1 + digits);
        if (!hex.matches("[0-9a-fA-F]+")) {
            return false;
        }
        long code = Long.parseLong(hex, 16);
        if (!Character.isValidCodePoint((int) code) || code > Character.MAX_CODE_POINT) {
            return false;
        }
        item.appendCodePoint((int) code);
        at += digits;
        return true;
    }
}
