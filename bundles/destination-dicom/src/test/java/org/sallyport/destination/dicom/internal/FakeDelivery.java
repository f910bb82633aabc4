package org.sallyport.destination.dicom.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.zip.CRC32;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;

/** A delivery of generated images. */
record FakeDelivery(long id, IdentityMode identity, List<DeliveryInstance> instances, List<Integer> told)
        implements Delivery {

    static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    static final String EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
    static final String IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid();

    static FakeDelivery of(DeliveryInstance... instances) {
        return new FakeDelivery(17, IdentityMode.PSEUDONYMOUS, List.of(instances), new ArrayList<>());
    }

    /** Images {@code 1.2.1}, {@code 1.2.2}, …, in explicit VR little endian. */
    static FakeDelivery images(int count) throws IOException {
        DeliveryInstance[] all = new DeliveryInstance[count];
        for (int i = 0; i < count; i++) {
            all[i] = image("1.2." + (i + 1));
        }
        return of(all);
    }

    static DeliveryInstance image(String sopInstanceUid) throws IOException {
        return new Image(CT, sopInstanceUid, EXPLICIT, part10(CT, sopInstanceUid));
    }

    static DataSet dataSet(String sopClassUid, String sopInstanceUid) {
        DataSet image = new DataSet();
        image.setString(Tag.SOPClassUID, sopClassUid);
        image.setString(Tag.SOPInstanceUID, sopInstanceUid);
        image.setString(Tag.PatientID, "ANON-1");
        image.setInt(Tag.SamplesPerPixel, 1);
        image.setString(Tag.PhotometricInterpretation, "MONOCHROME2");
        image.setInt(Tag.Rows, 16);
        image.setInt(Tag.Columns, 16);
        image.setInt(Tag.BitsAllocated, 16);
        image.setInt(Tag.BitsStored, 16);
        image.setInt(Tag.HighBit, 15);
        image.setInt(Tag.PixelRepresentation, 0);
        image.put(Element.of(Tag.PixelData, VR.OW, pixels(512)));
        return image;
    }

    /** Steps with runs of the same value and without. */
    static byte[] pixels(int length) {
        byte[] pixels = new byte[length];
        for (int i = 0; i < length; i++) {
            pixels[i] = (byte) (i % 3 == 0 ? i / 16 * 8 : i / 32);
        }
        return pixels;
    }

    /** In any syntax that the gateway's own codecs can write. */
    static DeliveryInstance image(String sopInstanceUid, TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        new org.sallyport.dicom.image.Transcoder(Limits.DEFAULT, PixelLimits.DEFAULT, BulkStore.REFUSE)
                .part10(new ByteArrayInputStream(part10(CT, sopInstanceUid)), syntax, out);
        return new Image(CT, sopInstanceUid, syntax.uid(), out.toByteArray());
    }

    static byte[] part10(String sopClassUid, String sopInstanceUid) throws IOException {
        return part10(sopClassUid, sopInstanceUid, EXPLICIT, dataSet(sopClassUid, sopInstanceUid));
    }

    /** Says that it is RLE Lossless, and is not. */
    static DeliveryInstance brokenRle(String sopInstanceUid) throws IOException {
        String rle = "1.2.840.10008.1.2.5";
        DataSet image = dataSet(CT, sopInstanceUid);
        image.put(
                new Element(Tag.PixelData, VR.OB, new Value.Fragments(List.of(new byte[0], new byte[] {9, 9, 9, 9}))));
        return new Image(CT, sopInstanceUid, rle, part10(CT, sopInstanceUid, rle, image));
    }

    static byte[] part10(String sopClassUid, String sopInstanceUid, String syntax, DataSet image) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(sopClassUid, sopInstanceUid, syntax).write(out);
        DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(image);
        writer.finish();
        return out.toByteArray();
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public int part() {
        return 1;
    }

    @Override
    public StudyFacts study() {
        return new StudyFacts("2.25.1", "ANON-1", null, null, Set.of("CT"), "CT1", 1, instances.size(), 0, Map.of());
    }

    @Override
    public void progress(int instancesDone, long bytesDone) {
        told.add(instancesDone);
    }

    @Override
    public boolean isCancelled() {
        return false;
    }

    record Image(String sopClassUid, String sopInstanceUid, String transferSyntaxUid, byte[] file)
            implements DeliveryInstance {

        @Override
        public String seriesInstanceUid() {
            return "2.25.10";
        }

        @Override
        public long length() {
            return file.length;
        }

        @Override
        public long crc32() {
            CRC32 crc = new CRC32();
            crc.update(file);
            return crc.getValue();
        }

        @Override
        public byte[] sha256() {
            return new byte[32];
        }

        @Override
        public InputStream open() throws IOException {
            if (file.length == 0) {
                throw new IOException("damaged on disk");
            }
            return new ByteArrayInputStream(file);
        }
    }
}
