package org.sallyport.dicom.image;

import java.io.IOException;

/** Pixel data that cannot be read or written. The message names attributes, numbers and positions, never values that identify. */
public final class ImageException extends IOException {

    private static final long serialVersionUID = 1L;

    /** What is wrong. */
    public enum Reason {
        /** The bytes end inside a frame, or there are fewer frames than Number of Frames says. */
        TRUNCATED,
        /** The bytes, or the attributes that describe them, do not keep to the standard. */
        MALFORMED,
        /** More than {@link PixelLimits} allow. */
        LIMIT,
        /** The standard knows it, this bundle does not. */
        UNSUPPORTED
    }

    private final Reason reason;

    public ImageException(Reason reason, String message) {
        super(message);
        this.reason = reason;
    }

    public Reason reason() {
        return reason;
    }
}
