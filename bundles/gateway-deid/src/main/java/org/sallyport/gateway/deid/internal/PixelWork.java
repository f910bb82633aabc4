package org.sallyport.gateway.deid.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Set;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;

/** What is done to the pixels of one object. Owned by one thread. */
interface PixelWork extends Closeable {

    /** They pass as they came. */
    PixelWork NONE = (original, pixels, writer) -> writer.stream(pixels.tag(), pixels.vr(), pixels.length(), original);

    /**
     * Writes the pixels.
     *
     * @param original the value as it came
     * @throws Doubt if that cannot be done; what was written is to be dropped
     */
    void write(InputStream original, PixelSource pixels, DataSetWriter writer) throws IOException;

    /** The options whose code the object gets. */
    default Set<Option> done() {
        return Set.of();
    }

    /** Whether encapsulated pixels become native. */
    default boolean isDecoded() {
        return false;
    }

    /** The elements up to the pixel data, with what is written instead of the original pixels described. */
    default DataSet described(DataSet head) {
        return head;
    }

    @Override
    default void close() throws IOException {
        // Nothing is held open.
    }
}
