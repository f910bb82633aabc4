package org.sallyport.dicom.data.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** A value of known length as a stream, in little endian order. */
public final class NativeValueStream extends InputStream {

    private final ByteSource source;
    private final int unit;
    private long left;

    /** @param unit bytes of a number to be turned around; 1 = leave as it is */
    public NativeValueStream(ByteSource source, long length, int unit) {
        this.source = source;
        this.left = length;
        this.unit = source.isBigEndian() ? unit : 1;
    }

    @Override
    public int read() throws IOException {
        byte[] one = new byte[1];
        if (unit > 1) {
            throw new IOException("read whole numbers of a big endian value");
        }
        return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
    }

    /** With a unit above 1 the length asked for has to be at least 8. */
    @Override
    public int read(byte[] to, int offset, int length) throws IOException {
        if (length == 0) {
            return 0;
        }
        if (left == 0) {
            return -1;
        }
        int n = check(source.read(to, offset, (int) Math.min(length, left)));
        if (unit > 1) {
            while (n % unit != 0 && n < left) {
                n += check(source.read(to, offset + n, (int) Math.min(unit - n % unit, left - n)));
            }
            ByteOrders.swap(to, offset, n, unit);
        }
        left -= n;
        return n;
    }

    private int check(int n) throws IOException {
        if (n < 0) {
            throw new DicomDataException(
                    Reason.TRUNCATED,
                    "data set ends at byte " + source.position() + ", " + left + " bytes before its value does");
        }
        return n;
    }

    public long left() {
        return left;
    }
}
