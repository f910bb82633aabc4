package org.sallyport.gateway.deid.internal;

import java.util.List;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.Region;

/** Looks for text in a frame. Thread-safe. */
@FunctionalInterface
interface TextRecognition {

    /** There is none: what should be looked at is held. */
    TextRecognition MISSING = (samples, image, signed) -> {
        throw new Doubt("text recognition is not set up, and the profile asks for it");
    };

    /**
     * @param samples a frame, little endian, by pixel
     * @param signed whether Pixel Representation (0028,0103) is 1
     * @return where text stands; empty = none was found
     * @throws Doubt if that cannot be told
     */
    List<Region> find(byte[] samples, ImagePixel image, boolean signed);
}
