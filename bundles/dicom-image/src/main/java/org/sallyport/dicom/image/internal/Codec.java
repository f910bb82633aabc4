package org.sallyport.dicom.image.internal;

import java.util.Arrays;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImagePixel;

/** The encodings of encapsulated frames that can be decoded. Without state. */
public enum Codec {
    /** One frame is one fragment (PS3.5 A.4.2). */
    RLE {
        @Override
        boolean beginsFrame(byte[] fragment, int length) {
            return Rle.isHeader(fragment, length);
        }

        @Override
        public Frame decode(byte[] encoded, int length, ImagePixel image) throws ImageException {
            return new Frame(Rle.decode(encoded, length, image), decoded(image), false);
        }
    },
    /** JPEG images; a frame may be several fragments (PS3.5 A.4.1). The process is told by the image, not by the transfer syntax. */
    JPEG {
        @Override
        boolean beginsFrame(byte[] fragment, int length) {
            return JpegDecoder.isStart(fragment, length);
        }

        @Override
        public Frame decode(byte[] encoded, int length, ImagePixel image) throws ImageException {
            return JpegDecoder.decode(encoded, length, image);
        }
    },
    /** Native frames in fragments, one each (PS3.5 A.4.11). */
    UNCOMPRESSED {
        @Override
        boolean beginsFrame(byte[] fragment, int length) {
            return true;
        }

        @Override
        public Frame decode(byte[] encoded, int length, ImagePixel image) throws ImageException {
            Native.check(image.withFrames(1), length);
            return Native.frame(Arrays.copyOf(encoded, image.frameBytes()), image);
        }
    };

    private static final Map<String, Codec> BY_SYNTAX = Map.of(
            "1.2.840.10008.1.2.5", RLE,
            "1.2.840.10008.1.2.4.50", JPEG,
            "1.2.840.10008.1.2.4.51", JPEG,
            "1.2.840.10008.1.2.4.57", JPEG,
            "1.2.840.10008.1.2.4.70", JPEG,
            "1.2.840.10008.1.2.1.98", UNCOMPRESSED);

    /** Bytes of a fragment that {@link #beginsFrame} looks at. */
    static final int HEAD = 8;

    /** The codec of an encapsulated transfer syntax; null if there is none. */
    public static @Nullable Codec of(TransferSyntax syntax) {
        return BY_SYNTAX.get(syntax.uid());
    }

    /** Whether a fragment with these first bytes, at most {@link #HEAD}, begins a frame: for pixel data without an offset table. */
    abstract boolean beginsFrame(byte[] fragment, int length);

    /** Whether the first bytes of a frame cannot be taken for those of another fragment. */
    boolean hasSignature() {
        return this != UNCOMPRESSED;
    }

    /** @param encoded the frame, of which {@code length} bytes count; padding may follow it */
    public abstract Frame decode(byte[] encoded, int length, ImagePixel image) throws ImageException;

    /** Decoded frames lie by pixel, and no chrominance is left out. */
    static ImagePixel decoded(ImagePixel image) {
        ImagePixel byPixel = image.withPlanarConfiguration(0);
        return image.isSubsampled() ? byPixel.withPhotometric("YBR_FULL") : byPixel;
    }
}
