package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.image.PixelFilter;

/** Looks for text in pixels, as a second opinion. Thread-safe. */
@FunctionalInterface
interface TextRecognition {

    /** There is none: what should be looked at is held. */
    TextRecognition MISSING = (pixels, head) -> {
        throw new Doubt("text recognition is not there, and the profile asks for it");
    };

    /**
     * @param pixels frames as they would go out
     * @param head the elements before them
     * @throws Doubt if there is text, or if that cannot be told
     */
    void check(PixelFilter pixels, DataSet head) throws IOException;
}
