package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * The value of an object's pixel data. Owned by one thread.
 *
 * @param tag of Pixel Data, Float or Double Float Pixel Data
 * @param length in bytes; -1 = encapsulated
 */
record PixelSource(int tag, VR vr, long length, Opening opening) {

    /** Opens the value; the caller closes it. */
    @FunctionalInterface
    interface Opening {
        InputStream open() throws IOException;
    }

    /** As it arrives: can be opened once. */
    static PixelSource ofWire(DataSetReader reader) {
        return new PixelSource(reader.tag(), reader.vr(), reader.length(), reader::stream);
    }

    InputStream open() throws IOException {
        return opening.open();
    }

    boolean isEncapsulated() {
        return length < 0;
    }

    /** Reads it into a spool, from which it can be opened again and again. */
    PixelSource spooled(SealedSpool spool) throws IOException {
        try (InputStream in = open()) {
            Value.Bulk bulk = spool.store(tag, vr, length, in);
            return new PixelSource(tag, vr, length, bulk::open);
        }
    }

    @Override
    public String toString() {
        return "PixelSource[" + length + " bytes]";
    }
}
