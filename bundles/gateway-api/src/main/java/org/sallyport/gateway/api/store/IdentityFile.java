package org.sallyport.gateway.api.store;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.UUID;

/**
 * A file of sealed blocks that never changes: the identity of instances that are no longer here. A block is known by where it begins, and sealed
 * for the place {@code identity/<file id>/<offset>}. Owned by one thread, but for {@link #open}, which any may call.
 */
public interface IdentityFile extends Closeable {

    UUID id();

    /**
     * The sealed bytes of the block that begins here; to be read before the file is closed.
     *
     * @throws IOException if there is none
     */
    InputStream open(long offset) throws IOException;

    /** The place that a block is sealed for. */
    default String place(long offset) {
        return "identity/" + id() + "/" + offset;
    }
}
