package org.sallyport.gateway.api.store;

import java.io.IOException;
import java.io.OutputStream;

/** An {@link IdentityFile} while it is written; what was written so far can be read. Owned by one thread. */
public interface IdentityFileWriter extends IdentityFile {

    /** Where the next block will begin. */
    long end();

    /** Takes the sealed bytes of the next block, which is complete when the stream is closed. One at a time. */
    OutputStream block() throws IOException;

    /** Drops the blocks from this offset on. */
    void cutBack(long offset) throws IOException;
}
