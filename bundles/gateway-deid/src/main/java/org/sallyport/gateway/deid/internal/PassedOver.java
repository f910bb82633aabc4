package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.Value;

/** For readers that have no use for values too long for memory. */
final class PassedOver {

    static final BulkStore STORE = (tag, vr, length, in) -> {
        in.skipNBytes(length);
        return new Skipped(length, false);
    };

    /** One that has each long value searched before it is passed over. */
    static BulkStore searchedBy(LeakScan scan) {
        return (tag, vr, length, in) -> {
            scan.checkLong(tag, vr, in);
            return new Skipped(length, true);
        };
    }

    private PassedOver() {}

    /** @param searched whether there is nothing left to be found in it */
    private record Skipped(long length, boolean searched) implements Value.Bulk {

        @Override
        public InputStream open() throws IOException {
            if (!searched) {
                throw new IOException("the value was passed over");
            }
            return InputStream.nullInputStream();
        }
    }
}
