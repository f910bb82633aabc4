package org.sallyport.dicom.image;

import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.ImageException.Reason;

/**
 * What the Image Pixel Module (PS3.3 C.7.6.3) says of the frames of an image. Immutable.
 *
 * @param rows 1–65,535
 * @param columns 1–65,535
 * @param samplesPerPixel 1–4
 * @param photometricInterpretation as the standard spells it, {@code MONOCHROME2}
 * @param planarConfiguration 0 = by pixel, 1 = by plane; without meaning for one sample
 * @param bitsAllocated 1 or a multiple of 8 up to 64
 * @param bitsStored 1 to bits allocated
 * @param highBit 0 to bits allocated − 1
 * @param frames at least 1
 */
public record ImagePixel(
        int rows,
        int columns,
        int samplesPerPixel,
        String photometricInterpretation,
        int planarConfiguration,
        int bitsAllocated,
        int bitsStored,
        int highBit,
        int frames) {

    /**
     * Of a data set or an item of Icon Image Sequence. Attributes that the frame can be read without have defaults: one frame, one sample, all bits
     * stored.
     *
     * @throws ImageException if an attribute is missing, contradicts another or is beyond the limits
     */
    public static ImagePixel of(DataSet dataSet, PixelLimits limits) throws ImageException {
        int rows = number(dataSet, Tag.Rows, -1, 1, 65_535);
        int columns = number(dataSet, Tag.Columns, -1, 1, 65_535);
        int samples = number(dataSet, Tag.SamplesPerPixel, 1, 1, 4);
        int allocated = number(dataSet, Tag.BitsAllocated, -1, 1, 64);
        if (allocated != 1 && allocated % 8 != 0) {
            throw new ImageException(
                    Reason.MALFORMED,
                    "Bits Allocated (0028,0100) " + allocated + ": must be 1 or a multiple of 8 (PS3.5 8.1.1)");
        }
        int stored = number(dataSet, Tag.BitsStored, allocated, 1, allocated);
        int highBit = number(dataSet, Tag.HighBit, stored - 1, 0, allocated - 1);
        int planar = number(dataSet, Tag.PlanarConfiguration, 0, 0, 1);
        int frames = number(dataSet, Tag.NumberOfFrames, 1, 1, Integer.MAX_VALUE);
        limit("Rows (0028,0010)", rows, limits.maxRows());
        limit("Columns (0028,0011)", columns, limits.maxColumns());
        limit("Samples per Pixel (0028,0002)", samples, limits.maxSamples());
        ImagePixel image = new ImagePixel(
                rows, columns, samples, photometric(dataSet, samples), planar, allocated, stored, highBit, frames);
        limit("bytes of a frame", image.frameBytesAsLong(), limits.maxFrameBytes());
        return image;
    }

    private static String photometric(DataSet dataSet, int samples) {
        String said = dataSet.string(Tag.PhotometricInterpretation);
        if (said == null) {
            return samples == 1 ? "MONOCHROME2" : "RGB";
        }
        return said.trim().toUpperCase(Locale.ROOT);
    }

    private static int number(DataSet dataSet, int tag, int otherwise, int least, int most) throws ImageException {
        @Nullable String text = dataSet.string(tag);
        int value = text == null ? otherwise : dataSet.intValue(tag, Integer.MIN_VALUE);
        if (value >= least && value <= most) {
            return value;
        }
        throw new ImageException(
                Reason.MALFORMED,
                Tag.format(tag)
                        + (text == null ? " is missing" : ": a number from " + least + " to " + most + " is needed"));
    }

    private static void limit(String what, long value, long most) throws ImageException {
        if (value > most) {
            throw new ImageException(
                    Reason.LIMIT,
                    what + " " + value + ": at most " + most + " are taken; raise the limit if the image is sound");
        }
    }

    /** Bytes of one sample. */
    public int bytesPerSample() {
        return (bitsAllocated + 7) / 8;
    }

    public int pixels() {
        return rows * columns;
    }

    /** Bytes of one native frame with every sample of every pixel: of a frame whose chrominance is not subsampled. */
    public int frameBytes() {
        return (int) frameBytesAsLong();
    }

    private long frameBytesAsLong() {
        return (long) rows * columns * samplesPerPixel * bytesPerSample();
    }

    public boolean isYbr() {
        return photometricInterpretation.startsWith("YBR_");
    }

    /** Whether native frames hold one pair of chrominance samples for two pixels (PS3.3 C.7.6.3.1.2). */
    public boolean isSubsampled() {
        return photometricInterpretation.endsWith("_422") || photometricInterpretation.endsWith("_420");
    }

    public ImagePixel withPhotometric(String interpretation) {
        return new ImagePixel(
                rows,
                columns,
                samplesPerPixel,
                interpretation,
                planarConfiguration,
                bitsAllocated,
                bitsStored,
                highBit,
                frames);
    }

    public ImagePixel withPlanarConfiguration(int planar) {
        return new ImagePixel(
                rows,
                columns,
                samplesPerPixel,
                photometricInterpretation,
                planar,
                bitsAllocated,
                bitsStored,
                highBit,
                frames);
    }

    public ImagePixel withBits(int allocated, int stored, int high) {
        return new ImagePixel(
                rows,
                columns,
                samplesPerPixel,
                photometricInterpretation,
                planarConfiguration,
                allocated,
                stored,
                high,
                frames);
    }

    public ImagePixel withFrames(int number) {
        return new ImagePixel(
                rows,
                columns,
                samplesPerPixel,
                photometricInterpretation,
                planarConfiguration,
                bitsAllocated,
                bitsStored,
                highBit,
                number);
    }

    /** Writes what decoding may have changed into a data set. */
    void describe(DataSet dataSet) {
        dataSet.setString(Tag.PhotometricInterpretation, photometricInterpretation);
        dataSet.setInt(Tag.BitsAllocated, VR.US, bitsAllocated);
        dataSet.setInt(Tag.BitsStored, VR.US, bitsStored);
        dataSet.setInt(Tag.HighBit, VR.US, highBit);
        if (samplesPerPixel > 1) {
            dataSet.setInt(Tag.PlanarConfiguration, VR.US, planarConfiguration);
        }
    }
}
