package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.concurrent.Semaphore;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.PixelFilter;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.dicom.image.Region;

/**
 * A second opinion on the pixels of an object, as they would go out: text in one of its frames, or no answer, and it is held. Objects wait for their
 * turn before their frames are in memory. Thread-safe.
 */
final class TextCheck {

    private static final String CANNOT = "text in the pixels cannot be ruled out: ";
    private static final int MOST_PLACES = 4;
    private static final int MOST_AT_ONCE = 16;

    /** A frame takes it at most while it is decoded, see {@link PixelLimits}; its pictures take less. */
    private static final double HEAP_OF_EACH = 256 << 20;

    private static final int MOST_WAIT_SECONDS = 600;

    private final TextRecognition recognition;
    private final int most;
    private final Semaphore turns;
    private final int waitSeconds;

    /** @param most frames of an object that are looked at */
    TextCheck(TextRecognition recognition, int most) {
        this(
                recognition,
                most,
                atOnce(
                        Runtime.getRuntime().availableProcessors(),
                        Runtime.getRuntime().maxMemory()),
                MOST_WAIT_SECONDS);
    }

    static int atOnce(int processors, long heap) {
        return (int) Math.max(1, Math.min(Math.min(processors, MOST_AT_ONCE), Math.round(heap / HEAP_OF_EACH)));
    }

    /**
     * @param atOnce objects that are looked at at the same time
     * @param waitSeconds that another one may wait for its turn
     */
    TextCheck(TextRecognition recognition, int most, int atOnce, int waitSeconds) {
        this.recognition = recognition;
        this.most = most;
        this.turns = new Semaphore(atOnce, true);
        this.waitSeconds = waitSeconds;
    }

    /**
     * @param head the elements before the pixels
     * @param blanked regions that will be blanked
     * @throws Doubt if there is text, or if that cannot be told; it says where, not what
     */
    void check(PixelSource pixels, DataSet head, TransferSyntax syntax, List<Region> blanked) throws IOException {
        if (pixels.tag() != Tag.PixelData) {
            throw new Doubt(CANNOT + Tag.format(pixels.tag()) + " cannot be looked at");
        }
        takeTurn();
        try (InputStream in = pixels.open()) {
            ImagePixel[] image = new ImagePixel[1];
            int[][] chosen = new int[1][];
            PixelFilter filter = PixelFilter.changing(
                    in,
                    pixels.length(),
                    head,
                    syntax,
                    blanked,
                    (frame, samples) -> {
                        if (Arrays.binarySearch(chosen[0], frame) >= 0) {
                            look(frame, samples, image[0], isSigned(head));
                        }
                        return samples;
                    },
                    PixelLimits.DEFAULT);
            image[0] = Objects.requireNonNull(filter.decodedImage());
            chosen[0] = chosen(image[0].frames(), most);
            filter.stream().transferTo(OutputStream.nullOutputStream());
        } catch (ImageException e) {
            throw new Doubt(CANNOT + e.getMessage());
        } finally {
            turns.release();
        }
    }

    private void takeTurn() {
        try {
            if (!turns.tryAcquire(waitSeconds, TimeUnit.SECONDS)) {
                throw new Doubt(CANNOT + "others took longer than " + waitSeconds + " seconds");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new Doubt(CANNOT + "interrupted while others were looked at");
        }
    }

    private void look(int frame, byte[] samples, ImagePixel image, boolean signed) {
        List<Region> found;
        try {
            found = recognition.find(samples, image, signed);
        } catch (Doubt e) {
            throw new Doubt(CANNOT + e.reason());
        }
        if (!found.isEmpty()) {
            throw new Doubt("text in the pixels (frame " + (frame + 1) + ") at " + places(found));
        }
    }

    private static String places(List<Region> found) {
        String places = found.stream()
                .limit(MOST_PLACES)
                .map(place -> place.left() + "," + place.top() + " " + place.width() + "×" + place.height())
                .collect(Collectors.joining("; "));
        int more = found.size() - MOST_PLACES;
        return more > 0 ? places + " and " + more + " more places" : places;
    }

    /** Where text stands in one frame of an object that is looked at by a person. */
    List<Region> find(byte[] samples, ImagePixel image, DataSet head) {
        takeTurn();
        try {
            return recognition.find(samples, image, isSigned(head));
        } finally {
            turns.release();
        }
    }

    private static boolean isSigned(DataSet head) {
        return head.intValue(Tag.PixelRepresentation, 0) == 1;
    }

    /** The first, the last, and as many between, at equal distances. */
    static int[] chosen(int frames, int most) {
        int[] chosen = new int[Math.min(frames, most)];
        for (int i = 0; i < chosen.length; i++) {
            chosen[i] = chosen.length == 1 ? 0 : (int) ((long) i * (frames - 1) / (chosen.length - 1));
        }
        return chosen;
    }
}
