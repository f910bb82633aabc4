package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.io.InputStream;
import java.security.cert.X509Certificate;
import java.util.List;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;

/**
 * Makes stored instances ready to be handed on as they are de-identified, but with their originals in them, encrypted for others: streams of known length, and
 * nothing on the disk. Thread-safe.
 */
public interface EncryptedOriginals {

    /**
     * Checks and audits the request once for all of them, and makes each once to learn its length; opened, it is made again, byte for byte the same, while it is
     * read. Whether the recipients may have the originals is for the caller to see to.
     *
     * @param recipients RSA certificates; whoever has the key of one of them can read the originals
     * @param progress is run now and then meanwhile, at least for each instance
     * @return in the order asked for
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException before anything is opened
     */
    List<Encrypted> open(
            List<StoredInstance> instances, List<X509Certificate> recipients, AccessRequest request, Runnable progress)
            throws IOException;

    /** A de-identified instance with the Encrypted Attributes Sequence (0400,0500). Thread-safe. */
    interface Encrypted {

        /** Bytes of the Part 10 file. */
        long length();

        /** CRC-32 (ISO 3309) of the Part 10 file, unsigned. */
        long crc32();

        /** Top-level attributes that were changed or removed and are too long to go along: their originals are in the vault only. */
        int leftOut();

        /** The Part 10 file, in the transfer syntax that the instance is stored in; as often as needed. The caller closes it. */
        InputStream open() throws IOException;
    }
}
