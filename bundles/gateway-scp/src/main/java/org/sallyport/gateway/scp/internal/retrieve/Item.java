package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.util.Optional;
import org.sallyport.gateway.api.store.ImageFetcher.Waiting;

/** One image that is to be sent. Thread-safe. */
interface Item {

    /** For the log: its SOP Instance UID without identity. */
    String name();

    String sopClassUid();

    String transferSyntaxUid();

    /** SOP Instance UID as the caller knows it; empty = it cannot be told. */
    Optional<String> called();

    /** Whether only the back end holds it. */
    boolean isRemote();

    /** Gets it here if it has to be fetched, so that no association has to stay open meanwhile. */
    void prepare(Images images, Waiting waiting) throws IOException;

    /** Opens it before its turn, if there is nothing to wait for; see {@link Images#openAhead}. */
    void openAhead(Images images);

    /** @param waiting run while it is fetched */
    Images.Opened open(Images images, Waiting waiting) throws IOException;
}
