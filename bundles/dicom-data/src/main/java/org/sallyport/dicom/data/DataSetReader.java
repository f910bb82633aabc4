package org.sallyport.dicom.data;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DicomDataException.Reason;
import org.sallyport.dicom.data.internal.ByteOrders;
import org.sallyport.dicom.data.internal.ByteSource;
import org.sallyport.dicom.data.internal.EncapsulatedStream;
import org.sallyport.dicom.data.internal.InflatingStream;
import org.sallyport.dicom.data.internal.NativeValueStream;

/**
 * Reads an encoded data set (PS3.5 7) element by element. Pull: {@link #next()} gives top-level elements in the order they come, sequences
 * complete; Pixel Data, Float and Double Float Pixel Data at top level come as {@link Event#STREAM}. Owned by one thread; does not close the
 * stream that it reads.
 *
 * <p>Tolerated: odd lengths, elements out of order (but none twice), group lengths (passed over), undefined lengths of sequences in UN (read
 * as implicit VR little endian, CP-246), tags of the dictionary with VR UN (given their own). Everything else that PS3.5 forbids is a
 * {@link DicomDataException}. No memory is taken by a length that was only declared.
 */
public final class DataSetReader {

    /** What {@link #next()} found. */
    public enum Event {
        /** {@link #element()} is complete. */
        ELEMENT,
        /** {@link #stream()} is to be read; what is left of it is passed over by the next call. */
        STREAM,
        /** No more. */
        END
    }

    private static final long UNDEFINED = 0xFFFFFFFFL;
    /** What an element or item weighs in memory beside its value. */
    private static final int OVERHEAD = 64;

    private final ByteSource source;
    private final boolean explicitVr;
    private final Limits limits;
    private final BulkStore bulkStore;

    private final DataSet context;
    private int[] seen = new int[64];
    private int seenCount;
    private long inMemory;
    private int elementCount;
    private boolean streamed;

    private @Nullable Element element;
    private @Nullable InputStream stream;
    private int tag;
    private VR vr = VR.UN;
    private long length;

    public DataSetReader(InputStream in, TransferSyntax syntax, Limits limits, BulkStore bulkStore) {
        this.source = new ByteSource(syntax.deflated() ? new InflatingStream(in) : in);
        this.source.setBigEndian(syntax.bigEndian());
        this.explicitVr = syntax.explicitVr();
        this.limits = limits;
        this.bulkStore = bulkStore;
        this.context = new DataSet();
    }

    /** Reads the bytes of an unknown element on the account of the reader that found it. */
    private DataSetReader(byte[] unknown, DataSetReader outer) {
        this.source = new ByteSource(new ByteArrayInputStream(unknown));
        this.explicitVr = false;
        this.limits = outer.limits;
        this.bulkStore = outer.bulkStore;
        this.context = outer.context;
        this.elementCount = outer.elementCount;
        this.inMemory = outer.inMemory;
    }

    /** Reads a whole data set into memory, pixel data too, within the limits. */
    public static DataSet readAll(InputStream in, TransferSyntax syntax, Limits limits) throws IOException {
        return new DataSetReader(in, syntax, limits, BulkStore.REFUSE).readAll();
    }

    /** Reads what is left into memory, pixel data too, within the limits. */
    public DataSet readAll() throws IOException {
        DataSet all = new DataSet();
        for (Event event = next(); event != Event.END; event = next()) {
            if (event == Event.ELEMENT) {
                all.put(element());
            } else if (length < 0) {
                all.put(new Element(tag, vr, readFragments(tag)));
            } else {
                all.put(new Element(tag, vr, readValue(tag, vr, length)));
                stream = null;
            }
        }
        return all;
    }

    /** The next element. */
    public Event next() throws IOException {
        drain();
        element = null;
        while (true) {
            if (source.atEnd()) {
                return Event.END;
            }
            readHeader(explicitVr, context);
            if (Tag.group(tag) == 0xFFFE) {
                throw malformed("outside a sequence");
            }
            if (Tag.group(tag) == 0x0000 || Tag.group(tag) == 0x0002) {
                throw malformed("no command or file meta element belongs here");
            }
            if (Tag.isGroupLength(tag)) {
                passOver();
                continue;
            }
            checkOrder();
            if (isStreamed(tag)) {
                beginStream();
                return Event.STREAM;
            }
            Element read = readElement(Long.MAX_VALUE, explicitVr, context, 1);
            remember(read);
            element = read;
            // The header read last may be one of a nested item.
            tag = read.tag();
            vr = read.vr();
            return Event.ELEMENT;
        }
    }

    private static boolean isStreamed(int tag) {
        return tag == Tag.PixelData || tag == Tag.FloatPixelData || tag == Tag.DoubleFloatPixelData;
    }

    private void beginStream() throws IOException {
        streamed = true;
        if (length == UNDEFINED) {
            if (source.isBigEndian() || tag != Tag.PixelData || vr != VR.OB && vr != VR.OW) {
                throw malformed("undefined length of a native value");
            }
            vr = VR.OB;
            length = -1;
            stream = new EncapsulatedStream(source);
        } else {
            stream = new NativeValueStream(source, length, vr.unit());
        }
    }

    /** The element that {@link Event#ELEMENT} announced. */
    public Element element() {
        if (element == null) {
            throw new IllegalStateException("the last event was no ELEMENT");
        }
        return element;
    }

    /** Tag of the element that {@link #next()} found. */
    public int tag() {
        return tag;
    }

    /** Value representation of the element that {@link #next()} found. */
    public VR vr() {
        return vr;
    }

    /** Bytes of the stream's value; -1 = encapsulated, length not known. */
    public long length() {
        return length;
    }

    /**
     * The value that {@link Event#STREAM} announced: native in little endian order, or encapsulated as it is encoded, with item headers and the
     * Sequence Delimitation Item.
     */
    public InputStream stream() {
        if (stream == null) {
            throw new IllegalStateException("the last event was no STREAM");
        }
        return stream;
    }

    /** Bytes of the (inflated) encoding consumed so far. */
    public long position() {
        return source.position();
    }

    private void drain() throws IOException {
        if (stream != null) {
            stream.transferTo(OutputStream.nullOutputStream());
            stream = null;
        }
    }

    /** Tag, value representation and length (PS3.5 7.1.2, 7.1.3). */
    private void readHeader(boolean explicit, DataSet enclosing) throws IOException {
        tag = source.tag();
        if (Tag.group(tag) == 0xFFFE) {
            vr = VR.UN;
            length = source.u32();
            return;
        }
        if (!explicit) {
            length = source.u32();
            vr = implicitVr(tag, length, enclosing);
            return;
        }
        source.need(2);
        int a = source.peek(0);
        int b = source.peek(1);
        VR named = VR.ofCode(a, b);
        if (named == null && !VR.isCode(a, b)) {
            throw malformed(String.format("no value representation: bytes %02X %02X", a, b));
        }
        source.skip(2);
        // Representations that come later have the long form (PS3.5 7.1.2); they are kept as UN.
        vr = named == null ? VR.UN : named;
        if (vr.hasLongLength()) {
            source.skip(2);
            length = source.u32();
        } else {
            length = source.u16();
        }
    }

    private VR implicitVr(int tag, long length, DataSet enclosing) {
        if (Dictionary.isUsOrSs(tag)) {
            return pixelRepresentation(enclosing) == 1 ? VR.SS : VR.US;
        }
        VR known = Dictionary.vrOf(tag);
        return known == VR.UN && length == UNDEFINED ? VR.SQ : known;
    }

    private int pixelRepresentation(DataSet enclosing) {
        int own = enclosing.intValue(Tag.PixelRepresentation, -1);
        return own >= 0 ? own : context.intValue(Tag.PixelRepresentation, 0);
    }

    /**
     * The rest of an element whose header was just read.
     *
     * @param end where the enclosing item of defined length ends
     */
    private Element readElement(long end, boolean explicit, DataSet enclosing, int depth) throws IOException {
        int ownTag = tag;
        VR ownVr = vr;
        long ownLength = length;
        count(ownTag);
        if (ownLength != UNDEFINED && ownLength > end - source.position()) {
            throw malformed("length " + ownLength + " reaches beyond its item");
        }
        if (ownVr == VR.SQ || ownVr == VR.UN && ownLength == UNDEFINED) {
            // UN of undefined length is a sequence in implicit VR little endian, whatever surrounds it (CP-246, PS3.5
            // 6.2.2).
            boolean itemsExplicit = ownVr == VR.SQ && explicit;
            return readSequence(ownTag, ownLength, end, itemsExplicit, enclosing, depth);
        }
        if (ownLength == UNDEFINED) {
            if ((ownVr == VR.OB || ownVr == VR.OW) && !source.isBigEndian()) {
                return new Element(ownTag, VR.OB, readFragments(ownTag));
            }
            throw malformed(ownVr + " of undefined length");
        }
        Value value = readValue(ownTag, ownVr, ownLength);
        if (ownVr == VR.UN && explicit && value instanceof Value.Bytes bytes) {
            return retype(ownTag, bytes.bytes(), enclosing, depth);
        }
        return new Element(ownTag, ownVr, value);
    }

    /** A tag that the dictionary knows, sent as UN: its bytes are implicit VR little endian (PS3.5 6.2.2). What does not fit stays UN. */
    private Element retype(int unknownTag, byte[] bytes, DataSet enclosing, int depth) throws IOException {
        VR known = implicitVr(unknownTag, bytes.length, enclosing);
        if (known == VR.UN) {
            return Element.of(unknownTag, VR.UN, bytes);
        }
        if (known != VR.SQ) {
            return bytes.length % known.unit() == 0
                    ? Element.of(unknownTag, known, bytes)
                    : Element.of(unknownTag, VR.UN, bytes);
        }
        try {
            DataSetReader nested = new DataSetReader(bytes, this);
            Element sequence = nested.readSequence(unknownTag, bytes.length, bytes.length, false, enclosing, depth);
            elementCount = nested.elementCount;
            // The bytes are let go.
            inMemory = nested.inMemory - bytes.length;
            return sequence;
        } catch (DicomDataException e) {
            if (e.reason() == Reason.LIMIT) {
                throw e;
            }
            return Element.of(unknownTag, VR.UN, bytes);
        }
    }

    private Element readSequence(
            int sequenceTag, long sequenceLength, long end, boolean explicit, DataSet enclosing, int depth)
            throws IOException {
        if (depth > limits.maxDepth()) {
            throw limit("sequences nested deeper than " + limits.maxDepth() + " at " + Tag.format(sequenceTag));
        }
        boolean bigEndian = source.isBigEndian();
        if (!explicit) {
            source.setBigEndian(false);
        }
        long sequenceEnd = sequenceLength == UNDEFINED ? end : source.position() + sequenceLength;
        List<DataSet> items = new ArrayList<>(2);
        while (sequenceLength == UNDEFINED || source.position() < sequenceEnd) {
            tag = source.tag();
            length = source.u32();
            if (tag == Tag.SequenceDelimitationItem && sequenceLength == UNDEFINED) {
                break;
            }
            if (tag != Tag.Item) {
                throw malformed("where an item of " + Tag.format(sequenceTag) + " should begin");
            }
            if (length != UNDEFINED && length > sequenceEnd - source.position()) {
                throw malformed("item longer than its sequence " + Tag.format(sequenceTag));
            }
            count(sequenceTag);
            items.add(readItem(sequenceTag, length, sequenceEnd, explicit, enclosing, depth + 1));
        }
        if (sequenceLength != UNDEFINED) {
            checkEnd(sequenceEnd, sequenceTag);
        }
        source.setBigEndian(bigEndian);
        return Element.sequence(sequenceTag, items);
    }

    private DataSet readItem(int sequenceTag, long itemLength, long end, boolean explicit, DataSet enclosing, int depth)
            throws IOException {
        DataSet item = new DataSet();
        item.inherit(enclosing.characterSet());
        long itemEnd = itemLength == UNDEFINED ? end : source.position() + itemLength;
        while (itemLength == UNDEFINED || source.position() < itemEnd) {
            readHeader(explicit, item);
            if (tag == Tag.ItemDelimitationItem && itemLength == UNDEFINED) {
                break;
            }
            if (Tag.group(tag) == 0xFFFE || Tag.group(tag) == 0x0000) {
                throw malformed("inside an item");
            }
            if (Tag.isGroupLength(tag)) {
                passOver();
                continue;
            }
            if (item.contains(tag)) {
                throw new DicomDataException(
                        Reason.OUT_OF_ORDER, Tag.format(tag) + " stands twice in an item" + where());
            }
            item.put(readElement(itemEnd, explicit, item, depth));
        }
        if (itemLength != UNDEFINED) {
            checkEnd(itemEnd, sequenceTag);
        }
        return item;
    }

    /** What has a length ends there: no header or delimiter of its content lies beyond. */
    private void checkEnd(long end, int sequenceTag) throws DicomDataException {
        if (source.position() != end) {
            throw new DicomDataException(
                    Reason.MALFORMED,
                    Tag.format(sequenceTag) + ": content reaches beyond the length of the sequence or item" + where());
        }
    }

    private Value readValue(int ownTag, VR ownVr, long ownLength) throws IOException {
        if (ownLength > limits.maxValueInMemory()) {
            if (bulkStore == BulkStore.REFUSE) {
                throw tooLong(ownTag, ownLength);
            }
            NativeValueStream value = new NativeValueStream(source, ownLength, ownVr.unit());
            Value.Bulk bulk = bulkStore.store(ownTag, ownVr, ownLength, value);
            if (value.left() != 0) {
                throw new IllegalStateException(
                        "the bulk store left " + value.left() + " bytes of " + Tag.format(ownTag));
            }
            return bulk;
        }
        takeMemory(ownTag, ownLength);
        byte[] bytes = source.bytes((int) ownLength);
        if (source.isBigEndian()) {
            ByteOrders.swap(bytes, 0, bytes.length, ownVr.unit());
        }
        return new Value.Bytes(bytes);
    }

    private Value.Fragments readFragments(int ownTag) throws IOException {
        List<byte[]> fragments = new ArrayList<>();
        while (true) {
            int itemTag = source.tag();
            long itemLength = source.u32();
            if (itemTag == Tag.SequenceDelimitationItem) {
                stream = null;
                return new Value.Fragments(fragments);
            }
            if (itemTag != Tag.Item || itemLength == UNDEFINED) {
                throw malformed("where a fragment should begin");
            }
            if (itemLength > limits.maxValueInMemory()) {
                throw tooLong(ownTag, itemLength);
            }
            takeMemory(ownTag, itemLength + OVERHEAD);
            fragments.add(source.bytes((int) itemLength));
        }
    }

    private void passOver() throws IOException {
        if (length == UNDEFINED || length > 1024) {
            throw malformed("group length of " + length + " bytes");
        }
        source.skip((int) length);
    }

    /** Keeps what later elements depend on: character set, Pixel Representation. */
    private void remember(Element read) {
        if (read.tag() == Tag.SpecificCharacterSet || read.tag() == Tag.PixelRepresentation) {
            context.put(read);
        }
    }

    private void checkOrder() throws IOException {
        boolean ascending = seenCount == 0 || Integer.compareUnsigned(tag, seen[seenCount - 1]) > 0;
        if (!ascending) {
            if (streamed) {
                throw new DicomDataException(
                        Reason.OUT_OF_ORDER, Tag.format(tag) + " stands after pixel data" + where());
            }
            // seen is sorted: insert, or find it there.
            int at = search(tag);
            if (at >= 0) {
                throw new DicomDataException(Reason.OUT_OF_ORDER, Tag.format(tag) + " stands twice" + where());
            }
            insert(-at - 1);
        } else {
            insert(seenCount);
        }
    }

    private int search(int wanted) {
        int low = 0;
        int high = seenCount - 1;
        while (low <= high) {
            int mid = low + high >>> 1;
            int order = Integer.compareUnsigned(seen[mid], wanted);
            if (order == 0) {
                return mid;
            }
            if (order < 0) {
                low = mid + 1;
            } else {
                high = mid - 1;
            }
        }
        return -low - 1;
    }

    private void insert(int at) {
        if (seenCount == seen.length) {
            seen = Arrays.copyOf(seen, seenCount * 2);
        }
        System.arraycopy(seen, at, seen, at + 1, seenCount - at);
        seen[at] = tag;
        seenCount++;
    }

    private void count(int ownTag) throws IOException {
        if (++elementCount > limits.maxElements()) {
            throw limit("more than " + limits.maxElements() + " elements at " + Tag.format(ownTag));
        }
        takeMemory(ownTag, OVERHEAD);
    }

    private void takeMemory(int ownTag, long bytes) throws IOException {
        inMemory += bytes;
        if (inMemory > limits.maxTotalInMemory()) {
            throw limit("values of more than " + limits.maxTotalInMemory() + " bytes at " + Tag.format(ownTag));
        }
    }

    private DicomDataException tooLong(int ownTag, long bytes) {
        return limit(Tag.format(ownTag) + ": a value of " + bytes + " bytes, of more than " + limits.maxValueInMemory()
                + " none is held in memory");
    }

    private DicomDataException malformed(String what) {
        return new DicomDataException(Reason.MALFORMED, Tag.format(tag) + ": " + what + where());
    }

    private DicomDataException limit(String what) {
        return new DicomDataException(Reason.LIMIT, what + where());
    }

    private String where() {
        return ", byte " + source.position();
    }
}
