package org.sallyport.benchmarks;

import java.util.Iterator;
import java.util.List;

/**
 * What the command line asks for.
 *
 * @param maxPdu longest PDU that every receiver takes, in bytes
 */
record IngestOptions(List<Shape> shapes, int runs, int maxPdu) {

    static final String USAGE = "Usage: ./bench ingest [--quick] [--shape NAME] [--runs N] [--max-pdu BYTES]";

    // What Sallyport, storescp and Orthanc all take if nobody says anything, and the most that dcmtk can.
    private static final int STOCK_PDU = 16_384;
    private static final int LONGEST_PDU = 131_072;
    private static final int SHORTEST_PDU = 4_096;
    private static final int MOST_RUNS = 1_000;

    /** @throws IllegalArgumentException with a message for the user */
    static IngestOptions parse(List<String> arguments) {
        boolean quick = false;
        List<Shape> shapes = List.of();
        int runs = 0;
        int maxPdu = STOCK_PDU;
        Iterator<String> rest = arguments.iterator();
        while (rest.hasNext()) {
            String argument = rest.next();
            switch (argument) {
                case "--quick" -> quick = true;
                case "--shape" -> shapes = List.of(shape(argument, rest));
                case "--runs" -> runs = number(argument, rest, 1, MOST_RUNS);
                case "--max-pdu" -> maxPdu = number(argument, rest, SHORTEST_PDU, LONGEST_PDU);
                default -> throw new IllegalArgumentException("unknown argument " + argument + ". " + USAGE);
            }
        }
        if (runs == 0) {
            runs = quick ? 3 : 5;
        }
        if (shapes.isEmpty()) {
            shapes = quick ? List.of(Shape.CT100) : List.of(Shape.CT500, Shape.MR5000);
        }
        return new IngestOptions(shapes, runs, maxPdu);
    }

    private static Shape shape(String option, Iterator<String> rest) {
        String name = rest.hasNext() ? rest.next() : "";
        for (Shape shape : List.of(Shape.CT100, Shape.CT500, Shape.MR5000)) {
            if (shape.name().equals(name)) {
                return shape;
            }
        }
        throw new IllegalArgumentException(option + " " + name + ": expected ct100, ct500 or mr5000. " + USAGE);
    }

    private static int number(String option, Iterator<String> rest, int min, int max) {
        String value = rest.hasNext() ? rest.next() : "";
        if (value.matches("[0-9]{1,9}")) {
            int number = Integer.parseInt(value);
            if (number >= min && number <= max) {
                return number;
            }
        }
        throw new IllegalArgumentException(
                option + " " + value + ": expected a number, " + min + "-" + max + ". " + USAGE);
    }
}
