package org.sallyport.itests.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Map;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;

/**
 * A destination that keeps one file for each SOP Instance UID. Name, folder and behaviour stand in its bundle's manifest. What it does wrong it does on the
 * gateway's threads, in every way that a plug-in can.
 */
public final class SwapPlugin implements Destination, BundleActivator {

    public static final String NAME_HEADER = "Swap-Name";
    public static final String FOLDER_HEADER = "Swap-Folder";
    public static final String BEHAVIOUR_HEADER = "Swap-Behaviour";

    /** What it does when it is called. */
    public enum Behaviour {
        GOOD,
        /** Throws, quoting what it should not. */
        THROW,
        /** Never ends, whatever happens. */
        HANG,
        /** Starts threads that never end, then delivers. */
        LEAK,
        /** Takes a whole processor until it is interrupted. */
        SPIN,
        /** Delivers, ignores the interrupt and answers only when its bundle has been uninstalled. */
        LATE
    }

    private static final long LOOK_NANOS = 50_000_000;
    private static final int THREADS = 20;

    private volatile Bundle bundle;
    private volatile Path folder = Path.of("");
    private volatile Behaviour behaviour = Behaviour.GOOD;

    @SuppressWarnings("NullAway.Init")
    public SwapPlugin() {}

    @Override
    public void start(BundleContext context) throws IOException {
        bundle = context.getBundle();
        folder = Files.createDirectories(Path.of(header(FOLDER_HEADER)));
        behaviour = Behaviour.valueOf(header(BEHAVIOUR_HEADER));
        context.registerService(
                Destination.class, this, FrameworkUtil.asDictionary(Map.of(Destination.NAME, header(NAME_HEADER))));
    }

    private String header(String name) {
        return String.valueOf(bundle.getHeaders().get(name));
    }

    @Override
    public void stop(BundleContext context) {}

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        Files.writeString(folder.resolve("called-" + behaviour), "");
        switch (behaviour) {
            case THROW -> throw new IllegalStateException("HIDDENQUILL must be seen nowhere");
            case HANG -> {
                while (true) {
                    LockSupport.parkNanos(LOOK_NANOS);
                    Thread.interrupted();
                }
            }
            case SPIN -> {
                while (!Thread.currentThread().isInterrupted()) {
                    Thread.onSpinWait();
                }
                throw new InterruptedException();
            }
            case LEAK -> {
                for (int i = 0; i < THREADS; i++) {
                    Thread leaked = new Thread(
                            () -> {
                                while (true) {
                                    LockSupport.park();
                                }
                            },
                            "leaked-" + i);
                    leaked.setDaemon(true);
                    leaked.start();
                }
            }
            default -> {
                // Delivers.
            }
        }
        for (DeliveryInstance image : delivery.instances()) {
            write(image);
        }
        while (behaviour == Behaviour.LATE && bundle.getState() != Bundle.UNINSTALLED) {
            LockSupport.parkNanos(LOOK_NANOS);
            Thread.interrupted();
        }
        return DeliveryOutcome.delivered(delivery.instances().size() + " kept");
    }

    private void write(DeliveryInstance image) throws IOException {
        Path part = Files.createTempFile(folder, "incoming", ".part");
        try (InputStream in = image.open()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, folder.resolve(image.sopInstanceUid() + ".dcm"), StandardCopyOption.ATOMIC_MOVE);
    }
}
