package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.EnumSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.ImageException;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.PixelFilter;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.dicom.image.Region;

/** What is done to pixels: regions blanked, text looked for, features cleaned by a plug-in. Thread-safe. */
final class PixelTreatment {

    private final PixelCleaners cleaners;
    private final CleanerCalls calls;
    private final OcrSettings ocr;
    private final TextCheck text;

    PixelTreatment(PixelCleaners cleaners, CleanerCalls calls, OcrSettings ocr, TextRecognition recognition) {
        this.cleaners = cleaners;
        this.calls = calls;
        this.ocr = ocr;
        this.text = new TextCheck(recognition, ocr.frames());
    }

    /** Whether the pixels have to be there as a whole first: what can fail half way must leave the original to be held. */
    boolean isCareful(PixelSource pixels, Admission admission, Profile profile) {
        return profile.pixelCleaner() != null
                || !admission.blanked().isEmpty() && pixels.isEncapsulated()
                || ocr.asks(admission, profile);
    }

    /**
     * What has to be done to an object's pixels.
     *
     * @param pixels spooled, if they are to be handled with care
     * @param head the original elements before them
     * @throws Doubt if it cannot be done, or text was found
     */
    PixelWork plan(PixelSource pixels, DataSet head, TransferSyntax syntax, Admission admission, Profile profile)
            throws IOException {
        if (ocr.asks(admission, profile)) {
            text.check(pixels, head, syntax, admission.blanked());
        }
        String cleaner = profile.pixelCleaner();
        if (admission.blanked().isEmpty() && cleaner == null) {
            return PixelWork.NONE;
        }
        if (pixels.tag() != Tag.PixelData) {
            throw new Doubt(Tag.format(pixels.tag()) + " has pixels that cannot be cleaned");
        }
        try {
            if (cleaner != null) {
                return cleaned(pixels, head, syntax, admission.blanked(), cleaner);
            }
            return admission.blanked().isEmpty() ? PixelWork.NONE : blanked(pixels, head, syntax, admission.blanked());
        } catch (ImageException e) {
            throw cannot(e);
        }
    }

    OcrSettings ocr() {
        return ocr;
    }

    /**
     * Where text stands in a frame, for a person to look at; empty if it is not looked for.
     *
     * @throws Doubt if that cannot be told
     */
    List<Region> textIn(byte[] samples, ImagePixel image, DataSet head) {
        return ocr.program() == null ? List.of() : text.find(samples, image, head);
    }

    private static Doubt cannot(ImageException e) {
        return new Doubt("the pixels cannot be cleaned: " + e.getMessage());
    }

    private static PixelWork blanked(PixelSource pixels, DataSet head, TransferSyntax syntax, List<Region> regions)
            throws IOException {
        Filtering filtering = original -> PixelFilter.blanking(
                original, pixels.vr(), pixels.length(), head, syntax, regions, PixelLimits.DEFAULT);
        if (!pixels.isEncapsulated()) {
            filtering.on(InputStream.nullInputStream());
            return new FilteredWork(filtering, head, false, Set.of(Option.CLEAN_PIXEL_DATA));
        }
        try (InputStream in = pixels.open()) {
            return new FilteredWork(
                    filtering, describedBy(filtering.on(in), head), true, Set.of(Option.CLEAN_PIXEL_DATA));
        }
    }

    private static DataSet describedBy(PixelFilter filter, DataSet head) {
        DataSet described = head.copy();
        filter.describe(described);
        return described;
    }

    private PixelWork cleaned(
            PixelSource pixels, DataSet head, TransferSyntax syntax, List<Region> regions, String name)
            throws IOException {
        Set<Option> done = EnumSet.of(Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES);
        if (!regions.isEmpty()) {
            done.add(Option.CLEAN_PIXEL_DATA);
        }
        DataSet described;
        ImagePixel image;
        try (InputStream in = pixels.open()) {
            PixelFilter first = PixelFilter.changing(
                    in, pixels.length(), head, syntax, regions, (frame, samples) -> samples, PixelLimits.DEFAULT);
            described = describedBy(first, head);
            image = Objects.requireNonNull(first.decodedImage());
        }
        CleanerCalls.Run run = calls.begin(
                cleaners.find(name).orElseThrow(() -> new Doubt("the pixel cleaner " + name + " is not there")),
                described,
                image);
        Filtering filtering = original ->
                PixelFilter.changing(original, pixels.length(), head, syntax, regions, run::clean, PixelLimits.DEFAULT);
        return new FilteredWork(filtering, described, true, done) {
            @Override
            public void close() {
                run.close();
            }
        };
    }

    /** Makes the filter anew on a stream of the original value. */
    @FunctionalInterface
    private interface Filtering {
        PixelFilter on(InputStream original) throws IOException;
    }

    private static class FilteredWork implements PixelWork {

        private final Filtering filtering;
        private final DataSet described;
        private final boolean decoded;
        private final Set<Option> done;

        FilteredWork(Filtering filtering, DataSet described, boolean decoded, Set<Option> done) {
            this.filtering = filtering;
            this.described = described;
            this.decoded = decoded;
            this.done = Set.copyOf(done);
        }

        @Override
        public void write(InputStream original, PixelSource pixels, DataSetWriter writer) throws IOException {
            try {
                PixelFilter filter = filtering.on(original);
                writer.stream(pixels.tag(), filter.vr(), filter.length(), filter.stream());
            } catch (ImageException e) {
                throw cannot(e);
            }
        }

        @Override
        public Set<Option> done() {
            return done;
        }

        @Override
        public boolean isDecoded() {
            return decoded;
        }

        @Override
        public DataSet described(DataSet head) {
            return described;
        }
    }
}
