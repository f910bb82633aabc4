package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.Value;

/** Whether drawings hold writing (PS3.15 E.3.3). What cannot be told counts as writing. Pure functions. */
final class Graphics {

    private static final int ROWS = 0x0010;
    private static final int COLUMNS = 0x0011;
    private static final int FRAMES = 0x0015;
    private static final int TYPE = 0x0040;
    private static final int BITS_ALLOCATED = 0x0100;
    private static final int BIT_POSITION = 0x0102;
    private static final int DATA = 0x3000;

    /** More shapes than regions of interest have. */
    private static final int MOST_SHAPES = 500;

    /** Letters are about so high, in pixels. */
    private static final int LOWEST_LETTER = 5;

    private static final int HIGHEST_LETTER = 64;

    /** Bytes in a row that are letters of ASCII. */
    private static final int TEXT_RUN = 6;

    private Graphics() {}

    /** Whether an overlay (PS3.3 C.9.2) is a region of interest in a plane of its own, without anything that looks like letters. */
    static boolean isRegionOnly(DataSet dataSet, int group) {
        int rows = dataSet.intValue(Tag.of(group, ROWS), 0);
        int columns = dataSet.intValue(Tag.of(group, COLUMNS), 0);
        int frames = dataSet.intValue(Tag.of(group, FRAMES), 1);
        Element data = dataSet.get(Tag.of(group, DATA));
        if (!"R".equals(dataSet.string(Tag.of(group, TYPE)))
                || dataSet.intValue(Tag.of(group, BITS_ALLOCATED), 0) != 1
                || dataSet.intValue(Tag.of(group, BIT_POSITION), -1) != 0
                || data == null
                || !(data.value() instanceof Value.Bytes)
                || rows < 1
                || columns < 1
                || frames < 1) {
            return false;
        }
        byte[] bits = data.bytes();
        long needed = (long) rows * columns * frames;
        if (needed > bits.length * 8L || hasTextRun(bits)) {
            return false;
        }
        for (int frame = 0; frame < frames; frame++) {
            if (looksWritten(new Bitmap(bits, (long) frame * rows * columns, rows, columns))) {
                return false;
            }
        }
        return true;
    }

    /** Whether some letters of ASCII stand in a row. */
    static boolean hasTextRun(byte[] bytes) {
        int run = 0;
        for (byte b : bytes) {
            boolean letter = b >= 'A' && b <= 'Z' || b >= 'a' && b <= 'z' || b == ' ' && run > 0;
            run = letter ? run + 1 : 0;
            if (run >= TEXT_RUN) {
                return true;
            }
        }
        return false;
    }

    private record Bitmap(byte[] bits, long offset, int rows, int columns) {

        boolean isSet(int pixel) {
            long bit = offset + pixel;
            return (bits[(int) (bit >>> 3)] >> (bit & 7) & 1) != 0;
        }
    }

    /** Bounds of what hangs together. */
    private record Shape(int left, int top, int right, int bottom) {

        int height() {
            return bottom - top + 1;
        }

        boolean isLetterSized() {
            return height() >= LOWEST_LETTER && height() <= HIGHEST_LETTER && right - left < 2 * height();
        }

        /** Whether the other stands beside it as the next letter does. */
        boolean isBeside(Shape other) {
            int overlap = Math.min(bottom, other.bottom) - Math.max(top, other.top) + 1;
            int gap = Math.max(left, other.left) - Math.min(right, other.right);
            int lower = Math.min(height(), other.height());
            return 2 * overlap >= lower && gap <= 2 * Math.max(height(), other.height());
        }
    }

    private static boolean looksWritten(Bitmap bitmap) {
        List<Shape> letters = new ArrayList<>();
        boolean[] seen = new boolean[bitmap.rows * bitmap.columns];
        int shapes = 0;
        for (int pixel = 0; pixel < seen.length; pixel++) {
            if (seen[pixel] || !bitmap.isSet(pixel)) {
                continue;
            }
            if (++shapes > MOST_SHAPES) {
                return true;
            }
            Shape shape = shapeAt(bitmap, pixel, seen);
            if (shape.isLetterSized()) {
                for (Shape letter : letters) {
                    if (letter.isBeside(shape)) {
                        return true;
                    }
                }
                letters.add(shape);
            }
        }
        return false;
    }

    /** Goes over all set pixels that touch the first, also by a corner. */
    private static Shape shapeAt(Bitmap bitmap, int first, boolean[] seen) {
        int[] stack = new int[64];
        int size = 0;
        stack[size++] = first;
        seen[first] = true;
        int left = bitmap.columns;
        int top = bitmap.rows;
        int right = 0;
        int bottom = 0;
        while (size > 0) {
            int pixel = stack[--size];
            int y = pixel / bitmap.columns;
            int x = pixel % bitmap.columns;
            left = Math.min(left, x);
            right = Math.max(right, x);
            top = Math.min(top, y);
            bottom = Math.max(bottom, y);
            for (int ny = Math.max(0, y - 1); ny <= Math.min(bitmap.rows - 1, y + 1); ny++) {
                for (int nx = Math.max(0, x - 1); nx <= Math.min(bitmap.columns - 1, x + 1); nx++) {
                    int next = ny * bitmap.columns + nx;
                    if (!seen[next] && bitmap.isSet(next)) {
                        seen[next] = true;
                        if (size == stack.length) {
                            stack = Arrays.copyOf(stack, size * 2);
                        }
                        stack[size++] = next;
                    }
                }
            }
        }
        return new Shape(left, top, right, bottom);
    }
}
