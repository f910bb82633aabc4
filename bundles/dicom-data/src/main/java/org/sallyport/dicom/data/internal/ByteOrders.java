package org.sallyport.dicom.data.internal;

/** Turns numbers of 2, 4 or 8 bytes around. */
public final class ByteOrders {

    private ByteOrders() {}

    /** Swaps whole units in place; a rest shorter than a unit stays as it is. */
    public static void swap(byte[] bytes, int offset, int length, int unit) {
        for (int at = offset; at + unit <= offset + length; at += unit) {
            for (int i = at, j = at + unit - 1; i < j; i++, j--) {
                byte b = bytes[i];
                bytes[i] = bytes[j];
                bytes[j] = b;
            }
        }
    }
}
