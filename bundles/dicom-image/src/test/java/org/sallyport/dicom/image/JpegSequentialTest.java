package org.sallyport.dicom.image;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.dicom.image.Images.EXPLICIT;

import java.awt.image.BufferedImage;
import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.util.Arrays;
import java.util.List;
import java.util.stream.Stream;
import javax.imageio.IIOImage;
import javax.imageio.ImageIO;
import javax.imageio.ImageTypeSpecifier;
import javax.imageio.ImageWriter;
import javax.imageio.metadata.IIOMetadata;
import javax.imageio.metadata.IIOMetadataNode;
import javax.imageio.stream.ImageOutputStream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.image.Images.Shape;

/** Baseline images written, and read as a second opinion, by the JDK's own library. */
class JpegSequentialTest {

    private static final TransferSyntax BASELINE = Images.syntax("1.2.840.10008.1.2.4.50");
    private static final String METADATA = "javax_imageio_jpeg_image_1.0";

    /**
     * @param h sampling factors of the first component, the others have 1; half the rows only is left out, as the JDK's library is built with others
     *     that smooth there, unlike the IJG's
     * @param interval MCUs between restart markers, 0 = none
     */
    record Encoding(int rows, int columns, boolean colour, int h, int v, int interval) {

        Shape shape() {
            return new Shape(rows, columns, colour ? "YBR_FULL_422" : "MONOCHROME2", 8, 8, false, 1);
        }
    }

    static Stream<Encoding> encodings() {
        return Stream.of(1, 2, 7, 8, 9, 16, 17, 40).flatMap(rows -> Stream.of(1, 3, 4, 5, 8, 15, 33, 64)
                .flatMap(columns -> Stream.of(
                        new Encoding(rows, columns, false, 1, 1, 0),
                        new Encoding(rows, columns, false, 1, 1, 2),
                        new Encoding(rows, columns, true, 1, 1, 3),
                        new Encoding(rows, columns, true, 2, 1, 0),
                        new Encoding(rows, columns, true, 2, 2, 1),
                        new Encoding(rows, columns, true, 4, 1, 0))));
    }

    @ParameterizedTest
    @MethodSource("encodings")
    void samplesAreThoseOfAnotherDecoder(Encoding encoding) throws IOException {
        Shape shape = encoding.shape();
        byte[] jpeg = jpeg(encoding);
        DataSet decoded = Images.transcoded(Images.encapsulated(shape, new byte[0], jpeg), BASELINE, EXPLICIT);
        byte[] ours = Images.pixelData(decoded);
        byte[] theirs = Images.even(samples(ImageIO.read(new ByteArrayInputStream(jpeg)), shape));
        assertEquals(theirs.length, ours.length);
        int worst = 0;
        for (int i = 0; i < ours.length; i++) {
            worst = Math.max(worst, Math.abs((ours[i] & 0xFF) - (theirs[i] & 0xFF)));
        }
        assertTrue(worst <= 1, "grey levels apart: " + worst);
        assertEquals(encoding.colour ? "RGB" : "MONOCHROME2", decoded.string(Tag.PhotometricInterpretation));
    }

    @Test
    void aLossyImageSaysSo() throws IOException {
        Encoding encoding = new Encoding(20, 20, false, 1, 1, 0);
        DataSet dataSet = Images.encapsulated(encoding.shape(), new byte[0], jpeg(encoding));
        DataSet decoded = Images.transcoded(dataSet, BASELINE, EXPLICIT);
        assertEquals("01", decoded.string(Tag.LossyImageCompression));
        assertEquals("ISO_10918_1", decoded.string(Tag.LossyImageCompressionMethod));
        assertNull(decoded.get(Tag.PlanarConfiguration));
    }

    @Test
    void whatTheImageSaysOfItsLossStays() throws IOException {
        Encoding encoding = new Encoding(20, 20, false, 1, 1, 0);
        DataSet dataSet = Images.encapsulated(encoding.shape(), new byte[0], jpeg(encoding));
        dataSet.setString(Tag.LossyImageCompression, "01");
        dataSet.setString(Tag.LossyImageCompressionRatio, "30\\12");
        dataSet.setString(Tag.LossyImageCompressionMethod, "ISO_15444_1\\ISO_10918_1");
        DataSet decoded = Images.transcoded(dataSet, BASELINE, EXPLICIT);
        assertEquals(List.of("ISO_15444_1", "ISO_10918_1"), decoded.strings(Tag.LossyImageCompressionMethod));
        assertEquals(List.of("30", "12"), decoded.strings(Tag.LossyImageCompressionRatio));
    }

    @Test
    void adobesMarkerDecidesOnColoursElseThePhotometricInterpretation() throws IOException {
        Encoding encoding = new Encoding(16, 16, true, 1, 1, 0);
        byte[] plain = jpeg(encoding);
        byte[] converted = decoded("YBR_FULL", plain);
        byte[] asItIs = decoded("RGB", plain);
        assertTrue(!Arrays.equals(converted, asItIs));
        for (String photometric : List.of("RGB", "YBR_FULL", "YBR_FULL_422")) {
            assertTrue(Arrays.equals(converted, decoded(photometric, withAdobe(plain, 1))));
            assertTrue(Arrays.equals(asItIs, decoded(photometric, withAdobe(plain, 0))));
        }
    }

    private static byte[] decoded(String photometric, byte[] jpeg) throws IOException {
        Shape shape = new Shape(16, 16, photometric, 8, 8, false, 1);
        DataSet decoded = Images.transcoded(Images.encapsulated(shape, new byte[0], jpeg), BASELINE, EXPLICIT);
        assertEquals("RGB", decoded.string(Tag.PhotometricInterpretation));
        assertEquals(0, decoded.intValue(Tag.PlanarConfiguration, -1));
        return Images.pixelData(decoded);
    }

    private static byte[] withAdobe(byte[] jpeg, int transform) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        out.write(jpeg, 0, 2);
        out.writeBytes(
                JpegLosslessTest.bytes(0xFF, 0xEE, 0, 14, 'A', 'd', 'o', 'b', 'e', 0, 100, 0, 0, 0, 0, transform));
        out.write(jpeg, 2, jpeg.length - 2);
        return out.toByteArray();
    }

    static byte[] jpeg(Encoding encoding) throws IOException {
        Shape shape =
                new Shape(encoding.rows, encoding.columns, encoding.colour ? "RGB" : "MONOCHROME2", 8, 8, false, 1);
        BufferedImage image = image(shape, Images.pixels(shape));
        ImageWriter writer = ImageIO.getImageWritersByFormatName("jpeg").next();
        IIOMetadata metadata = writer.getDefaultImageMetadata(new ImageTypeSpecifier(image), null);
        IIOMetadataNode root = (IIOMetadataNode) metadata.getAsTree(METADATA);
        if (encoding.colour) {
            IIOMetadataNode first =
                    (IIOMetadataNode) root.getElementsByTagName("componentSpec").item(0);
            first.setAttribute("HsamplingFactor", "" + encoding.h);
            first.setAttribute("VsamplingFactor", "" + encoding.v);
        }
        if (encoding.interval > 0) {
            IIOMetadataNode restart = new IIOMetadataNode("dri");
            restart.setAttribute("interval", "" + encoding.interval);
            root.getElementsByTagName("markerSequence")
                    .item(0)
                    .insertBefore(restart, root.getElementsByTagName("sos").item(0));
        }
        metadata.setFromTree(METADATA, root);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        try (ImageOutputStream stream = ImageIO.createImageOutputStream(out)) {
            writer.setOutput(stream);
            writer.write(null, new IIOImage(image, null, metadata), null);
        } finally {
            writer.dispose();
        }
        return out.toByteArray();
    }

    private static BufferedImage image(Shape shape, byte[] pixels) {
        boolean colour = shape.samples() == 3;
        BufferedImage image = new BufferedImage(
                shape.columns(), shape.rows(), colour ? BufferedImage.TYPE_3BYTE_BGR : BufferedImage.TYPE_BYTE_GRAY);
        int at = 0;
        for (int y = 0; y < shape.rows(); y++) {
            for (int x = 0; x < shape.columns(); x++) {
                for (int band = 0; band < shape.samples(); band++) {
                    image.getRaster().setSample(x, y, band, pixels[at++] & 0xFF);
                }
            }
        }
        return image;
    }

    private static byte[] samples(BufferedImage image, Shape shape) {
        byte[] samples = new byte[shape.frameBytes()];
        int at = 0;
        for (int y = 0; y < shape.rows(); y++) {
            for (int x = 0; x < shape.columns(); x++) {
                for (int band = 0; band < shape.samples(); band++) {
                    samples[at++] = (byte) image.getRaster().getSample(x, y, band);
                }
            }
        }
        return samples;
    }
}
