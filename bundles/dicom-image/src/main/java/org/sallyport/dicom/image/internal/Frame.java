package org.sallyport.dicom.image.internal;

import org.sallyport.dicom.image.ImagePixel;

/**
 * A decoded frame.
 *
 * @param samples little endian, by pixel; given away
 * @param image what the samples are
 * @param lossy whether the encoding had lost something
 */
public record Frame(byte[] samples, ImagePixel image, boolean lossy) {

    @Override
    public String toString() {
        return samples.length + " bytes";
    }
}
