package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayOutputStream;
import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.Iterator;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * The original of a stored instance as a Part 10 file, made while it is read: the stored data set merged with its record of originals, in tag order. Takes
 * the memory of one value or one chunk, whichever is longer, whatever nests where. A value that flows and is not compressed goes to the reader without a
 * stop. Owned by one thread; closes what it reads from.
 */
final class OriginalStream extends InputStream {

    private static final int CHUNK = 64 * 1024;
    /** Room for the attributes of most images. */
    private static final int ATTRIBUTES = 16 * 1024;

    /** Something that is not written out yet. */
    private interface Step {

        /** Writes a little of it, or puts steps before itself. @return whether that was all */
        boolean go() throws IOException;

        /** Also if it was not gone to its end. */
        default void close() throws IOException {
            // Most hold nothing open.
        }
    }

    /** What was written and not read yet. */
    private static final class Written extends ByteArrayOutputStream {

        private int next;

        Written() {
            super(ATTRIBUTES);
        }

        int take(byte[] to, int offset, int length) {
            int n = Math.min(length, count - next);
            System.arraycopy(buf, next, to, offset, n);
            next += n;
            if (next == count) {
                reset();
                next = 0;
            }
            return n;
        }

        boolean isEmpty() {
            return next == count;
        }
    }

    private final Written written = new Written();
    private final DataSetWriter writer;
    private final Deque<Step> steps = new ArrayDeque<>();
    private final List<Closeable> sources;
    private final DataSet originals;
    private final String sopInstanceUid;
    /** Made when it is needed. */
    private byte[] chunk = {};

    private boolean checked;
    private boolean finished;

    /**
     * @param sopInstanceUid that the stored data set has to have; reading fails at another
     * @param sources are closed with this
     */
    OriginalStream(
            FileMetaInformation meta,
            Part10Reader stored,
            String sopInstanceUid,
            IdentityRecord record,
            List<Closeable> sources)
            throws IOException {
        this.sopInstanceUid = sopInstanceUid;
        this.sources = List.copyOf(sources);
        this.originals = record.originals();
        meta.write(written);
        this.writer = new DataSetWriter(written, stored.transferSyntax());
        steps.push(merge(stored.dataSet(), record));
    }

    /** Values that were changed or removed. */
    DataSet originals() {
        return originals;
    }

    /** Takes turns between the elements of both, by their tags. */
    private Step merge(DataSetReader stored, IdentityRecord record) {
        Deque<Element> originals = new ArrayDeque<>(record.originals().elements());
        return () -> {
            DataSetReader.Event event = stored.next();
            check(event, stored);
            if (event == DataSetReader.Event.END) {
                steps.pop();
                putBefore(originals.iterator());
                return false;
            }
            // The reader's own tag is that of the last element of the last item after a sequence.
            boolean streams = event == DataSetReader.Event.STREAM;
            int tag = streams ? stored.tag() : stored.element().tag();
            Deque<Element> due = new ArrayDeque<>();
            while (!originals.isEmpty()
                    && Integer.compareUnsigned(originals.element().tag(), tag) < 0) {
                due.add(originals.remove());
            }
            if (!originals.isEmpty() && originals.element().tag() == tag) {
                due.add(originals.remove());
            } else if (streams) {
                steps.push(new ValueStep(tag, stored.vr(), stored.length(), stored.stream(), false));
            } else if (!record.isAdded(tag)) {
                due.add(stored.element());
            }
            putBefore(due.iterator());
            return false;
        };
    }

    /** SOP Instance UID (0008,0018) is among the first elements: next to nothing is given out of an object that is another one. */
    private void check(DataSetReader.Event event, DataSetReader stored) throws IOException {
        boolean isElement = event == DataSetReader.Event.ELEMENT;
        if (checked || isElement && Integer.compareUnsigned(stored.element().tag(), Tag.SOPInstanceUID) < 0) {
            return;
        }
        DataSet uid = new DataSet();
        if (isElement) {
            uid.put(stored.element());
        }
        if (!sopInstanceUid.equals(uid.string(Tag.SOPInstanceUID))) {
            throw new IOException("the object is not the instance " + sopInstanceUid);
        }
        checked = true;
    }

    private void putBefore(Iterator<Element> elements) {
        steps.push(() -> {
            if (!elements.hasNext()) {
                return true;
            }
            begin(elements.next());
            return false;
        });
    }

    /** Writes an element, or begins it and puts the rest of it before everything else. */
    private void begin(Element element) throws IOException {
        if (element.value() instanceof Value.Items items) {
            writer.beginSequence(element.tag());
            Iterator<DataSet> rest = items.items().iterator();
            steps.push(() -> {
                if (!rest.hasNext()) {
                    writer.endSequence();
                    return true;
                }
                writer.beginItem();
                steps.push(() -> {
                    writer.endItem();
                    return true;
                });
                putBefore(rest.next().elements().iterator());
                return false;
            });
        } else if (element.value() instanceof Value.Bulk bulk) {
            steps.push(new ValueStep(element.tag(), element.vr(), bulk.length(), bulk.open(), true));
        } else {
            writer.write(element);
        }
    }

    /** A value that flows. */
    private final class ValueStep implements Step {

        private final int tag;
        private final VR vr;
        private final long length;
        private final InputStream in;
        private final boolean own;
        private long copied;
        private boolean begun;

        /** @param own whether the stream is closed with the step */
        ValueStep(int tag, VR vr, long length, InputStream in, boolean own) {
            this.tag = tag;
            this.vr = vr;
            this.length = length;
            this.in = in;
            this.own = own;
        }

        @Override
        public boolean go() throws IOException {
            if (!begun) {
                begun = true;
                writer.beginValue(tag, vr, length);
            }
            if (chunk.length == 0) {
                chunk = new byte[CHUNK];
            }
            int n = in.read(chunk, 0, chunk.length);
            if (n < 0) {
                writer.endValue(tag, vr, length, copied);
                return true;
            }
            writer.value(chunk, 0, n);
            copied += n;
            return false;
        }

        /** Reads on, once its header was read. @return less than 0 = at its end, or this is not the way */
        int read(byte[] to, int offset, int room) throws IOException {
            if (!begun || writer.isCompressing()) {
                return -1;
            }
            int n = in.read(to, offset, room);
            copied += Math.max(n, 0);
            return n;
        }

        @Override
        public void close() throws IOException {
            if (own) {
                in.close();
            }
        }
    }

    /** Goes on until there is something to read. @return false at the end */
    private boolean fill() throws IOException {
        while (written.isEmpty() && !finished) {
            Step step = steps.peek();
            if (step == null) {
                writer.finish();
                finished = true;
            } else if (step.go()) {
                // One that has ended has put nothing before itself.
                steps.pop();
                step.close();
            }
        }
        return !written.isEmpty();
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
        if (written.isEmpty() && steps.peek() instanceof ValueStep value) {
            int n = value.read(to, offset, length);
            if (n > 0) {
                return n;
            }
        }
        return fill() ? written.take(to, offset, length) : -1;
    }

    @Override
    public void close() throws IOException {
        IOException failed = null;
        for (Step step : steps) {
            failed = closed(step::close, failed);
        }
        steps.clear();
        finished = true;
        for (Closeable source : sources) {
            failed = closed(source, failed);
        }
        if (failed != null) {
            throw failed;
        }
    }

    private static @Nullable IOException closed(Closeable one, @Nullable IOException before) {
        try {
            one.close();
            return before;
        } catch (IOException e) {
            return before == null ? e : before;
        }
    }
}
