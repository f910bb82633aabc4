package org.sallyport.dicom.image;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetReader.Event;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.internal.PieceStream;
import org.sallyport.dicom.image.internal.Rle;

/**
 * Changes the transfer syntax of an instance while it flows: memory holds the elements before the pixel data, within {@link Limits}, and one
 * frame. Immutable; may be used by several threads at a time.
 *
 * <p>The pixels stay as they are, but for the colours of lossy JPEG: these become RGB. Photometric Interpretation, Planar Configuration and
 * the bits are set to what is written (PS3.5 8.2, PS3.3 C.7.6.3.1), as are Lossy Image Compression and its method where a lossy frame lacks
 * them (PS3.3 C.7.6.1.1.5). Icons in sequences are decoded too. The SOP Instance UID stays, as nothing is lost here. Digital signatures over
 * changed attributes stay, and no longer fit.
 */
public final class Transcoder {

    private static final TransferSyntax RLE_LOSSLESS =
            TransferSyntax.of("1.2.840.10008.1.2.5").orElseThrow();
    private static final long LONGEST_VALUE = 0xFFFFFFFEL;

    private final Limits limits;
    private final PixelLimits pixelLimits;
    private final BulkStore bulkStore;

    /**
     * @param limits of the elements
     * @param pixelLimits of a frame
     * @param bulkStore takes values other than pixel data that are too long for memory, {@link BulkStore#REFUSE} = none
     */
    public Transcoder(Limits limits, PixelLimits pixelLimits, BulkStore bulkStore) {
        this.limits = limits;
        this.pixelLimits = pixelLimits;
        this.bulkStore = bulkStore;
    }

    /** Whether pixel data of this syntax can be decoded. Single objects may still be refused, with {@link Reason#UNSUPPORTED}. */
    public static boolean canDecode(TransferSyntax syntax) {
        return FrameReader.canDecode(syntax);
    }

    /** Whether objects can be written in this syntax: the native ones but big endian, and RLE Lossless. */
    public static boolean canEncode(TransferSyntax syntax) {
        return syntax.equals(RLE_LOSSLESS) || !syntax.encapsulated() && !syntax.bigEndian();
    }

    /** Whether objects can be brought from one syntax to another. */
    public static boolean canTranscode(TransferSyntax from, TransferSyntax to) {
        return from.equals(to) && !to.bigEndian() || canDecode(from) && canEncode(to);
    }

    /**
     * Reads a data set and writes it in another syntax, without meta information. Nothing is written before the first frame has been decoded.
     *
     * @param in ends with the data set; not closed
     * @param out not closed, but flushed
     * @throws ImageException for pixel data that cannot be decoded, {@link org.sallyport.dicom.data.DicomDataException} for a data set that
     *     cannot be read: what was written until then is no whole object
     */
    public void dataSet(InputStream in, TransferSyntax from, TransferSyntax to, OutputStream out) throws IOException {
        new Run(new DataSetReader(in, from, limits, bulkStore), null, from, to, out).run();
    }

    /**
     * Reads a Part 10 file (PS3.10 7.1) and writes one in another syntax. The meta information is written anew with this project's implementation;
     * the Source Application Entity Title is kept. Otherwise as {@link #dataSet}.
     */
    public void part10(InputStream in, TransferSyntax to, OutputStream out) throws IOException {
        Part10Reader file = Part10Reader.open(in, limits, bulkStore);
        new Run(file.dataSet(), file.meta(), file.transferSyntax(), to, out).run();
    }

    /** One object. Owned by one thread. */
    private final class Run {

        private final DataSetReader reader;
        private final @Nullable FileMetaInformation meta;
        private final TransferSyntax from;
        private final TransferSyntax to;
        private final OutputStream out;
        private final DataSetWriter writer;
        private final DataSet head = new DataSet();
        private boolean headWritten;

        Run(
                DataSetReader reader,
                @Nullable FileMetaInformation meta,
                TransferSyntax from,
                TransferSyntax to,
                OutputStream out)
                throws IOException {
            if (!canTranscode(from, to)) {
                throw new ImageException(
                        Reason.UNSUPPORTED, "there is no way from transfer syntax " + from + " to " + to);
            }
            this.reader = reader;
            this.meta = meta;
            this.from = from;
            this.to = to;
            this.out = out;
            this.writer = new DataSetWriter(out, to);
        }

        void run() throws IOException {
            for (Event event = reader.next(); event != Event.END; event = reader.next()) {
                if (event == Event.STREAM) {
                    pixelData();
                } else if (headWritten) {
                    writer.write(withNativeIcons(reader.element()));
                } else {
                    head.put(withNativeIcons(reader.element()));
                }
            }
            writeHead();
            writer.finish();
        }

        private void writeHead() throws IOException {
            if (headWritten) {
                return;
            }
            headWritten = true;
            if (meta != null) {
                new FileMetaInformation(
                                orOf(meta.mediaStorageSopClassUid(), Tag.SOPClassUID),
                                orOf(meta.mediaStorageSopInstanceUid(), Tag.SOPInstanceUID),
                                to.uid(),
                                Uids.IMPLEMENTATION_CLASS,
                                Uids.IMPLEMENTATION_VERSION,
                                meta.sourceAet())
                        .write(out);
            }
            writer.write(head);
        }

        private String orOf(String value, int tag) {
            String own = value.isEmpty() ? head.string(tag) : value;
            return own == null ? "" : own;
        }

        private void pixelData() throws IOException {
            boolean bothNative = reader.length() >= 0 && !to.encapsulated();
            if (from.equals(to) || bothNative || reader.tag() != Tag.PixelData) {
                writeHead();
                writer.stream(reader.tag(), reader.vr(), reader.length(), reader.stream());
                return;
            }
            if (headWritten) {
                throw new ImageException(
                        Reason.MALFORMED, "(7FE0,0010) stands beside pixel data of another kind (PS3.3 C.7.6.3)");
            }
            FrameReader frames = FrameReader.of(reader, head, from, pixelLimits);
            ImagePixel image = frames.image();
            PixelFilter.describe(frames, head);
            if (to.encapsulated()) {
                Rle.check(image);
                writeHead();
                writer.stream(Tag.PixelData, VR.OB, -1, new PieceStream(new RleItems(frames)));
                return;
            }
            long length = (long) image.frames() * image.frameBytes();
            if (length > LONGEST_VALUE) {
                throw new ImageException(
                        Reason.LIMIT,
                        image.frames() + " frames of " + image.frameBytes() + " bytes do not fit into a native value");
            }
            writeHead();
            writer.stream(Tag.PixelData, vrOf(image), length, new PieceStream(frames::next));
        }

        private static VR vrOf(ImagePixel image) {
            return image.bitsAllocated() > 8 ? VR.OW : VR.OB;
        }

        /** Pixel data in sequences, such as icons, decoded: what is not native belongs to the syntax that it came in. */
        private Element withNativeIcons(Element element) throws IOException {
            if (!from.encapsulated() || from.equals(to)) {
                return element;
            }
            if (element.value() instanceof Value.Fragments) {
                throw new ImageException(
                        Reason.UNSUPPORTED, Tag.format(element.tag()) + " is encapsulated and no Pixel Data");
            }
            for (DataSet item : element.items()) {
                for (Element inner : item.elements()) {
                    if (inner.tag() == Tag.PixelData && inner.value() instanceof Value.Fragments) {
                        decodeIcon(item, inner);
                    } else {
                        withNativeIcons(inner);
                    }
                }
            }
            return element;
        }

        private void decodeIcon(DataSet item, Element pixelData) throws IOException {
            FrameReader frames = FrameReader.of(pixelData, item, from, pixelLimits);
            if (frames.image().frames() != 1) {
                throw new ImageException(Reason.UNSUPPORTED, "an icon of more than one frame");
            }
            byte[] frame = frames.next();
            frames.image().describe(item);
            item.put(Element.of(Tag.PixelData, vrOf(frames.image()), frame == null ? new byte[0] : frame));
        }
    }

    /** Encapsulated RLE frames (PS3.5 A.4.2): an empty Basic Offset Table, one fragment for each frame, the delimiter. Owned by one thread. */
    private static final class RleItems implements PieceStream.Pieces {

        private final FrameReader frames;
        private byte @Nullable [] pending = FrameReader.itemHeader(Tag.Item, 0);
        private boolean ended;

        RleItems(FrameReader frames) {
            this.frames = frames;
        }

        @Override
        public byte @Nullable [] next() throws IOException {
            byte[] piece = pending;
            if (piece != null) {
                pending = null;
                return piece;
            }
            byte[] frame = frames.next();
            if (frame != null) {
                pending = Rle.encode(frame, frames.image());
                return FrameReader.itemHeader(Tag.Item, pending.length);
            }
            if (ended) {
                return null;
            }
            ended = true;
            return FrameReader.itemHeader(Tag.SequenceDelimitationItem, 0);
        }
    }
}
