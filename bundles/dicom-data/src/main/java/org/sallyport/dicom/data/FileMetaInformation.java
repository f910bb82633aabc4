package org.sallyport.dicom.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import org.jspecify.annotations.Nullable;

/**
 * File Meta Information (PS3.10 7.1). UIDs only as given, not checked.
 *
 * @param sourceAet Source Application Entity Title (0002,0016), or null
 */
public record FileMetaInformation(
        String mediaStorageSopClassUid,
        String mediaStorageSopInstanceUid,
        String transferSyntaxUid,
        String implementationClassUid,
        @Nullable String implementationVersionName,
        @Nullable String sourceAet) {

    static final int PREAMBLE = 128;
    private static final byte[] MAGIC = {'D', 'I', 'C', 'M'};

    /** Of a file that this project writes. */
    public static FileMetaInformation ours(String sopClassUid, String sopInstanceUid, String transferSyntaxUid) {
        return new FileMetaInformation(
                sopClassUid,
                sopInstanceUid,
                transferSyntaxUid,
                Uids.IMPLEMENTATION_CLASS,
                Uids.IMPLEMENTATION_VERSION,
                null);
    }

    static FileMetaInformation of(DataSet group2) {
        return new FileMetaInformation(
                orEmpty(group2.string(Tag.MediaStorageSOPClassUID)),
                orEmpty(group2.string(Tag.MediaStorageSOPInstanceUID)),
                orEmpty(group2.string(Tag.TransferSyntaxUID)),
                orEmpty(group2.string(Tag.ImplementationClassUID)),
                group2.string(Tag.ImplementationVersionName),
                group2.string(Tag.SourceApplicationEntityTitle));
    }

    private static String orEmpty(@Nullable String value) {
        return value == null ? "" : value;
    }

    /** Writes a preamble of zeros, {@code DICM} and the meta information (explicit VR little endian). */
    public void write(OutputStream out) throws IOException {
        DataSet group2 = new DataSet();
        group2.put(Element.of(Tag.FileMetaInformationVersion, VR.OB, new byte[] {0, 1}));
        group2.setString(Tag.MediaStorageSOPClassUID, mediaStorageSopClassUid);
        group2.setString(Tag.MediaStorageSOPInstanceUID, mediaStorageSopInstanceUid);
        group2.setString(Tag.TransferSyntaxUID, transferSyntaxUid);
        group2.setString(Tag.ImplementationClassUID, implementationClassUid);
        if (implementationVersionName != null) {
            group2.setString(Tag.ImplementationVersionName, implementationVersionName);
        }
        if (sourceAet != null) {
            group2.setString(Tag.SourceApplicationEntityTitle, sourceAet);
        }
        byte[] body = encode(group2);
        DataSet length = new DataSet();
        length.setInt(Tag.FileMetaInformationGroupLength, VR.UL, body.length);
        out.write(new byte[PREAMBLE]);
        out.write(MAGIC);
        out.write(encode(length));
        out.write(body);
    }

    private static byte[] encode(DataSet dataSet) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        DataSetWriter writer = new DataSetWriter(bytes, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(dataSet);
        writer.finish();
        return bytes.toByteArray();
    }
}
