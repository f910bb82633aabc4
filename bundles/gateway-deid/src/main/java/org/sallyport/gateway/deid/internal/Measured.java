package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.zip.CRC32;

/**
 * What has to be known of a stream that is made while it is read, before it is handed on.
 *
 * @param length bytes
 * @param crc32 unsigned
 */
record Measured(long length, long crc32) {

    private static final int CHUNK = 64 * 1024;

    /**
     * Reads to the end; does not close.
     *
     * @param progress is run for each piece
     */
    static Measured of(InputStream in, Runnable progress) throws IOException {
        byte[] chunk = new byte[CHUNK];
        CRC32 crc = new CRC32();
        long length = 0;
        for (int n = in.read(chunk, 0, CHUNK); n >= 0; n = in.read(chunk, 0, CHUNK)) {
            crc.update(chunk, 0, n);
            length += n;
            progress.run();
        }
        return new Measured(length, crc.getValue());
    }
}
