package org.sallyport.dicom.image.internal;

/**
 * Gives a subsampled component a sample for every pixel, row by row. Twice as many columns, and rows, are made by weighting the nearest sample
 * three times as much as the next one, as the IJG's library does by default; other ratios repeat samples. Owned by one thread.
 */
final class Upsampler {

    private final short[] plane;
    private final int stride;
    private final int columns;
    private final int rows;
    private final int across;
    private final int down;
    private final int[] sums;
    private final int[] row;

    /**
     * @param stride samples from one row of the plane to the next
     * @param width columns of the image
     */
    Upsampler(JpegFrame frame, JpegFrame.Component component, short[] plane, int stride, int width) {
        this.plane = plane;
        this.stride = stride;
        this.columns = frame.columnsOf(component);
        this.rows = frame.rowsOf(component);
        this.across = frame.maxH() / component.h();
        this.down = frame.maxV() / component.v();
        this.sums = new int[columns];
        this.row = new int[Math.max(width, columns * across)];
    }

    /** A row of the image; overwritten by the next call. */
    int[] row(int y) {
        boolean smooth = across == 2 && columns > 2 && down <= 2;
        int from = y / down * stride;
        if (!smooth) {
            for (int x = 0; x < columns; x++) {
                int sample = plane[from + x] & 0xFFFF;
                for (int i = 0; i < across; i++) {
                    row[x * across + i] = sample;
                }
            }
        } else if (down == 1) {
            for (int x = 0; x < columns; x++) {
                sums[x] = plane[from + x] & 0xFFFF;
            }
            spread(1, 2, 2);
        } else {
            int next = (y & 1) == 0 ? Math.max(0, y / 2 - 1) : Math.min(rows - 1, y / 2 + 1);
            int other = next * stride;
            for (int x = 0; x < columns; x++) {
                sums[x] = 3 * (plane[from + x] & 0xFFFF) + (plane[other + x] & 0xFFFF);
            }
            spread(8, 7, 4);
        }
        return row;
    }

    /** @param shift what four times a sum, or three times and one time, is moved to the right */
    private void spread(int roundLeft, int roundRight, int shift) {
        int last = columns - 1;
        row[0] = 4 * sums[0] + (shift == 4 ? roundLeft : 0) >> shift;
        row[1] = 3 * sums[0] + sums[1] + roundRight >> shift;
        for (int x = 1; x < last; x++) {
            row[2 * x] = 3 * sums[x] + sums[x - 1] + roundLeft >> shift;
            row[2 * x + 1] = 3 * sums[x] + sums[x + 1] + roundRight >> shift;
        }
        row[2 * last] = 3 * sums[last] + sums[last - 1] + roundLeft >> shift;
        row[2 * last + 1] = 4 * sums[last] + (shift == 4 ? roundRight : 0) >> shift;
    }
}
