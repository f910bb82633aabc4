package org.sallyport.itests.plugin;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.locks.LockSupport;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;

/**
 * A destination that keeps one file for each SOP Instance UID. Name, folder, behaviour and settings stand in its bundle's manifest. What it does wrong it does on
 * the gateway's threads, in every way that a plug-in can.
 */
public final class SwapPlugin implements Destination, BundleActivator {

    public static final String NAME_HEADER = "Swap-Name";
    public static final String FOLDER_HEADER = "Swap-Folder";
    public static final String BEHAVIOUR_HEADER = "Swap-Behaviour";

    /** {@code key=value}, separated by semicolons. */
    public static final String SETTINGS_HEADER = "Swap-Settings";

    /** While a file of this name is in its folder, a good one keeps each call under way before its last image. */
    public static final String HOLD = "hold";

    /** The file that is there while a call is kept so. */
    public static final String HELD = "held";

    /** The file that is there once such a call was interrupted. */
    public static final String INTERRUPTED = "interrupted";

    /** Once a file of this name is in its folder, its service has the settings that stand there, in the form of {@link #SETTINGS_HEADER}. */
    public static final String SETTINGS = "settings";

    /** What it does when it is called. */
    public enum Behaviour {
        GOOD,
        /** Throws, quoting what it should not, here and in a thread of its own. */
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

    /** That {@link Behaviour#LEAK} starts in each call, until there are this many. */
    public static final int LEAKED_THREADS = 60;

    private static final int LEAKED_BY_A_CALL = 20;
    private static final long LOOK_NANOS = 50_000_000;

    private final AtomicInteger leaked = new AtomicInteger();
    private volatile Bundle bundle;
    private volatile ServiceRegistration<Destination> registration;
    private volatile Path folder = Path.of("");
    private volatile Behaviour behaviour = Behaviour.GOOD;

    @SuppressWarnings("NullAway.Init")
    public SwapPlugin() {}

    @Override
    public void start(BundleContext context) throws IOException {
        bundle = context.getBundle();
        folder = Files.createDirectories(Path.of(header(FOLDER_HEADER)));
        behaviour = Behaviour.valueOf(header(BEHAVIOUR_HEADER));
        registration = context.registerService(Destination.class, this, properties(header(SETTINGS_HEADER)));
    }

    private Dictionary<String, Object> properties(String settings) {
        Map<String, Object> properties = new HashMap<>();
        for (String setting : settings.split(";", -1)) {
            if (!setting.isBlank()) {
                properties.put(setting.substring(0, setting.indexOf('=')), setting.substring(setting.indexOf('=') + 1));
            }
        }
        properties.put(Destination.NAME, header(NAME_HEADER));
        return FrameworkUtil.asDictionary(properties);
    }

    private String header(String name) {
        return String.valueOf(bundle.getHeaders().get(name));
    }

    @Override
    public void stop(BundleContext context) {}

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws Exception {
        Files.writeString(folder.resolve("called-" + behaviour + "-" + bundle.getVersion()), "");
        Path settings = folder.resolve(SETTINGS);
        if (Files.exists(settings)) {
            Dictionary<String, Object> changed = properties(Files.readString(settings));
            Files.delete(settings);
            // In the middle of a call, where the gateway must not wait for the call's end.
            registration.setProperties(changed);
        }
        switch (behaviour) {
            case THROW -> {
                Thread own = new Thread(() -> {
                    throw new IllegalStateException("HIDDENQUILL must be seen nowhere");
                });
                own.start();
                own.join();
                throw new IllegalStateException("HIDDENQUILL must be seen nowhere");
            }
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
            case LEAK -> leak();
            default -> {
                // Delivers.
            }
        }
        List<DeliveryInstance> images = delivery.instances();
        for (int i = 0; i < images.size(); i++) {
            if (behaviour == Behaviour.GOOD && i == images.size() - 1 && Files.exists(folder.resolve(HOLD))) {
                hold();
            }
            write(images.get(i));
        }
        while (behaviour == Behaviour.LATE && bundle.getState() != Bundle.UNINSTALLED) {
            LockSupport.parkNanos(LOOK_NANOS);
            Thread.interrupted();
        }
        return DeliveryOutcome.delivered(delivery.instances().size() + " kept");
    }

    private void leak() {
        for (int i = 0; i < LEAKED_BY_A_CALL && leaked.get() < LEAKED_THREADS; i++) {
            Thread thread = new Thread(
                    () -> {
                        while (true) {
                            LockSupport.park();
                        }
                    },
                    "leaked-" + leaked.incrementAndGet());
            thread.setDaemon(true);
            thread.start();
        }
    }

    private void hold() throws IOException, InterruptedException {
        Path held = Files.writeString(folder.resolve(HELD), "");
        try {
            while (Files.exists(folder.resolve(HOLD))) {
                LockSupport.parkNanos(LOOK_NANOS);
                if (Thread.interrupted()) {
                    Files.writeString(folder.resolve(INTERRUPTED), "");
                    throw new InterruptedException();
                }
            }
        } finally {
            Files.delete(held);
        }
    }

    private void write(DeliveryInstance image) throws IOException {
        Path part = Files.createTempFile(folder, "incoming", ".part");
        try (InputStream in = image.open()) {
            Files.copy(in, part, StandardCopyOption.REPLACE_EXISTING);
        }
        Files.move(part, folder.resolve(image.sopInstanceUid() + ".dcm"), StandardCopyOption.ATOMIC_MOVE);
    }
}
