package org.sallyport.gateway.api.node;

import java.io.Closeable;
import java.io.IOException;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;

/** Stores in nodes by C-STORE, outside of the queue. Thread-safe. */
public interface NodeDestinations {

    /**
     * A way to a node for one batch of objects. What was stored is remembered until it is closed, so that another attempt sends only the rest. Whether
     * the node may be given what it is given has been decided by the caller.
     *
     * @param callingAet our AE title towards the node
     */
    NodeSender open(Node node, String callingAet) throws IOException;

    /** Used by one thread; closing it from another ends what runs. */
    interface NodeSender extends Closeable {

        /**
         * Sends what the node does not have yet.
         *
         * @throws InterruptedException if interrupted; what runs has been broken off
         */
        DeliveryOutcome send(Delivery delivery) throws Exception;

        @Override
        void close() throws IOException;
    }
}
