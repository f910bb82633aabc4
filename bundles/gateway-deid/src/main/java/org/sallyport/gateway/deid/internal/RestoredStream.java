package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayDeque;
import java.util.Deque;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * A Part 10 file that is made while it is read: the head from memory, long values and the pixel data from where they lie, then what comes after them.
 * Owned by one thread.
 */
final class RestoredStream extends InputStream {

    /** What the values inside of sequences may weigh when they are encoded. */
    private static final long LARGEST_ITEMS = 32L << 20;

    private static final int UNDEFINED = 0xFFFFFFFF;

    /** Treats what stands behind the pixel data. */
    interface Tail {
        DataSet treat(DataSet tail) throws IOException;
    }

    /** Opened when it is its turn. */
    private interface Segment {
        InputStream open() throws IOException;
    }

    private final Deque<Segment> segments = new ArrayDeque<>();
    private final TransferSyntax syntax;
    private final Closeable source;
    private @Nullable InputStream current;

    /**
     * @param head treated, all that stands before the pixel data
     * @param reader stands at the pixel data, or at the end
     * @param syntax in which it is written; not big endian, not deflated
     * @param source closed with this
     */
    RestoredStream(
            FileMetaInformation meta,
            DataSet head,
            DataSetReader reader,
            boolean hasPixelData,
            TransferSyntax syntax,
            Tail tail,
            Closeable source)
            throws IOException {
        this.syntax = syntax;
        this.source = source;
        ByteArrayOutputStream start = new ByteArrayOutputStream();
        meta.write(start);
        append(start.toByteArray());
        append(head);
        if (hasPixelData) {
            long length = reader.length();
            append(header(reader.tag(), reader.vr(), length));
            segments.add(reader::stream);
            if (length > 0 && length % 2 != 0) {
                append(new byte[1]);
            }
            segments.add(() -> {
                Deque<Segment> later = new ArrayDeque<>(segments);
                segments.clear();
                append(tail.treat(rest(reader)));
                segments.addAll(later);
                return InputStream.nullInputStream();
            });
        }
    }

    private static DataSet rest(DataSetReader reader) throws IOException {
        DataSet rest = new DataSet();
        for (DataSetReader.Event event = reader.next(); event != DataSetReader.Event.END; event = reader.next()) {
            if (event == DataSetReader.Event.STREAM) {
                throw new DicomDataException(DicomDataException.Reason.MALFORMED, "a second pixel data element");
            }
            rest.put(reader.element());
        }
        return rest;
    }

    private void append(byte[] bytes) {
        segments.add(() -> new ByteArrayInputStream(bytes));
    }

    private void append(DataSet dataSet) throws IOException {
        DataSet together = new DataSet();
        for (Element element : dataSet.elements()) {
            if (element.value() instanceof Value.Bulk bulk) {
                appendTogether(together);
                together = new DataSet();
                append(header(element.tag(), element.vr(), bulk.length()));
                segments.add(bulk::open);
                if (bulk.length() % 2 != 0) {
                    append(new byte[] {(byte) element.vr().padding()});
                }
            } else {
                together.put(element);
            }
        }
        appendTogether(together);
    }

    private void appendTogether(DataSet together) throws IOException {
        if (together.isEmpty()) {
            return;
        }
        if (bulk(together) > LARGEST_ITEMS) {
            throw new DicomDataException(
                    DicomDataException.Reason.LIMIT, "values of more than 32 MiB inside of sequences");
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(8 * 1024);
        DataSetWriter writer = new DataSetWriter(bytes, syntax);
        writer.write(together);
        writer.finish();
        append(bytes.toByteArray());
    }

    private static long bulk(DataSet dataSet) {
        long bytes = 0;
        for (Element element : dataSet.elements()) {
            if (element.value() instanceof Value.Bulk bulk) {
                bytes += bulk.length();
            }
            for (DataSet item : element.items()) {
                bytes += bulk(item);
            }
        }
        return bytes;
    }

    /**
     * PS3.5 7.1.2 and 7.1.3.
     *
     * @param length -1 = undefined
     */
    private byte[] header(int tag, VR vr, long length) throws IOException {
        long even = length + (length & 1);
        if (even > 0xFFFFFFFEL) {
            throw new DicomDataException(
                    DicomDataException.Reason.LIMIT, Tag.format(tag) + " is too long for an element");
        }
        ByteBuffer bytes = ByteBuffer.allocate(12).order(ByteOrder.LITTLE_ENDIAN);
        bytes.putShort((short) Tag.group(tag)).putShort((short) Tag.element(tag));
        if (syntax.explicitVr()) {
            // A value that is too long for its 16-bit length field is written as UN (PS3.5 6.2.2).
            VR fitting = vr.hasLongLength() ? vr : VR.UN;
            bytes.put(fitting.name().getBytes(StandardCharsets.US_ASCII)).putShort((short) 0);
        }
        bytes.putInt(length < 0 ? UNDEFINED : (int) even);
        byte[] used = new byte[bytes.position()];
        bytes.flip().get(used);
        return used;
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
        while (true) {
            InputStream open = current;
            if (open == null) {
                Segment next = segments.poll();
                if (next == null) {
                    return -1;
                }
                open = next.open();
                current = open;
            }
            int n = open.read(to, offset, length);
            if (n >= 0) {
                return n;
            }
            open.close();
            current = null;
        }
    }

    @Override
    public void close() throws IOException {
        try {
            if (current != null) {
                current.close();
            }
        } finally {
            source.close();
        }
    }
}
