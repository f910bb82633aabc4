package org.sallyport.dicom.data.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.DicomDataException.Reason;

/** Buffered bytes of an encoded data set with their position. Owned by one thread. */
public final class ByteSource {

    private static final int BUFFER = 32 * 1024;

    private final InputStream in;
    private final byte[] buffer = new byte[BUFFER];
    private int next;
    private int limit;
    private long bufferStart;
    private boolean bigEndian;

    public ByteSource(InputStream in) {
        this.in = in;
    }

    public void setBigEndian(boolean bigEndian) {
        this.bigEndian = bigEndian;
    }

    public boolean isBigEndian() {
        return bigEndian;
    }

    /** Bytes consumed so far. */
    public long position() {
        return bufferStart + next;
    }

    /** Whether at least {@code n} bytes (at most 1,024) can be read. */
    public boolean has(int n) throws IOException {
        while (limit - next < n) {
            if (BUFFER - next < n) {
                System.arraycopy(buffer, next, buffer, 0, limit - next);
                bufferStart += next;
                limit -= next;
                next = 0;
            }
            int got = in.read(buffer, limit, BUFFER - limit);
            if (got < 0) {
                return false;
            }
            limit += got;
        }
        return true;
    }

    public boolean atEnd() throws IOException {
        return !has(1);
    }

    public void need(int n) throws IOException {
        if (!has(n)) {
            throw new DicomDataException(
                    Reason.TRUNCATED, "data set ends at byte " + (position() + limit - next) + ", inside an element");
        }
    }

    /** A byte ahead that {@link #need} has asked for. */
    public int peek(int ahead) {
        return buffer[next + ahead] & 0xFF;
    }

    public int u16() throws IOException {
        need(2);
        int a = buffer[next] & 0xFF;
        int b = buffer[next + 1] & 0xFF;
        next += 2;
        return bigEndian ? a << 8 | b : b << 8 | a;
    }

    public long u32() throws IOException {
        long first = u16();
        long second = u16();
        return bigEndian ? first << 16 | second : second << 16 | first;
    }

    public int tag() throws IOException {
        int group = u16();
        return group << 16 | u16();
    }

    public void skip(int n) throws IOException {
        need(n);
        next += n;
    }

    /** At most {@code length} bytes, at least one unless the end is reached (then -1). */
    public int read(byte[] to, int offset, int length) throws IOException {
        if (next == limit) {
            if (length >= BUFFER) {
                // Long values go past the buffer.
                int got = in.read(to, offset, length);
                if (got > 0) {
                    bufferStart += got;
                }
                return got;
            }
            if (!has(1)) {
                return -1;
            }
        }
        int n = Math.min(length, limit - next);
        System.arraycopy(buffer, next, to, offset, n);
        next += n;
        return n;
    }

    /** Exactly {@code length} bytes; memory grows as they come, never by a length that was only declared. */
    public byte[] bytes(int length) throws IOException {
        byte[] bytes = new byte[Math.min(length, 64 * 1024)];
        int have = 0;
        while (have < length) {
            if (have == bytes.length) {
                bytes = java.util.Arrays.copyOf(bytes, (int) Math.min(length, bytes.length * 2L));
            }
            int n = read(bytes, have, bytes.length - have);
            if (n < 0) {
                throw new DicomDataException(
                        Reason.TRUNCATED, "data set ends at byte " + position() + ", inside a value");
            }
            have += n;
        }
        return bytes;
    }
}
