package org.sallyport.gateway.api.delivery;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** What people see of the destinations that are there now, have been there before or still have deliveries waiting. Thread-safe. */
public interface DestinationDirectory {

    List<View> destinations();

    /** Lets a stopped destination work again. @return false if there is none of that name */
    boolean resume(String name);

    /**
     * Ends that studies are queued for a destination that is missing. What is queued already stays.
     *
     * @return false if no missing destination of that name is remembered
     */
    boolean forget(String name) throws IOException;

    enum State {
        ACTIVE,
        /** Stopped by itself (credentials) until resumed or configured anew. */
        STOPPED,
        /** Its configuration is wrong; its queue waits. */
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
}
