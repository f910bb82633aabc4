package org.sallyport.gateway.scp.internal.catalog;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.IdentityRestorer.Restoring;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.scp.internal.query.View;

/** Reads what stands before the pixel data of images that are here, in either view. Owned by one thread. */
public final class Heads implements Closeable {

    private static final Limits LIMITS = new Limits(64, 1_000_000, 1 << 20, 96L << 20);

    private final InstanceStore store;
    private final IdentityRestorer restorer;
    private final Supplier<AccessRequest> request;
    private @Nullable Restoring restoring;

    /** @param request under which originals are read; audited when the first is */
    public Heads(InstanceStore store, IdentityRestorer restorer, Supplier<AccessRequest> request) {
        this.store = store;
        this.restorer = restorer;
        this.request = request;
    }

    /** @param instance that is here */
    public DataSet read(StoredInstance instance, View view) throws IOException {
        InputStream part10 = store.openPart10(instance);
        try (InputStream in = view == View.ORIGINAL ? restoring().open(instance, part10) : part10) {
            return read(open(in));
        }
    }

    /** @param part10 a file, hostile as everything from outside; not closed */
    public static Part10Reader open(InputStream part10) throws IOException {
        return Part10Reader.open(part10, LIMITS, Heads::passOver);
    }

    /** What stands before the pixel data. */
    public static DataSet read(Part10Reader file) throws IOException {
        DataSetReader reader = file.dataSet();
        DataSet head = new DataSet();
        while (reader.next() == DataSetReader.Event.ELEMENT) {
            head.put(reader.element());
        }
        return head;
    }

    private Restoring restoring() throws IOException {
        Restoring open = restoring;
        if (open == null) {
            open = restorer.begin(request.get());
            restoring = open;
        }
        return open;
    }

    /** No key is as long as that. */
    private static Value.Bulk passOver(int tag, VR vr, long length, InputStream in) throws IOException {
        in.skipNBytes(length);
        return new Value.Bulk() {
            @Override
            public long length() {
                return length;
            }

            @Override
            public InputStream open() throws IOException {
                throw new IOException("the value was passed over");
            }
        };
    }

    @Override
    public void close() throws IOException {
        if (restoring != null) {
            restoring.close();
            restoring = null;
        }
    }
}
