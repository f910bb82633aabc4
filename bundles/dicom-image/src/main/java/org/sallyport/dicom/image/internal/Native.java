package org.sallyport.dicom.image.internal;

import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.ImagePixel;

/** Native frames (PS3.5 8.1). Pure functions. */
public final class Native {

    private Native() {}

    /**
     * Whether pixel data of this length holds the frames of the image; bytes after the last, fewer than a frame, are padding.
     *
     * @throws ImageException if it does not, or if frames do not begin at bytes, or hold fewer samples than pixels
     */
    public static void check(ImagePixel image, long length) throws ImageException {
        if (image.bitsAllocated() == 1 || image.isSubsampled() && image.samplesPerPixel() > 1) {
            throw new ImageException(
                    Reason.UNSUPPORTED,
                    "native frames with Bits Allocated " + image.bitsAllocated() + " and "
                            + (image.isSubsampled() ? "subsampled chrominance" : "packed samples")
                            + " are not taken apart");
        }
        long needed = (long) image.frames() * image.frameBytes();
        if (length < needed) {
            throw new ImageException(
                    Reason.TRUNCATED, "pixel data of " + length + " bytes where the attributes tell of " + needed);
        }
        if (length - needed >= image.frameBytes() && length - needed > 1) {
            throw new ImageException(
                    Reason.MALFORMED, "pixel data of " + length + " bytes where the attributes tell of " + needed);
        }
    }

    /** @param samples a whole frame as it came; given away */
    public static Frame frame(byte[] samples, ImagePixel image) {
        return new Frame(byPixel(samples, image), image.withPlanarConfiguration(0), false);
    }

    /** Color by pixel, whatever Planar Configuration the frame has. */
    private static byte[] byPixel(byte[] frame, ImagePixel image) {
        if (image.planarConfiguration() == 0 || image.samplesPerPixel() == 1) {
            return frame;
        }
        int unit = image.bytesPerSample();
        int samples = image.samplesPerPixel();
        int pixels = image.pixels();
        byte[] byPixel = new byte[frame.length];
        int from = 0;
        for (int sample = 0; sample < samples; sample++) {
            int to = sample * unit;
            for (int pixel = 0; pixel < pixels; pixel++) {
                for (int i = 0; i < unit; i++) {
                    byPixel[to + i] = frame[from++];
                }
                to += samples * unit;
            }
        }
        return byPixel;
    }
}
