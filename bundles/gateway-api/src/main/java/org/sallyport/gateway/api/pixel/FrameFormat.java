package org.sallyport.gateway.api.pixel;

/**
 * What frames are (PS3.3 C.7.6.3); colour by pixel, chrominance not subsampled.
 *
 * @param rows 1–65,535
 * @param columns 1–65,535
 * @param samplesPerPixel 1–4
 * @param photometricInterpretation as the standard spells it, {@code MONOCHROME2}
 * @param bitsAllocated a multiple of 8 up to 64
 * @param bitsStored 1 to bits allocated
 * @param signed whether samples are signed (Pixel Representation 1)
 * @param frames at least 1
 */
public record FrameFormat(
        int rows,
        int columns,
        int samplesPerPixel,
        String photometricInterpretation,
        int bitsAllocated,
        int bitsStored,
        boolean signed,
        int frames) {

    /** Bytes of one frame. */
    public int frameBytes() {
        return rows * columns * samplesPerPixel * (bitsAllocated / 8);
    }
}
