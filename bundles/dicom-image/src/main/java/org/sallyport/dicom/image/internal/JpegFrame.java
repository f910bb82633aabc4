package org.sallyport.dicom.image.internal;

import java.util.List;

/**
 * The frame header of JPEG (ITU-T T.81 B.2.2).
 *
 * @param lossless whether it is of process 14, else of a sequential DCT process
 * @param precision bits of a sample
 */
record JpegFrame(boolean lossless, int precision, int rows, int columns, List<Component> components) {

    /**
     * A component.
     *
     * @param h horizontal sampling factor, 1–4
     * @param v vertical sampling factor, 1–4
     */
    record Component(int id, int h, int v, int quantization) {}

    int maxH() {
        return components.stream().mapToInt(Component::h).max().orElse(1);
    }

    int maxV() {
        return components.stream().mapToInt(Component::v).max().orElse(1);
    }

    /** Columns that a component has samples for (T.81 A.1.1). */
    int columnsOf(Component component) {
        return ceiling(columns * component.h, maxH());
    }

    int rowsOf(Component component) {
        return ceiling(rows * component.v, maxV());
    }

    static int ceiling(int dividend, int divisor) {
        return (dividend + divisor - 1) / divisor;
    }
}
