package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;

/** Makes originals of stored instances ready to be handed on to a receiver: streams of known length, and nothing on the disk. Thread-safe. */
public interface OriginalInstances {

    /**
     * Checks and audits the request once for all of them, and restores each once to learn its length; opened, it is restored again while it is read.
     * Whether the receiver may have them is for the caller to see to ({@link org.sallyport.gateway.api.vault.OriginalReceivers}).
     *
     * @param progress is run now and then meanwhile, at least for each instance
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException before anything is opened
     */
    Originals open(List<StoredInstance> instances, AccessRequest request, Runnable progress) throws IOException;

    /** Originals of one request. Holds identity: neither this nor its parts show any in {@code toString}. Thread-safe. */
    interface Originals {

        /** In the order asked for. */
        List<Original> instances();

        /** Whether a text quotes the identity that is sealed beside these instances, so that it must not be kept or logged; in doubt true. */
        boolean areQuotedIn(String text);
    }

    /** The original of one stored instance. Its UIDs identify as much as names do. Thread-safe. */
    interface Original {

        String sopInstanceUid();

        String seriesInstanceUid();

        /** Bytes of the Part 10 file. */
        long length();

        /** CRC-32 (ISO 3309) of the Part 10 file, unsigned. */
        long crc32();

        /** The Part 10 file, in the transfer syntax that the instance is stored in; as often as needed. The caller closes it. */
        InputStream open() throws IOException;
    }
}
