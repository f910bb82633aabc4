package org.sallyport.dicom.image;

/**
 * What a frame may be at most; more is an error before memory is taken for it. While a frame is decoded it is held encoded, as components of
 * two bytes for each sample, and decoded: at most four times its decoded size.
 *
 * @param maxRows 1–65,535
 * @param maxColumns 1–65,535
 * @param maxSamples samples per pixel, 1–4
 * @param maxFrameBytes bytes of one decoded frame, and, with an allowance of 1/64 and 64 KiB, of one encoded frame
 */
public record PixelLimits(int maxRows, int maxColumns, int maxSamples, int maxFrameBytes) {

    /** Any size within 64 MiB: the largest mammograms have about 50 MB. */
    public static final PixelLimits DEFAULT = new PixelLimits(65_535, 65_535, 4, 64 << 20);

    private static final int LARGEST_FRAME = 1 << 29;

    public PixelLimits {
        if (maxRows < 1
                || maxRows > 65_535
                || maxColumns < 1
                || maxColumns > 65_535
                || maxSamples < 1
                || maxSamples > 4
                || maxFrameBytes < 1
                || maxFrameBytes > LARGEST_FRAME) {
            throw new IllegalArgumentException("limits out of range: rows " + maxRows + ", columns " + maxColumns
                    + ", samples " + maxSamples + ", frame bytes " + maxFrameBytes);
        }
    }

    /** Bytes of one encoded frame: lossless coding may make a frame a little longer. */
    public int maxEncodedBytes() {
        return maxFrameBytes + maxFrameBytes / 64 + (64 << 10);
    }
}
