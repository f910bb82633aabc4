package org.sallyport.dicom.image.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImageException.Reason;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.Region;

/** Blanks regions of native pixel data, whatever piece of it is at hand. Black, or the lowest value; colour differences are neutral. Immutable. */
public final class Blank {

    /** Samples of pixels that lie side by side: a whole image by pixel, or one plane of it. */
    private record Plane(long offset, int pixelBytes, byte[] fill, boolean pairs) {}

    private final ImagePixel image;
    private final List<Region> regions;
    private final List<Plane> planes = new ArrayList<>();
    private final long frameBytes;

    /** @throws ImageException for pixels that do not begin at bytes, and chrominance at a quarter of the resolution */
    public Blank(ImagePixel image, List<Region> regions) throws ImageException {
        this.image = image;
        this.regions = List.copyOf(regions);
        if (image.bitsAllocated() == 1 || image.photometricInterpretation().endsWith("_420")) {
            throw new ImageException(
                    Reason.UNSUPPORTED,
                    "native frames with Bits Allocated " + image.bitsAllocated() + " and "
                            + image.photometricInterpretation() + " cannot be blanked in part");
        }
        int unit = image.bytesPerSample();
        int samples = image.samplesPerPixel();
        if (image.isSubsampled() && samples == 3) {
            // Two pixels are Y1 Y2 Cb Cr (PS3.3 C.7.6.3.1.2).
            byte[] fill = new byte[4 * unit];
            fill[3 * unit - 1] = (byte) 0x80;
            fill[4 * unit - 1] = (byte) 0x80;
            planes.add(new Plane(0, 2 * unit, fill, true));
            this.frameBytes = 2L * unit * image.pixels();
        } else if (image.planarConfiguration() == 1 && samples > 1) {
            for (int sample = 0; sample < samples; sample++) {
                planes.add(new Plane((long) sample * unit * image.pixels(), unit, fill(sample, 1), false));
            }
            this.frameBytes = image.frameBytes();
        } else {
            planes.add(new Plane(0, unit * samples, fill(0, samples), false));
            this.frameBytes = image.frameBytes();
        }
    }

    private byte[] fill(int first, int samples) {
        int unit = image.bytesPerSample();
        byte[] fill = new byte[samples * unit];
        for (int i = 0; i < samples; i++) {
            if (image.isYbr() && first + i > 0) {
                fill[(i + 1) * unit - 1] = (byte) 0x80;
            }
        }
        return fill;
    }

    /** Bytes of one native frame. */
    public long frameBytes() {
        return frameBytes;
    }

    /**
     * Blanks what of the regions lies in a piece of the pixel data.
     *
     * @param position of the piece's first byte in the pixel data
     */
    public void apply(byte[] piece, int offset, int length, long position) {
        long end = Math.min(position + length, frameBytes * image.frames());
        for (long frame = position / frameBytes; frame * frameBytes < end; frame++) {
            for (Plane plane : planes) {
                for (Region region : regions) {
                    apply(plane, region, frame * frameBytes + plane.offset, piece, offset, position, end);
                }
            }
        }
    }

    private void apply(Plane plane, Region region, long planeAt, byte[] piece, int offset, long position, long end) {
        int left = plane.pairs ? region.left() & ~1 : region.left();
        int right = Math.min(image.columns(), plane.pairs ? region.right() + 1 & ~1 : region.right());
        int bottom = Math.min(image.rows(), region.bottom());
        long rowBytes = (long) image.columns() * plane.pixelBytes;
        int first = (int) Math.max(region.top(), (position - planeAt) / rowBytes);
        for (int row = first; row < bottom && left < right; row++) {
            long from = planeAt + row * rowBytes + (long) left * plane.pixelBytes;
            if (from >= end) {
                return;
            }
            long to = Math.min(planeAt + row * rowBytes + (long) right * plane.pixelBytes, end);
            for (long at = Math.max(from, position); at < to; at++) {
                piece[offset + (int) (at - position)] = plane.fill[(int) ((at - from) % plane.fill.length)];
            }
        }
    }
}
