package org.sallyport.ith.connector.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import java.util.zip.CRC32;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.DeliveryInstance;

/** Instances as an upload with identity is handed them. */
record Originals(String sopInstanceUid, String seriesInstanceUid, byte[] part10) implements DeliveryInstance {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";

    static DeliveryInstance of(DataSet dataSet) throws IOException {
        String sop = Objects.requireNonNull(dataSet.string(Tag.SOPInstanceUID));
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(CT, sop, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid())
                .write(out);
        DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(dataSet);
        writer.finish();
        return new Originals(sop, String.valueOf(dataSet.string(Tag.SeriesInstanceUID)), out.toByteArray());
    }

    @Override
    public String sopClassUid() {
        return CT;
    }

    @Override
    public String transferSyntaxUid() {
        return TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid();
    }

    @Override
    public long length() {
        return part10.length;
    }

    @Override
    public long crc32() {
        CRC32 crc = new CRC32();
        crc.update(part10);
        return crc.getValue();
    }

    @Override
    public byte[] sha256() {
        return new byte[32];
    }

    @Override
    public InputStream open() {
        return new ByteArrayInputStream(part10);
    }
}
