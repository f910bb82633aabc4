package org.sallyport.gateway.deid.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.util.Objects;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.Limits;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.IdentityVault;

/**
 * Reads the identity of instances, whether they are here or were cleaned up. Those of one study one after the other are read quickest. Owned by one
 * thread; large values of what it gave can be read until the next instance is asked for.
 */
final class IdentityRecords implements Closeable {

    /** Wider than those of the gate: items that came as bytes of UN weigh more when they are read as the sequence they are. */
    static final Limits LIMITS = new Limits(64, 1_000_000, 1 << 20, 96L << 20);

    private final InstanceStore store;
    private final IdentityVault.Opening opening;
    private final BulkStore bulk;
    private @Nullable String file;
    private @Nullable CompactRecords compact;

    /** @param bulk takes values of an instance that is here that are too long for memory */
    IdentityRecords(InstanceStore store, IdentityVault.Opening opening, BulkStore bulk) {
        this.store = store;
        this.opening = opening;
        this.bulk = bulk;
    }

    IdentityRecord read(StoredInstance instance) throws IOException {
        if (!instance.isHere()) {
            return readCompact(instance);
        }
        try (InputStream sealed = store.openIdentity(instance);
                InputStream identity = opening.open("frame/" + instance.frameId(), sealed)) {
            return IdentityRecord.read(identity, LIMITS, bulk);
        } catch (InstanceGoneException e) {
            // Cleaned up since the caller asked the index.
            return readCompact(e.instance());
        }
    }

    private IdentityRecord readCompact(StoredInstance instance) throws IOException {
        return compact(instance).read(instance.frameId(), instance.identityOffset());
    }

    private CompactRecords compact(StoredInstance instance) throws IOException {
        CompactRecords open = compact;
        if (open == null || !Objects.equals(file, instance.identityFile())) {
            close();
            open = new CompactRecords(store.openIdentityFile(instance), opening);
            compact = open;
            file = instance.identityFile();
        }
        return open;
    }

    @Override
    public void close() throws IOException {
        CompactRecords open = compact;
        compact = null;
        if (open != null) {
            open.close();
        }
    }
}
