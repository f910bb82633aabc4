package org.sallyport.benchmarks;

import java.util.Iterator;
import java.util.List;

/** Reads a command line from left to right. Its exceptions hold a message for the user. */
final class Arguments {

    private static final int MOST_RUNS = 1_000;

    private final Iterator<String> rest;
    private final String usage;

    Arguments(List<String> arguments, String usage) {
        this.rest = arguments.iterator();
        this.usage = usage;
    }

    boolean hasNext() {
        return rest.hasNext();
    }

    /** The next, empty at the end. */
    String next() {
        return rest.hasNext() ? rest.next() : "";
    }

    /** The value of {@code --runs}. */
    int runs() {
        return number("--runs", 1, MOST_RUNS);
    }

    /** The value of an option. */
    int number(String option, int min, int max) {
        String value = next();
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw wrong(option + " " + value + ": expected a number, " + min + "-" + max);
    }

    IllegalArgumentException unknown(String argument) {
        return wrong("unknown argument " + argument);
    }

    IllegalArgumentException wrong(String what) {
        return new IllegalArgumentException(what + ". " + usage);
    }
}
