package org.sallyport.benchmarks;

import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.stream.Collectors;

/**
 * What the command line asks for.
 *
 * @param quick small, for trying it out
 * @param runs of each measurement; 0 = as many as the part needs
 */
record DeliveryOptions(List<Part> parts, boolean quick, int runs) {

    /** What is measured. */
    enum Part {
        FORWARD,
        THROUGHPUT,
        WAITING,
        DEAD;

        private String word() {
            return name().toLowerCase(Locale.ROOT);
        }
    }

    static final String USAGE = "Usage: ./bench delivery [--quick] [--part NAME] [--runs N]";

    DeliveryOptions {
        parts = List.copyOf(parts);
    }

    /** @throws IllegalArgumentException with a message for the user */
    static DeliveryOptions parse(List<String> line) {
        List<Part> parts = List.of(Part.values());
        boolean quick = false;
        int runs = 0;
        Arguments arguments = new Arguments(line, USAGE);
        while (arguments.hasNext()) {
            String argument = arguments.next();
            switch (argument) {
                case "--quick" -> quick = true;
                case "--part" -> parts = List.of(part(arguments));
                case "--runs" -> runs = arguments.runs();
                default -> throw arguments.unknown(argument);
            }
        }
        return new DeliveryOptions(parts, quick, runs);
    }

    private static Part part(Arguments arguments) {
        String name = arguments.next();
        return Arrays.stream(Part.values())
                .filter(part -> part.word().equals(name))
                .findFirst()
                .orElseThrow(() -> arguments.wrong("--part " + name + ": expected "
                        + Arrays.stream(Part.values()).map(Part::word).collect(Collectors.joining(", "))));
    }

    /** @param usual runs of a part if nobody says how many */
    int runs(int usual, int whenQuick) {
        return runs > 0 ? runs : quick ? whenQuick : usual;
    }
}
