package org.sallyport.dicom.data;

import java.util.List;

/** A data element (PS3.5 7.1). Immutable, but for the bytes and items that it was made with. */
public record Element(int tag, VR vr, Value value) {

    private static final byte[] EMPTY = {};

    public Element {
        if (vr == VR.SQ != value instanceof Value.Items) {
            throw new IllegalArgumentException(Tag.format(tag) + ": " + vr + " and its value do not fit");
        }
    }

    public static Element of(int tag, VR vr, byte[] bytes) {
        return new Element(tag, vr, new Value.Bytes(bytes));
    }

    public static Element empty(int tag, VR vr) {
        return vr == VR.SQ ? sequence(tag, List.of()) : of(tag, vr, EMPTY);
    }

    public static Element sequence(int tag, List<DataSet> items) {
        return new Element(tag, VR.SQ, new Value.Items(items));
    }

    /** The bytes held in memory; empty for other kinds of values. */
    public byte[] bytes() {
        return value instanceof Value.Bytes bytes ? bytes.bytes() : EMPTY;
    }

    /** The items; empty if this is no sequence. */
    public List<DataSet> items() {
        return value instanceof Value.Items items ? items.items() : List.of();
    }

    public boolean isEmpty() {
        if (value instanceof Value.Bytes bytes) {
            return bytes.bytes().length == 0;
        }
        if (value instanceof Value.Items items) {
            return items.items().isEmpty();
        }
        return false;
    }

    @Override
    public String toString() {
        return Tag.format(tag) + " " + vr + " " + value;
    }
}
