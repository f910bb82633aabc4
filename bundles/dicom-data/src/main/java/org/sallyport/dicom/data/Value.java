package org.sallyport.dicom.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;

/** The value of a data element. None shows its content in {@code toString}. */
public sealed interface Value {

    /** Bytes in little endian order, without the padding that {@link DataSetWriter} adds. Not copied: whoever makes it gives it away. */
    record Bytes(byte[] bytes) implements Value {

        @Override
        public String toString() {
            return bytes.length + " bytes";
        }
    }

    /** The items of a sequence. */
    record Items(List<DataSet> items) implements Value {

        public Items {
            items = List.copyOf(items);
        }

        @Override
        public String toString() {
            return items.size() + " items";
        }
    }

    /** Encapsulated pixel data held in memory; the first fragment is the Basic Offset Table (PS3.5 A.4). */
    record Fragments(List<byte[]> fragments) implements Value {

        public Fragments {
            fragments = List.copyOf(fragments);
        }

        @Override
        public String toString() {
            return fragments.size() + " fragments";
        }
    }

    /** A value that lies elsewhere. */
    non-sealed interface Bulk extends Value {

        long length();

        /** The value in little endian order. The caller closes it. */
        InputStream open() throws IOException;
    }
}
