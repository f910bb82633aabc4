package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.util.concurrent.TimeUnit;
import org.sallyport.dicom.net.QueryRetrieveProvider;
import org.sallyport.gateway.api.store.ImageFetcher;

/** Who has asked, while the operation lasts: is told of progress by pending responses, and may cancel. Owned by the association's thread. */
final class Caller implements ImageFetcher.Waiting {

    /** Between two pending responses: fewer would let callers think that nothing happens, more cost both sides time. */
    private static final long PROGRESS_NANOS = TimeUnit.MILLISECONDS.toNanos(250);

    private final QueryRetrieveProvider provider;
    private final Tally tally;
    private long told = System.nanoTime();

    Caller(QueryRetrieveProvider provider, Tally tally) {
        this.provider = provider;
        this.tally = tally;
    }

    boolean hasCancelled() throws IOException {
        return provider.isCancelled();
    }

    /** If it is time. */
    void tell() throws IOException {
        if (System.nanoTime() - told > PROGRESS_NANOS) {
            provider.progress(tally.numbers());
            told = System.nanoTime();
        }
    }

    @Override
    public void tick() throws IOException {
        tell();
        if (hasCancelled()) {
            throw new CancelledException();
        }
    }
}
