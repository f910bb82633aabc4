package org.sallyport.itests;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.Enumeration;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.ZipEntry;
import java.util.zip.ZipFile;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Which generated images archives hold, told by the numbers that de-identification keeps; and whether their pixels are whole. */
final class Delivered {

    private Delivered() {}

    /** Key of {@link Senders#acknowledged} → how often. Fails if an image is torn or altered. */
    static Map<String, Integer> images(List<Path> archives) throws IOException {
        Map<String, Integer> images = new HashMap<>();
        for (Path archive : archives) {
            try (ZipFile zip = new ZipFile(archive.toFile())) {
                for (Enumeration<? extends ZipEntry> e = zip.entries(); e.hasMoreElements(); ) {
                    ZipEntry entry = e.nextElement();
                    DataSet image;
                    try (BufferedInputStream in = new BufferedInputStream(zip.getInputStream(entry))) {
                        image = Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                                .dataSet()
                                .readAll();
                    }
                    int study = image.intValue(Tag.AcquisitionNumber, -1);
                    int series = image.intValue(Tag.SeriesNumber, -1);
                    int instance = image.intValue(Tag.InstanceNumber, -1);
                    SyntheticStudy sent = Senders.study(study, 1);
                    byte[] expected = pixels(sent.image(series, instance));
                    if (!Arrays.equals(expected, pixels(image))) {
                        throw new AssertionError("image " + study + "/" + series + "/" + instance
                                + " was delivered with other pixels than were sent");
                    }
                    images.merge(study + "/" + series + "/" + instance, 1, Integer::sum);
                }
            }
        }
        return images;
    }

    private static byte[] pixels(DataSet image) {
        var element = image.get(Tag.PixelData);
        if (element == null) {
            throw new AssertionError("an image without pixels");
        }
        return element.bytes();
    }
}
