package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * The shape of a study.
 *
 * @param pixels rows and columns of each image, 16 bits a pixel
 * @param warmUpImages after how many an appliance is measured
 */
record Shape(String name, Modality modality, int series, int imagesOfSeries, int pixels, int warmUpImages) {

    static final Shape CT500 = new Shape("ct500", Modality.CT, 1, 500, 512, 5_000);
    /** Of 12.7 kB each, attributes included. */
    static final Shape MR5000 = new Shape("mr5000", Modality.MR, 10, 500, 70, 10_000);

    static final Shape CT100 = new Shape("ct100", Modality.CT, 1, 100, 512, 2_000);

    /** For trying out. */
    static final Shape MR200 = new Shape("mr200", Modality.MR, 2, 100, 70, 2_000);

    int images() {
        return series * imagesOfSeries;
    }

    /** Of each image. */
    long pixelBytes() {
        return 2L * pixels * pixels;
    }

    private SyntheticStudy synthetic(int number) {
        return new SyntheticStudy(new Patient(number), modality, number, series, imagesOfSeries, pixels, pixels);
    }

    String studyInstanceUid(int number) {
        return synthetic(number).studyInstanceUid();
    }

    /**
     * A study of this shape, generated unless it is there from an earlier call.
     *
     * @param number tells studies apart: studies of different numbers share no identity
     * @param parent a folder of this study is made in it
     */
    List<Image> study(int number, Path parent) throws IOException {
        SyntheticStudy study = synthetic(number);
        // With the size: a study that was left by an earlier version of this shape is not taken for it.
        Path folder = parent.resolve(name + "-" + pixels + "-" + number);
        if (!Files.isDirectory(folder)) {
            // A generation that was broken off never has the final name.
            Path part = parent.resolve(folder.getFileName() + ".part");
            Folders.delete(part);
            study.writeTo(part);
            Files.move(part, folder);
        }
        List<Image> images = new ArrayList<>();
        for (int s = 1; s <= series; s++) {
            for (int i = 1; i <= imagesOfSeries; i++) {
                String file = modality.name().toLowerCase(Locale.ROOT) + number + "-" + s + "-" + i + ".dcm";
                Path path = folder.resolve(file);
                images.add(new Image(path, Files.size(path), modality.sopClassUid(), study.sopInstanceUid(s, i)));
            }
        }
        return images;
    }

    /** The first images of studies of this shape, as many studies as it takes. */
    List<Image> images(int firstStudy, int count, Path parent) throws IOException {
        List<Image> images = new ArrayList<>();
        for (int number = firstStudy; images.size() < count; number++) {
            List<Image> study = study(number, parent);
            images.addAll(study.subList(0, Math.min(study.size(), count - images.size())));
        }
        return images;
    }
}
