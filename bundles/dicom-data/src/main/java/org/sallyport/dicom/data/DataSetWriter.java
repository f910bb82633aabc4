package org.sallyport.dicom.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.charset.StandardCharsets;
import java.util.zip.Deflater;
import java.util.zip.DeflaterOutputStream;
import org.jspecify.annotations.Nullable;

/**
 * Encodes elements (PS3.5 7) in implicit or explicit VR little endian, deflated too. Sequences and items are written with undefined length, so
 * that nothing has to be measured first. Owned by one thread; {@link #finish()} has to be called at the end; the stream written to is not
 * closed.
 */
public final class DataSetWriter {

    private static final int BUFFER = 16 * 1024;
    private static final int LONGEST_SHORT = 0xFFFF;
    private static final int UNDEFINED = 0xFFFFFFFF;

    private final OutputStream out;
    private final @Nullable Deflater deflater;
    private final boolean explicitVr;
    private final byte[] buffer = new byte[BUFFER];
    private int used;

    /** @throws IllegalArgumentException for big endian, which is read but not written */
    public DataSetWriter(OutputStream out, TransferSyntax syntax) {
        if (syntax.bigEndian()) {
            throw new IllegalArgumentException("big endian is not written");
        }
        this.deflater = syntax.deflated() ? new Deflater(Deflater.DEFAULT_COMPRESSION, true) : null;
        this.out = deflater == null ? out : new DeflaterOutputStream(out, deflater, BUFFER);
        this.explicitVr = syntax.explicitVr();
    }

    public void write(DataSet dataSet) throws IOException {
        for (Element element : dataSet.elements()) {
            write(element);
        }
    }

    public void write(Element element) throws IOException {
        Value value = element.value();
        if (value instanceof Value.Bytes bytes) {
            writeBytes(element.tag(), element.vr(), bytes.bytes());
        } else if (value instanceof Value.Items items) {
            beginSequence(element.tag());
            for (DataSet item : items.items()) {
                beginItem();
                write(item);
                endItem();
            }
            endSequence();
        } else if (value instanceof Value.Fragments fragments) {
            header(element.tag(), VR.OB, UNDEFINED);
            for (byte[] fragment : fragments.fragments()) {
                itemHeader(Tag.Item, fragment.length + (fragment.length & 1));
                bytes(fragment, 0, fragment.length);
                pad(fragment.length, 0);
            }
            itemHeader(Tag.SequenceDelimitationItem, 0);
        } else if (value instanceof Value.Bulk bulk) {
            try (InputStream in = bulk.open()) {
                stream(element.tag(), element.vr(), bulk.length(), in);
            }
        }
    }

    /** Begins a sequence; items follow, then {@link #endSequence}. */
    public void beginSequence(int tag) throws IOException {
        header(tag, VR.SQ, UNDEFINED);
    }

    /** Begins an item; its elements follow, then {@link #endItem}. */
    public void beginItem() throws IOException {
        itemHeader(Tag.Item, UNDEFINED);
    }

    public void endItem() throws IOException {
        itemHeader(Tag.ItemDelimitationItem, 0);
    }

    public void endSequence() throws IOException {
        itemHeader(Tag.SequenceDelimitationItem, 0);
    }

    /**
     * Writes a value from a stream.
     *
     * @param length bytes of a native value, padded here if odd; -1 = encapsulated, the stream holds items with their headers and the Sequence
     *     Delimitation Item
     * @throws DicomDataException if the stream has another length
     */
    public void stream(int tag, VR vr, long length, InputStream in) throws IOException {
        beginValue(tag, vr, length);
        byte[] chunk = new byte[64 * 1024];
        long copied = 0;
        for (int n = in.read(chunk, 0, chunk.length); n >= 0; n = in.read(chunk, 0, chunk.length)) {
            copied += n;
            value(chunk, 0, n);
        }
        endValue(tag, vr, length, copied);
    }

    /**
     * Begins a value that comes in pieces: {@link #value}, then {@link #endValue}.
     *
     * @param length as for {@link #stream}
     */
    public void beginValue(int tag, VR vr, long length) throws IOException {
        if (length >= UNDEFINED_LENGTH) {
            throw new DicomDataException(
                    DicomDataException.Reason.LIMIT,
                    Tag.format(tag) + ": " + length + " bytes are more than an element can hold");
        }
        long even = length + (length & 1);
        header(tag, vr.hasLongLength() || even <= LONGEST_SHORT ? vr : VR.UN, length < 0 ? UNDEFINED : (int) even);
        flushBuffer();
    }

    /** Whether the bytes of a value become others; if not, whoever reads what is written may as well read the value once it has begun. */
    public boolean isCompressing() {
        return deflater != null;
    }

    /** A piece of the value that {@link #beginValue} began. */
    public void value(byte[] bytes, int offset, int length) throws IOException {
        out.write(bytes, offset, length);
    }

    /**
     * Ends the value that {@link #beginValue} began.
     *
     * @param written bytes of all its pieces
     * @throws DicomDataException if it has another length than was told
     */
    public void endValue(int tag, VR vr, long length, long written) throws IOException {
        if (length >= 0) {
            if (written != length) {
                throw new DicomDataException(
                        DicomDataException.Reason.TRUNCATED,
                        Tag.format(tag) + ": " + written + " of " + length + " bytes came");
            }
            pad(written, vr.padding());
        }
    }

    private static final long UNDEFINED_LENGTH = 0xFFFFFFFFL;

    private void writeBytes(int tag, VR vr, byte[] value) throws IOException {
        int even = value.length + (value.length & 1);
        // A value too long for its 16-bit length field is written as UN (PS3.5 6.2.2).
        VR fitting = vr.hasLongLength() || even <= LONGEST_SHORT ? vr : VR.UN;
        header(tag, fitting, even);
        bytes(value, 0, value.length);
        pad(value.length, vr.padding());
    }

    private void header(int tag, VR vr, int length) throws IOException {
        room(12);
        u16(Tag.group(tag));
        u16(Tag.element(tag));
        if (!explicitVr) {
            u32(length);
            return;
        }
        byte[] code = vr.name().getBytes(StandardCharsets.US_ASCII);
        buffer[used++] = code[0];
        buffer[used++] = code[1];
        if (vr.hasLongLength()) {
            u16(0);
            u32(length);
        } else {
            u16(length);
        }
    }

    private void itemHeader(int tag, int length) throws IOException {
        room(8);
        u16(Tag.group(tag));
        u16(Tag.element(tag));
        u32(length);
    }

    private void pad(long length, int padding) throws IOException {
        if ((length & 1) != 0) {
            room(1);
            buffer[used++] = (byte) padding;
        }
    }

    private void bytes(byte[] value, int offset, int length) throws IOException {
        if (length > BUFFER - used) {
            flushBuffer();
            if (length >= BUFFER) {
                out.write(value, offset, length);
                return;
            }
        }
        System.arraycopy(value, offset, buffer, used, length);
        used += length;
    }

    private void room(int bytes) throws IOException {
        if (BUFFER - used < bytes) {
            flushBuffer();
        }
    }

    private void u16(int value) {
        buffer[used++] = (byte) value;
        buffer[used++] = (byte) (value >>> 8);
    }

    private void u32(int value) {
        u16(value);
        u16(value >>> 16);
    }

    private void flushBuffer() throws IOException {
        out.write(buffer, 0, used);
        used = 0;
    }

    /** Writes what is buffered; a deflated data set is ended. */
    public void finish() throws IOException {
        flushBuffer();
        if (deflater != null && out instanceof DeflaterOutputStream deflated) {
            deflated.finish();
            deflater.end();
        }
        out.flush();
    }
}
