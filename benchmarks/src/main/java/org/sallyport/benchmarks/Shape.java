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
 */
record Shape(String name, Modality modality, int series, int imagesOfSeries, int pixels) {

    static final Shape CT500 = new Shape("ct500", Modality.CT, 1, 500, 512);
    static final Shape MR5000 = new Shape("mr5000", Modality.MR, 10, 500, 256);
    static final Shape CT100 = new Shape("ct100", Modality.CT, 1, 100, 512);

    int images() {
        return series * imagesOfSeries;
    }

    /**
     * A study of this shape, generated unless it is there from an earlier call.
     *
     * @param number tells studies apart: studies of different numbers share no identity
     * @param parent a folder of this study is made in it
     */
    List<Image> study(int number, Path parent) throws IOException {
        SyntheticStudy study =
                new SyntheticStudy(new Patient(number), modality, number, series, imagesOfSeries, pixels, pixels);
        Path folder = parent.resolve(name + "-" + number);
        if (!Files.isDirectory(folder)) {
            // A generation that was broken off never has the final name.
            Path part = parent.resolve(name + "-" + number + ".part");
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
}
