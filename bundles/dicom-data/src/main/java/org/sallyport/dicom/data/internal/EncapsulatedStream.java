package org.sallyport.dicom.data.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;
import org.sallyport.dicom.data.Tag;

/**
 * Encapsulated pixel data (PS3.5 A.4) as it is encoded: items with their headers, up to and with the Sequence Delimitation Item. The
 * structure is checked as it flows.
 */
public final class EncapsulatedStream extends InputStream {

    private static final int HEADER = 8;

    private final ByteSource source;
    private final byte[] header = new byte[HEADER];
    private int headerLeft;
    private long itemLeft;
    private boolean last;

    public EncapsulatedStream(ByteSource source) {
        this.source = source;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (headerLeft == 0 && itemLeft == 0) {
            if (last) {
                return -1;
            }
            readHeader();
        }
        if (headerLeft > 0) {
            int n = Math.min(length, headerLeft);
            System.arraycopy(header, HEADER - headerLeft, to, offset, n);
            headerLeft -= n;
            return n;
        }
        int n = source.read(to, offset, (int) Math.min(length, itemLeft));
        if (n < 0) {
            throw new DicomDataException(
                    Reason.TRUNCATED, "data set ends at byte " + source.position() + ", inside a fragment");
        }
        itemLeft -= n;
        return n;
    }

    private void readHeader() throws IOException {
        source.need(HEADER);
        for (int i = 0; i < HEADER; i++) {
            header[i] = (byte) source.peek(i);
        }
        long at = source.position();
        int tag = source.tag();
        long length = source.u32();
        headerLeft = HEADER;
        if (tag == Tag.SequenceDelimitationItem && length == 0) {
            last = true;
        } else if (tag == Tag.Item && length != 0xFFFFFFFFL) {
            itemLeft = length;
        } else {
            throw new DicomDataException(
                    Reason.MALFORMED,
                    "encapsulated pixel data: " + Tag.format(tag) + " with length " + length + " at byte " + at);
        }
    }
}
