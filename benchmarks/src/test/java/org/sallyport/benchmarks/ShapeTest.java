package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.stream.Collectors;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;

class ShapeTest {

    private static final Shape SMALL = new Shape("small", Modality.MR, 1, 3, 8, 0);

    @TempDir
    private Path folder;

    ShapeTest() {}

    @Test
    void asManyStudiesAreTakenAsTheImagesNeed() throws IOException {
        List<Image> images = SMALL.images(7, 5, folder);
        assertEquals(5, images.size());
        assertEquals(
                5,
                images.stream()
                        .map(Image::sopInstanceUid)
                        .collect(Collectors.toSet())
                        .size());
        assertEquals(SMALL.study(7, folder), images.subList(0, 3));
        assertEquals(SMALL.study(8, folder).subList(0, 2), images.subList(3, 5));
    }

    @Test
    void theBytesOfAnImageAreThoseOfItsFile() throws IOException {
        for (Image image : SMALL.study(1, folder)) {
            assertEquals(Files.size(image.file()), image.bytes());
            assertTrue(image.bytes() > SMALL.pixelBytes(), "attributes beside " + SMALL.pixelBytes() + " of pixels");
        }
    }

    @Test
    void smallMrImagesHaveTheSizeThatIsTold() throws IOException {
        Shape one = new Shape("one", Modality.MR, 1, 1, Shape.MR5000.pixels(), 0);
        long bytes = one.study(2, folder).get(0).bytes();
        assertEquals(127, bytes / 100, () -> bytes + " bytes");
    }
}
