package org.sallyport.gateway.api;

import java.io.IOException;
import java.io.InputStream;
import org.osgi.annotation.versioning.ProviderType;

/**
 * One SOP Instance of a delivery: a Part 10 file of known length that can be read as often as needed. In a delivery of originals, UIDs and content are the
 * original's.
 */
@ProviderType
public interface DeliveryInstance {

    String sopClassUid();

    String sopInstanceUid();

    String seriesInstanceUid();

    String transferSyntaxUid();

    /** Length of the Part 10 file in bytes. */
    long length();

    /** CRC-32 (ISO 3309, as ZIP uses it) of the Part 10 file, unsigned. */
    long crc32();

    /** SHA-256 of the Part 10 file, 32 bytes; a fresh copy. Of an original it is taken when asked for, by reading it. */
    byte[] sha256();

    /**
     * The Part 10 file with preamble and file meta information, from its first byte; may have gigabytes. The caller closes it, also when
     * something fails: open streams hold files open.
     *
     * @throws IOException the file is damaged or the disk fails, here or at any read: give the delivery up by letting it out or by
     *     {@link DeliveryOutcome.Later}
     */
    InputStream open() throws IOException;
}
