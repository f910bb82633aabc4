package org.sallyport.benchmarks;

import java.io.IOException;
import java.util.List;

/**
 * How studies go on to their destinations: from the first C-STORE to the last image at a stock storescp, into a folder and up to the back end; what a long
 * queue costs; and whether a dead destination delays the others. Each part is a class of its own.
 */
public final class Delivery {

    private Delivery() {}

    /** @param arguments the options */
    public static void main(String[] arguments) {
        Workbench.main(() -> DeliveryOptions.parse(List.of(arguments)), Delivery::run);
    }

    private static void run(Workbench bench, DeliveryOptions options) throws IOException, InterruptedException {
        for (DeliveryOptions.Part part : options.parts()) {
            switch (part) {
                case FORWARD -> new Forwarding(bench, options).run();
                case THROUGHPUT -> new Throughput(bench, options).run();
                case WAITING -> new WaitingDeliveries(bench, options).run();
                case DEAD -> new DeadDestination(bench, options).run();
            }
        }
    }
}
