package org.sallyport.dicom.image;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.internal.Blank;
import org.sallyport.dicom.image.internal.Native;
import org.sallyport.dicom.image.internal.PieceStream;

/**
 * Changes pixels while they flow: native ones in place, encapsulated ones decoded, a frame in memory at a time. What comes out is native. Owned by
 * one thread; closes nothing.
 */
public final class PixelFilter {

    private static final long LONGEST_VALUE = 0xFFFFFFFEL;

    /** What is done to a frame. */
    @FunctionalInterface
    public interface Change {

        /**
         * @param frame from 0
         * @param samples {@link ImagePixel#frameBytes()} bytes, little endian, by pixel; may be changed
         * @return as many bytes; may be the same array
         */
        byte[] apply(int frame, byte[] samples) throws IOException;
    }

    private final VR vr;
    private final long length;
    private final InputStream stream;
    private final @Nullable FrameReader decoded;

    private PixelFilter(VR vr, long length, InputStream stream, @Nullable FrameReader decoded) {
        this.vr = vr;
        this.length = length;
        this.stream = stream;
        this.decoded = decoded;
    }

    /**
     * Blanks the same regions in all frames: black, or the lowest value.
     *
     * @param in the value of Pixel Data as {@link org.sallyport.dicom.data.DataSetReader#stream} gives it
     * @param vr of native pixel data
     * @param length in bytes; -1 = encapsulated
     * @param dataSet the elements that came before
     * @throws ImageException if that cannot be done, or no region lies in the image: before anything was let through
     */
    public static PixelFilter blanking(
            InputStream in,
            VR vr,
            long length,
            DataSet dataSet,
            TransferSyntax syntax,
            List<Region> regions,
            PixelLimits limits)
            throws IOException {
        if (length < 0) {
            return changing(in, length, dataSet, syntax, regions, (frame, samples) -> samples, limits);
        }
        ImagePixel image = ImagePixel.of(dataSet, limits);
        requireTouched(regions, image);
        Blank blank = new Blank(image, regions);
        if (!image.isSubsampled() || image.samplesPerPixel() == 1) {
            Native.check(image, length);
        } else if (length < blank.frameBytes() * image.frames()) {
            throw new ImageException(
                    Reason.TRUNCATED, "pixel data of " + length + " bytes where the attributes tell of more");
        }
        return new PixelFilter(vr, length, new BlankingStream(in, blank), null);
    }

    private static void requireTouched(List<Region> regions, ImagePixel image) throws ImageException {
        if (regions.stream().noneMatch(region -> region.touches(image))) {
            throw new ImageException(
                    Reason.MALFORMED,
                    "the regions to be blanked lie outside of an image of " + image.columns() + " × " + image.rows());
        }
    }

    /**
     * Decodes every frame, blanks regions of it, and hands it to a change.
     *
     * @param in as with {@link #blanking}
     * @param regions may be empty
     */
    public static PixelFilter changing(
            InputStream in,
            long length,
            DataSet dataSet,
            TransferSyntax syntax,
            List<Region> regions,
            Change change,
            PixelLimits limits)
            throws IOException {
        FrameReader frames = FrameReader.of(in, length, dataSet, syntax, limits);
        ImagePixel image = frames.image();
        if (!regions.isEmpty()) {
            requireTouched(regions, image);
        }
        Blank blank = new Blank(image.withFrames(1), regions);
        long changed = (long) image.frames() * image.frameBytes();
        if (changed > LONGEST_VALUE) {
            throw new ImageException(
                    Reason.LIMIT,
                    image.frames() + " frames of " + image.frameBytes() + " bytes do not fit into a native value");
        }
        int[] number = {0};
        PieceStream stream = new PieceStream(() -> {
            byte[] samples = frames.next();
            if (samples == null) {
                return null;
            }
            blank.apply(samples, 0, samples.length, 0);
            return change.apply(number[0]++, samples);
        });
        return new PixelFilter(image.bitsAllocated() > 8 ? VR.OW : VR.OB, changed, stream, frames);
    }

    /** What the changed frames are; null if they are what the attributes said. */
    public @Nullable ImagePixel decodedImage() {
        return decoded == null ? null : decoded.image();
    }

    /** The changed pixels, native. */
    public InputStream stream() {
        return stream;
    }

    /** Bytes of {@link #stream}. */
    public long length() {
        return length;
    }

    public VR vr() {
        return vr;
    }

    /** Writes into a data set what decoding has changed of the pixels' form (PS3.3 C.7.6.3.1, C.7.6.1.1.5). */
    public void describe(DataSet dataSet) {
        if (decoded != null) {
            describe(decoded, dataSet);
        }
    }

    static void describe(FrameReader frames, DataSet dataSet) {
        frames.image().describe(dataSet);
        dataSet.remove(Tag.ExtendedOffsetTable);
        dataSet.remove(Tag.ExtendedOffsetTableLengths);
        dataSet.remove(Tag.EncapsulatedPixelDataValueTotalLength);
        if (frames.lossy() && !"01".equals(dataSet.string(Tag.LossyImageCompression))) {
            dataSet.setString(Tag.LossyImageCompression, "01");
            dataSet.setString(Tag.LossyImageCompressionMethod, "ISO_10918_1");
            dataSet.remove(Tag.LossyImageCompressionRatio);
        }
    }

    /** Owned by one thread. */
    private static final class BlankingStream extends FilterInputStream {

        private final Blank blank;
        private long position;

        BlankingStream(InputStream in, Blank blank) {
            super(in);
            this.blank = blank;
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int n = in.read(to, offset, length);
            if (n > 0) {
                blank.apply(to, offset, n, position);
                position += n;
            }
            return n;
        }

        @Override
        public long skip(long n) throws IOException {
            long skipped = in.skip(n);
            position += skipped;
            return skipped;
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
