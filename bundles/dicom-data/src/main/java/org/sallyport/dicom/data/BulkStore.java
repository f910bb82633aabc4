package org.sallyport.dicom.data;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;

/** Takes values that are too long to be held in memory. */
@FunctionalInterface
public interface BulkStore {

    /** Refuses every such value: the reader fails with {@link DicomDataException.Reason#LIMIT}. */
    BulkStore REFUSE = (tag, vr, length, in) -> {
        throw new DicomDataException(
                DicomDataException.Reason.LIMIT,
                Tag.format(tag) + " is too long to be held in memory: " + length + " bytes");
    };

    /** Passes every such value over, for readers that have no use for it; it cannot be opened. */
    BulkStore PASS_OVER = (tag, vr, length, in) -> {
        in.transferTo(OutputStream.nullOutputStream());
        return new PassedOver(length);
    };

    /** A value that was read past. */
    record PassedOver(long length) implements Value.Bulk {

        @Override
        public InputStream open() throws IOException {
            throw new IOException("the value was passed over");
        }
    }

    /**
     * @param length bytes, known; odd lengths are passed on as they came
     * @param in ends after the value, already little endian; has to be read to its end
     */
    Value.Bulk store(int tag, VR vr, long length, InputStream in) throws IOException;
}
