package org.sallyport.dicom.data;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.Optional;
import org.sallyport.dicom.data.DicomDataException.Reason;

/**
 * Opens a Part 10 file (PS3.10 7), also one that lacks its preamble or its meta information: then the transfer syntax is told from the first
 * element. Owned by one thread.
 *
 * @param meta the meta information; without one in the file, of empty strings but for the transfer syntax
 * @param transferSyntax of the data set
 * @param dataSet reads the data set
 */
public record Part10Reader(FileMetaInformation meta, TransferSyntax transferSyntax, DataSetReader dataSet) {

    private static final int MARK = 16 * 1024;
    private static final int LONGEST_GROUP_2 = 64 * 1024;

    /** @throws DicomDataException if it is no DICOM file, or in a transfer syntax that is not known */
    public static Part10Reader open(InputStream stream, Limits limits, BulkStore bulkStore) throws IOException {
        BufferedInputStream in = new BufferedInputStream(stream, MARK);
        passPreamble(in);
        in.mark(MARK);
        byte[] start = in.readNBytes(8);
        in.reset();
        if (start.length < 8) {
            throw new DicomDataException(Reason.TRUNCATED, "no DICOM file: too short");
        }
        if (start[0] == 2 && start[1] == 0) {
            return withMeta(in, limits, bulkStore);
        }
        TransferSyntax guessed = guess(start);
        FileMetaInformation meta = new FileMetaInformation("", "", guessed.uid(), "", null, null);
        return new Part10Reader(meta, guessed, new DataSetReader(in, guessed, limits, bulkStore));
    }

    private static void passPreamble(BufferedInputStream in) throws IOException {
        in.mark(MARK);
        byte[] start = in.readNBytes(FileMetaInformation.PREAMBLE + 4);
        if (isMagic(start, FileMetaInformation.PREAMBLE)) {
            return;
        }
        in.reset();
        if (isMagic(start, 0)) {
            in.skipNBytes(4);
        }
    }

    private static boolean isMagic(byte[] bytes, int at) {
        return bytes.length >= at + 4
                && bytes[at] == 'D'
                && bytes[at + 1] == 'I'
                && bytes[at + 2] == 'C'
                && bytes[at + 3] == 'M';
    }

    private static Part10Reader withMeta(BufferedInputStream in, Limits limits, BulkStore bulkStore)
            throws IOException {
        DataSet group2 = new DataSet();
        int read = 0;
        while (true) {
            in.mark(64);
            byte[] header = in.readNBytes(8);
            if (header.length < 2 || header[0] != 2 || header[1] != 0) {
                in.reset();
                break;
            }
            if (header.length < 8) {
                throw new DicomDataException(Reason.TRUNCATED, "file ends inside its meta information");
            }
            int tag = 0x00020000 | header[2] & 0xFF | (header[3] & 0xFF) << 8;
            VR vr = VR.ofCode(header[4] & 0xFF, header[5] & 0xFF);
            if (vr == null || vr == VR.SQ) {
                throw new DicomDataException(Reason.MALFORMED, Tag.format(tag) + ": no value representation");
            }
            long length = header[6] & 0xFF | (header[7] & 0xFF) << 8;
            if (vr.hasLongLength()) {
                byte[] longer = in.readNBytes(4);
                if (longer.length < 4) {
                    throw new DicomDataException(Reason.TRUNCATED, "file ends inside " + Tag.format(tag));
                }
                length = longer[0] & 0xFF
                        | (longer[1] & 0xFF) << 8
                        | (longer[2] & 0xFF) << 16
                        | (longer[3] & 0xFFL) << 24;
            }
            read += 8;
            if (length > LONGEST_GROUP_2 - read) {
                throw new DicomDataException(
                        Reason.LIMIT, "file meta information of more than " + LONGEST_GROUP_2 + " bytes");
            }
            read += (int) length;
            byte[] value = in.readNBytes((int) length);
            if (value.length < length) {
                throw new DicomDataException(Reason.TRUNCATED, "file ends inside " + Tag.format(tag));
            }
            group2.put(Element.of(tag, vr, value));
        }
        FileMetaInformation meta = FileMetaInformation.of(group2);
        TransferSyntax syntax = meta.transferSyntaxUid().isEmpty() ? guessNext(in) : known(meta.transferSyntaxUid());
        return new Part10Reader(meta, syntax, new DataSetReader(in, syntax, limits, bulkStore));
    }

    private static TransferSyntax known(String uid) throws IOException {
        Optional<TransferSyntax> syntax = TransferSyntax.of(uid);
        if (syntax.isEmpty()) {
            throw new DicomDataException(Reason.MALFORMED, "(0002,0010): a transfer syntax that is not known");
        }
        return syntax.get();
    }

    private static TransferSyntax guessNext(BufferedInputStream in) throws IOException {
        in.mark(64);
        byte[] start = in.readNBytes(8);
        in.reset();
        if (start.length < 8) {
            throw new DicomDataException(Reason.TRUNCATED, "no data set");
        }
        return guess(start);
    }

    /** By the first element: letters where explicit VR has them, and on which side the zero of a small group number stands. */
    private static TransferSyntax guess(byte[] start) throws IOException {
        boolean explicit = VR.ofCode(start[4] & 0xFF, start[5] & 0xFF) != null;
        boolean little = start[1] == 0 && start[0] != 0;
        boolean big = start[0] == 0 && start[1] != 0;
        if (explicit && big) {
            return TransferSyntax.EXPLICIT_VR_BIG_ENDIAN;
        }
        if (!little) {
            throw new DicomDataException(Reason.MALFORMED, "no DICOM file");
        }
        return explicit ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;
    }
}
