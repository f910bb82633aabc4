package org.sallyport.dicom.data.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** A value of known length as a stream, in little endian order. */
public final class NativeValueStream extends InputStream {

    private final ByteSource source;
    private final int unit;
    private final byte[] number = new byte[8];
    private int numberNext;
    private int numberEnd;
    private long left;

    /** @param unit bytes of a number to be turned around, at most 8; 1 = leave as it is */
    public NativeValueStream(ByteSource source, long length, int unit) {
        this.source = source;
        this.left = length;
        this.unit = source.isBigEndian() ? unit : 1;
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
        if (left() == 0) {
            return -1;
        }
        if (numberNext < numberEnd || length < unit) {
            return readOfNumber(to, offset, length);
        }
        int n = check(source.read(to, offset, (int) Math.min(length - length % unit, left)));
        if (unit > 1) {
            n += complete(to, offset, n);
            ByteOrders.swap(to, offset, n, unit);
        }
        left -= n;
        return n;
    }

    /** For those who take less than a whole number at a time. */
    private int readOfNumber(byte[] to, int offset, int length) throws IOException {
        if (numberNext == numberEnd) {
            int n = check(source.read(number, 0, (int) Math.min(unit, left)));
            numberEnd = n + complete(number, 0, n);
            numberNext = 0;
            ByteOrders.swap(number, 0, numberEnd, unit);
            left -= numberEnd;
        }
        int n = Math.min(length, numberEnd - numberNext);
        System.arraycopy(number, numberNext, to, offset, n);
        numberNext += n;
        return n;
    }

    /** Reads what the last number lacks, unless the value ends before. */
    private int complete(byte[] to, int offset, int have) throws IOException {
        int n = have;
        while (n % unit != 0 && n < left) {
            n += check(source.read(to, offset + n, (int) Math.min(unit - n % unit, left - n)));
        }
        return n - have;
    }

    private int check(int n) throws IOException {
        if (n < 0) {
            throw new DicomDataException(
                    Reason.TRUNCATED,
                    "data set ends at byte " + source.position() + ", " + left + " bytes before its value does");
        }
        return n;
    }

    /** Bytes not read yet. */
    public long left() {
        return left + numberEnd - numberNext;
    }
}
