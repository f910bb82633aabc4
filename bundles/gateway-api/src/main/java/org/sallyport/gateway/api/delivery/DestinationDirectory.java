package org.sallyport.gateway.api.delivery;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.ProbeResult;

/** What people see of the destinations that are there now, have been there before or still have deliveries waiting. Thread-safe. */
public interface DestinationDirectory {

    /**
     * Service property of destinations of the gateway's own: {@code yes} = of a study's parts the earlier goes first, and a later one waits until that is
     * delivered, parked or cancelled; absent = as they come.
     */
    String PARTS_IN_ORDER = "parts-in-order";

    List<View> destinations();

    /** All that is known of one destination. @throws IOException if the queue cannot be read */
    Optional<Detail> destination(String name) throws IOException;

    /**
     * Asks a destination whether its receiver can be reached, for ten seconds at most.
     *
     * @return empty if there is none of that name now
     */
    Optional<ProbeResult> probe(String name);

    /**
     * Begins no more deliveries there; what runs goes on to its end, and studies are queued for it as before. Durable; this appliance's only.
     *
     * @return false if there is none of that name
     */
    boolean pause(String name) throws IOException;

    /**
     * Delivers what is queued and queues nothing new. Durable; this appliance's only.
     *
     * @return false if there is none of that name
     */
    boolean drain(String name) throws IOException;

    /**
     * Lets a paused, drained or stopped destination work again, and looks for work at once.
     *
     * @return false if there is none of that name
     */
    boolean resume(String name) throws IOException;

    /**
     * Lets a destination that stopped by itself work again, and looks for work at once; what a person paused or drains stays so.
     *
     * @return false if there is none of that name now
     */
    boolean wake(String name);

    /** Interrupts a delivery that runs here and is no longer claimed. @return whether it runs here */
    boolean interrupt(long delivery);

    /**
     * Ends that studies are queued for a destination that is missing. What is queued already stays.
     *
     * @return false if no missing destination of that name is remembered
     */
    boolean forget(String name) throws IOException;

    enum State {
        ACTIVE,
        /** A person has paused it. */
        PAUSED,
        /** A person lets it end its queue. */
        DRAINING,
        /** Stopped by itself (credentials) until resumed or configured anew. */
        STOPPED,
        /** Its configuration is wrong; its queue waits, and grows by its filter, or else by its last; if neither is known the message says so. */
        MISCONFIGURED,
        /** Its bundle or configuration is gone; its queue waits, and grows by its last filter until it is forgotten. */
        MISSING
    }

    /** @param running deliveries under way */
    record View(
            String name,
            State state,
            @Nullable String message,
            @Nullable String filter,
            int running) {}

    /**
     * @param settings by key, in words
     * @param queue deliveries by state
     * @param abandoned calls that did not end when interrupted; each keeps a thread
     * @param pluginThreads threads that the plug-in started when it was called, and that have not ended
     */
    record Detail(
            View view,
            Map<String, String> settings,
            Map<DeliveryQueue.State, Long> queue,
            int abandoned,
            int pluginThreads,
            List<Running> running) {

        public Detail {
            queue = Map.copyOf(queue);
            running = List.copyOf(running);
        }
    }

    /** A delivery under way. */
    record Running(
            long delivery,
            String studyInstanceUid,
            int part,
            Instant since,
            int instancesDone,
            int instances,
            long bytesDone,
            long bytes) {}
}
