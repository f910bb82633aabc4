package org.sallyport.dicom.image;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.util.List;
import java.util.Random;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/** Images made up for tests: gradients with noise, edges and flat parts, the same for the same arguments. */
final class Images {

    static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
    static final TransferSyntax RLE = syntax("1.2.840.10008.1.2.5");

    static final Limits LARGE = new Limits(32, 500_000, 64 << 20, 128L << 20);

    private static final String SECONDARY_CAPTURE = "1.2.840.10008.5.1.4.1.1.7";
    private static final String INSTANCE = "2.25.7";

    private Images() {}

    static TransferSyntax syntax(String uid) {
        return TransferSyntax.of(uid).orElseThrow();
    }

    /**
     * A shape of image.
     *
     * @param signed whether Pixel Representation is 1
     */
    record Shape(int rows, int columns, String photometric, int allocated, int stored, boolean signed, int frames) {

        int samples() {
            return photometric.startsWith("MONOCHROME") || photometric.startsWith("PALETTE") ? 1 : 3;
        }

        int frameBytes() {
            return rows * columns * samples() * allocated / 8;
        }

        @Override
        public String toString() {
            return rows + "x" + columns + " " + photometric + " " + stored + "/" + allocated + (signed ? " signed" : "")
                    + " " + frames + " frames";
        }
    }

    static Shape mono(int rows, int columns, int allocated, int stored) {
        return new Shape(rows, columns, "MONOCHROME2", allocated, stored, false, 1);
    }

    /** Native pixel data of all frames, by pixel. */
    static byte[] pixels(Shape shape) {
        Random random = new Random(shape.hashCode());
        ByteBuffer out =
                ByteBuffer.allocate(shape.frameBytes() * shape.frames()).order(ByteOrder.LITTLE_ENDIAN);
        long range = 1L << shape.stored();
        for (int frame = 0; frame < shape.frames(); frame++) {
            for (int y = 0; y < shape.rows(); y++) {
                for (int x = 0; x < shape.columns(); x++) {
                    for (int sample = 0; sample < shape.samples(); sample++) {
                        long value = sample(shape, frame, y, x, sample, range, random);
                        put(out, shape.allocated(), shape.signed() ? value - range / 2 : value);
                    }
                }
            }
        }
        return out.array();
    }

    private static long sample(Shape shape, int frame, int y, int x, int sample, long range, Random random) {
        if (y < shape.rows() / 5) {
            return range / 3;
        }
        if (x > shape.columns() * 4 / 5) {
            return (x + y & 4) == 0 ? 0 : range - 1;
        }
        double wave = Math.sin((x + 7.0 * sample + 3.0 * frame) / 9) * Math.cos(y / (11.0 + sample));
        long noise = (long) (random.nextGaussian() * range / 200);
        return Math.max(0, Math.min(range - 1, (long) ((wave + 1) / 2 * (range - 1)) + noise));
    }

    private static void put(ByteBuffer out, int allocated, long value) {
        switch (allocated) {
            case 8 -> out.put((byte) value);
            case 16 -> out.putShort((short) value);
            default -> out.putInt((int) value);
        }
    }

    static DataSet dataSet(Shape shape, byte[] pixels) {
        DataSet dataSet = attributes(shape);
        dataSet.put(Element.of(Tag.PixelData, shape.allocated() > 8 ? VR.OW : VR.OB, pixels));
        return dataSet;
    }

    static DataSet encapsulated(Shape shape, byte[]... fragments) {
        DataSet dataSet = attributes(shape);
        dataSet.put(new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of(fragments))));
        return dataSet;
    }

    static DataSet attributes(Shape shape) {
        DataSet dataSet = new DataSet();
        dataSet.setString(Tag.SOPClassUID, sopClass(shape));
        dataSet.setString(Tag.SOPInstanceUID, INSTANCE);
        dataSet.setString(Tag.StudyInstanceUID, "2.25.5");
        dataSet.setString(Tag.SeriesInstanceUID, "2.25.6");
        dataSet.setString(Tag.Modality, "OT");
        dataSet.setString(Tag.PatientID, "TEST");
        dataSet.setInt(Tag.SamplesPerPixel, shape.samples());
        dataSet.setString(Tag.PhotometricInterpretation, shape.photometric());
        if (shape.samples() > 1) {
            dataSet.setInt(Tag.PlanarConfiguration, 0);
        }
        if (shape.frames() > 1) {
            dataSet.setInt(Tag.NumberOfFrames, shape.frames());
        }
        dataSet.setInt(Tag.Rows, shape.rows());
        dataSet.setInt(Tag.Columns, shape.columns());
        dataSet.setInt(Tag.BitsAllocated, shape.allocated());
        dataSet.setInt(Tag.BitsStored, shape.stored());
        dataSet.setInt(Tag.HighBit, shape.stored() - 1);
        dataSet.setInt(Tag.PixelRepresentation, shape.signed() ? 1 : 0);
        return dataSet;
    }

    /** Secondary Capture, of the multi-frame classes the one that fits (PS3.3 A.8). */
    private static String sopClass(Shape shape) {
        if (shape.frames() == 1) {
            return SECONDARY_CAPTURE;
        }
        return SECONDARY_CAPTURE + (shape.samples() == 3 ? ".4" : shape.allocated() == 8 ? ".2" : ".3");
    }

    static byte[] written(DataSet dataSet, TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, syntax);
        writer.write(dataSet);
        writer.finish();
        return out.toByteArray();
    }

    static byte[] file(DataSet dataSet, TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        String sopClass = String.valueOf(dataSet.string(Tag.SOPClassUID));
        FileMetaInformation.ours(sopClass, INSTANCE, syntax.uid()).write(out);
        out.write(written(dataSet, syntax));
        return out.toByteArray();
    }

    static DataSet read(byte[] bytes, TransferSyntax syntax) throws IOException {
        return DataSetReader.readAll(new ByteArrayInputStream(bytes), syntax, LARGE);
    }

    static Part10Reader open(byte[] file) throws IOException {
        return Part10Reader.open(new ByteArrayInputStream(file), LARGE, BulkStore.REFUSE);
    }

    static Transcoder transcoder() {
        return new Transcoder(LARGE, PixelLimits.DEFAULT, BulkStore.REFUSE);
    }

    /** The data set in another syntax, read again. */
    static DataSet transcoded(DataSet dataSet, TransferSyntax from, TransferSyntax to) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        transcoder().dataSet(new ByteArrayInputStream(written(dataSet, from)), from, to, out);
        return read(out.toByteArray(), to);
    }

    static byte[] pixelData(DataSet dataSet) {
        Element pixelData = dataSet.get(Tag.PixelData);
        return pixelData == null ? new byte[0] : pixelData.bytes();
    }

    static List<byte[]> fragments(DataSet dataSet) {
        Element pixelData = dataSet.get(Tag.PixelData);
        return pixelData != null && pixelData.value() instanceof Value.Fragments fragments
                ? fragments.fragments()
                : List.of();
    }

    /** An odd value has a byte of padding when it is read again. */
    static byte[] even(byte[] bytes) {
        return java.util.Arrays.copyOf(bytes, bytes.length + (bytes.length & 1));
    }
}
