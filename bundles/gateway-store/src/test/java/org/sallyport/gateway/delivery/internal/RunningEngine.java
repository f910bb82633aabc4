package org.sallyport.gateway.delivery.internal;

import java.io.Closeable;
import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StudyIndex;

/** An engine with its usual patience, whose pauses are shorter than in a hospital. */
public final class RunningEngine implements Closeable {

    /** Between tries, at most, but for a fifth. */
    public static final Duration LONGEST_PAUSE = Duration.ofMillis(500);

    private final DeliveryEngine engine;

    public RunningEngine(DeliveryQueue queue, StudyIndex index, InstanceStore store, Path folder) throws IOException {
        engine = new DeliveryEngine(
                new RetryPauses(1, Duration.ofMillis(20), LONGEST_PAUSE),
                queue,
                index,
                store,
                List::of,
                properties -> List.of(),
                folder,
                new Recipients(folder, Clock.systemUTC()),
                Clock.systemUTC(),
                ZoneOffset.UTC,
                Patience.USUAL);
        engine.addCheck(study -> Optional.empty());
    }

    public void add(Destination destination, Map<String, Object> properties) {
        engine.addDestination(destination, properties);
    }

    /** @see DeliveryEngine#complete */
    public void complete(String study) throws IOException {
        engine.complete(study);
    }

    @Override
    public void close() {
        engine.close();
    }
}
