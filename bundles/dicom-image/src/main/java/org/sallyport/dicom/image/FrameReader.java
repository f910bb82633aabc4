package org.sallyport.dicom.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Value;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.internal.Codec;
import org.sallyport.dicom.image.internal.EncapsulatedFrames;
import org.sallyport.dicom.image.internal.Frame;
import org.sallyport.dicom.image.internal.Native;

/**
 * The decoded frames of Pixel Data, one in memory at a time: little endian, by pixel, chrominance not subsampled. Owned by one thread; closes
 * nothing.
 */
public final class FrameReader {

    private interface Source {

        /** The next frame; called once for each. */
        Frame next() throws IOException;
    }

    private final Source source;
    private final int frames;
    private final ImagePixel image;
    private final boolean lossy;
    private @Nullable Frame first;
    private int read;

    private FrameReader(Source source, int frames) throws IOException {
        this.source = source;
        this.frames = frames;
        Frame frame = source.next();
        this.first = frame;
        this.image = frame.image();
        this.lossy = frame.lossy();
    }

    /** Whether frames of this transfer syntax can be read: every native one, and the encapsulated ones with a codec here. */
    public static boolean canDecode(TransferSyntax syntax) {
        return !syntax.encapsulated() || Codec.of(syntax) != null;
    }

    /**
     * Begins where a reader announced Pixel Data as {@link DataSetReader.Event#STREAM}. Decodes the first frame, so that {@link #image()} is known.
     *
     * @param dataSet the elements that came before
     * @param syntax of the data set
     * @throws ImageException if the attributes or the first frame cannot be read, or are beyond the limits
     */
    public static FrameReader of(DataSetReader reader, DataSet dataSet, TransferSyntax syntax, PixelLimits limits)
            throws IOException {
        if (reader.tag() != Tag.PixelData) {
            throw new ImageException(Reason.UNSUPPORTED, Tag.format(reader.tag()) + " has no frames of whole numbers");
        }
        return of(reader.stream(), reader.length(), dataSet, syntax, limits);
    }

    /**
     * The same for the value of Pixel Data from elsewhere.
     *
     * @param in native in little endian order, or encapsulated with item headers and the Sequence Delimitation Item; not closed
     * @param length in bytes; -1 = encapsulated
     */
    public static FrameReader of(
            InputStream in, long length, DataSet dataSet, TransferSyntax syntax, PixelLimits limits)
            throws IOException {
        ImagePixel image = ImagePixel.of(dataSet, limits);
        return length >= 0 ? ofNative(in, length, image) : ofEncapsulated(in, dataSet, image, syntax, limits);
    }

    /** The frames of Pixel Data held in memory, as that of icons in a sequence (PS3.3 C.7.6.1.1.6) is. */
    static FrameReader of(Element pixelData, DataSet item, TransferSyntax syntax, PixelLimits limits)
            throws IOException {
        ImagePixel image = ImagePixel.of(item, limits);
        if (pixelData.value() instanceof Value.Fragments fragments) {
            return ofEncapsulated(new ByteArrayInputStream(items(fragments)), item, image, syntax, limits);
        }
        byte[] bytes = pixelData.bytes();
        return ofNative(new ByteArrayInputStream(bytes), bytes.length, image);
    }

    private static byte[] items(Value.Fragments fragments) {
        ByteArrayOutputStream items = new ByteArrayOutputStream();
        for (byte[] fragment : fragments.fragments()) {
            items.writeBytes(itemHeader(Tag.Item, fragment.length));
            items.writeBytes(fragment);
        }
        items.writeBytes(itemHeader(Tag.SequenceDelimitationItem, 0));
        return items.toByteArray();
    }

    /** Tag and length of an item (PS3.5 7.5). */
    static byte[] itemHeader(int tag, int length) {
        return new byte[] {
            (byte) (tag >>> 16),
            (byte) (tag >>> 24),
            (byte) tag,
            (byte) (tag >>> 8),
            (byte) length,
            (byte) (length >>> 8),
            (byte) (length >>> 16),
            (byte) (length >>> 24)
        };
    }

    private static FrameReader ofEncapsulated(
            InputStream in, DataSet dataSet, ImagePixel image, TransferSyntax syntax, PixelLimits limits)
            throws IOException {
        Codec codec = Codec.of(syntax);
        if (codec == null) {
            throw new ImageException(
                    Reason.UNSUPPORTED,
                    "transfer syntax " + syntax + " cannot be decoded; it can only be passed on as it is");
        }
        Element extended = dataSet.get(Tag.ExtendedOffsetTable);
        EncapsulatedFrames encoded = new EncapsulatedFrames(
                in, codec, image.frames(), extended == null ? null : extended.bytes(), limits.maxEncodedBytes());
        return new FrameReader(
                () -> {
                    encoded.next();
                    return codec.decode(encoded.buffer(), encoded.length(), image);
                },
                image.frames());
    }

    private static FrameReader ofNative(InputStream in, long length, ImagePixel image) throws IOException {
        Native.check(image, length);
        return new FrameReader(
                () -> {
                    byte[] frame = in.readNBytes(image.frameBytes());
                    if (frame.length < image.frameBytes()) {
                        throw new ImageException(Reason.TRUNCATED, "pixel data ends inside a frame");
                    }
                    return Native.frame(frame, image);
                },
                image.frames());
    }

    /** What the decoded frames are, all alike: may differ from the data set's attributes in photometric interpretation, planar configuration, bits. */
    public ImagePixel image() {
        return image;
    }

    /** Whether the encoding had lost something (PS3.3 C.7.6.1.1.5). */
    public boolean lossy() {
        return lossy;
    }

    /**
     * The next frame, {@link ImagePixel#frameBytes()} bytes, which are the caller's; null after the last.
     *
     * @throws ImageException if the frame cannot be decoded, or is of another kind than the first
     */
    public byte @Nullable [] next() throws IOException {
        if (read == frames) {
            return null;
        }
        Frame frame = first == null ? source.next() : first;
        first = null;
        read++;
        if (!frame.image().equals(image)) {
            throw new ImageException(
                    Reason.UNSUPPORTED, "frame " + read + " decodes to other samples than the first frame");
        }
        return frame.samples();
    }
}
