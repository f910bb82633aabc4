package org.sallyport.gateway.api.vault;

import java.io.Closeable;
import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** Reads the audit log as it grows, to send it on. Thread-safe. */
public interface AuditTrail {

    /** @param after number of the last record that is known; 0 = none. One that is not written yet counts as the last that is */
    Follower follow(long after) throws IOException;

    /** Owned by one thread. */
    interface Follower extends Closeable {

        /**
         * The next record, each once, in their order.
         *
         * @return null = there is none yet
         * @throws VaultException if the log cannot be read, or is damaged there
         */
        AuditLog.@Nullable Entry next() throws VaultException;
    }
}
