package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.vault.KeyedDigest;

/**
 * Feeds a data set to a keyed digest in a form that does not depend on explicit or implicit VR, on padding and on the form of lengths: the same image
 * sent again gives the same digest.
 */
final class CanonicalDigest {

    private static final int ITEM = 0xFFFEE000;
    private static final int END = 0xFFFEE0DD;

    private final KeyedDigest digest;
    private final byte[] number = new byte[12];

    CanonicalDigest(KeyedDigest digest) {
        this.digest = digest;
    }

    void add(DataSet dataSet) throws IOException {
        for (Element element : dataSet.elements()) {
            add(element);
        }
    }

    private void add(Element element) throws IOException {
        Value value = element.value();
        if (value instanceof Value.Bytes bytes) {
            int length = unpadded(element.tag(), bytes.bytes());
            mark(element.tag(), length);
            digest.update(bytes.bytes(), 0, length);
        } else if (value instanceof Value.Items items) {
            mark(element.tag(), -1);
            for (DataSet item : items.items()) {
                mark(ITEM, -1);
                add(item);
            }
            mark(END, 0);
        } else if (value instanceof Value.Fragments fragments) {
            mark(element.tag(), -1);
            for (byte[] fragment : fragments.fragments()) {
                mark(ITEM, fragment.length);
                digest.update(fragment, 0, fragment.length);
            }
            mark(END, 0);
        } else if (value instanceof Value.Bulk bulk) {
            mark(element.tag(), bulk.length());
            byte[] chunk = new byte[64 * 1024];
            try (InputStream in = bulk.open()) {
                for (int n = in.read(chunk, 0, chunk.length); n >= 0; n = in.read(chunk, 0, chunk.length)) {
                    update(chunk, 0, n);
                }
            }
        }
    }

    /** By the dictionary's representation, not by the one received: implicit VR has no other. */
    private static int unpadded(int tag, byte[] bytes) {
        int length = bytes.length;
        if (length > 0 && Dictionary.vrOf(tag).isText() && (bytes[length - 1] == ' ' || bytes[length - 1] == 0)) {
            length--;
        }
        return length;
    }

    /** Begins a value that {@link #update} will bring. */
    void mark(int tag, long length) {
        for (int i = 0; i < 4; i++) {
            number[i] = (byte) (tag >>> 8 * i);
        }
        for (int i = 0; i < 8; i++) {
            number[4 + i] = (byte) (length >>> 8 * i);
        }
        digest.update(number, 0, number.length);
    }

    void update(byte[] bytes, int offset, int length) {
        digest.update(bytes, offset, length);
    }

    byte[] finish() {
        return digest.finish();
    }
}
