package org.sallyport.gateway.api.archive;

import java.io.InputStream;
import java.util.Arrays;
import java.util.zip.CRC32;
import org.sallyport.gateway.api.DeliveryInstance;

/** An instance of any length whose bytes are all the same, made while it is read. */
record GeneratedInstance(String seriesInstanceUid, String sopInstanceUid, long length, long crc32, long realLength)
        implements DeliveryInstance {

    private static final byte FILL = 0x5A;

    static GeneratedInstance of(String series, String sop, long length) {
        CRC32 crc = new CRC32();
        byte[] block = new byte[1 << 16];
        Arrays.fill(block, FILL);
        for (long left = length; left > 0; left -= block.length) {
            crc.update(block, 0, (int) Math.min(left, block.length));
        }
        return new GeneratedInstance(series, sop, length, crc.getValue(), length);
    }

    @Override
    public String sopClassUid() {
        return "1.2.840.10008.5.1.4.1.1.2";
    }

    @Override
    public String transferSyntaxUid() {
        return "1.2.840.10008.1.2.1";
    }

    @Override
    public byte[] sha256() {
        return new byte[32];
    }

    @Override
    public InputStream open() {
        return new InputStream() {
            private long left = realLength;

            @Override
            public int read() {
                return left-- > 0 ? FILL : -1;
            }

            @Override
            public int read(byte[] buffer, int offset, int length) {
                if (left <= 0) {
                    return -1;
                }
                int n = (int) Math.min(left, length);
                Arrays.fill(buffer, offset, offset + n, FILL);
                left -= n;
                return n;
            }
        };
    }
}
