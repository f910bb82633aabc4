package org.sallyport.simulator;

import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Path;

/** Runs the simulator until it is killed: {@code Main <port> <folder> <key> [<node id>=<AE title>@<address>:<port> …]}. */
public final class Main {

    private Main() {}

    public static void main(String[] arguments) throws IOException, InterruptedException {
        if (arguments.length < 3) {
            throw new IllegalArgumentException("expected <port> <folder> <key> [<id>=<AE title>@<address>:<port> ...]");
        }
        int port = Integer.parseInt(arguments[0]);
        try (IthSimulator simulator = new IthSimulator(Path.of(arguments[1]), port, arguments[2], FileCheck.NONE)) {
            ObjectNode configuration = IthSimulator.configuration("public");
            for (int i = 3; i < arguments.length; i++) {
                String[] parts = arguments[i].split("[=@:]", -1);
                if (parts.length != 4) {
                    throw new IllegalArgumentException(
                            "\"" + arguments[i] + "\": expected <id>=<AE title>@<address>:<port>");
                }
                IthSimulator.node(
                        configuration, parts[0], parts[1], parts[2], Integer.parseInt(parts[3]), "read_write");
            }
            simulator.answersConfiguration(configuration);
            System.out.println("simulator: " + simulator.url());
            simulator.closing().await();
        }
    }
}
