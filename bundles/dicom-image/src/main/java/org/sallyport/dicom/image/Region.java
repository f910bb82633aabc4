package org.sallyport.dicom.image;

/**
 * A rectangle of pixels.
 *
 * @param left column of its first pixel, from 0
 * @param top row of its first pixel, from 0
 * @param width in pixels, at least 1
 * @param height in pixels, at least 1
 */
public record Region(int left, int top, int width, int height) {

    public Region {
        if (left < 0 || top < 0 || width < 1 || height < 1) {
            throw new IllegalArgumentException("no region: " + left + ", " + top + ", " + width + ", " + height);
        }
    }

    /** Column behind the last. */
    public int right() {
        return left + width;
    }

    /** Row behind the last. */
    public int bottom() {
        return top + height;
    }

    /** Whether some of it lies in an image. */
    public boolean touches(ImagePixel image) {
        return left < image.columns() && top < image.rows();
    }
}
