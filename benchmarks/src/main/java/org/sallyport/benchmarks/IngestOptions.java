package org.sallyport.benchmarks;

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

    /** @throws IllegalArgumentException with a message for the user */
    static IngestOptions parse(List<String> line) {
        boolean quick = false;
        List<Shape> shapes = List.of();
        int runs = 0;
        int maxPdu = STOCK_PDU;
        Arguments arguments = new Arguments(line, USAGE);
        while (arguments.hasNext()) {
            String argument = arguments.next();
            switch (argument) {
                case "--quick" -> quick = true;
                case "--shape" -> shapes = List.of(shape(arguments));
                case "--runs" -> runs = arguments.runs();
                case "--max-pdu" -> maxPdu = arguments.number(argument, SHORTEST_PDU, LONGEST_PDU);
                default -> throw arguments.unknown(argument);
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

    private static Shape shape(Arguments arguments) {
        String name = arguments.next();
        List<Shape> all = List.of(Shape.CT100, Shape.CT500, Shape.MR200, Shape.MR5000);
        return all.stream()
                .filter(shape -> shape.name().equals(name))
                .findFirst()
                .orElseThrow(() -> arguments.wrong("--shape " + name + ": expected ct100, ct500, mr200 or mr5000"));
    }
}
