package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.IntConsumer;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;

/** What a node is handed of a dispatch: objects that get their identity while they are read. Thread-safe. */
final class DispatchDelivery implements Delivery {

    /** @param item where the pseudonymous object lies */
    record Found(InstanceSpool.Item item, Returned returned) {}

    private final long id;
    private final List<DeliveryInstance> instances;
    private final long bytes;
    private final IntConsumer progress;
    private volatile boolean cancelled;

    /** @param progress hears how many objects are stored */
    DispatchDelivery(long id, List<Found> objects, InstanceSpool spool, Returning returning, IntConsumer progress) {
        this.id = id;
        this.progress = progress;
        this.instances = objects.stream()
                .map(object -> (DeliveryInstance) new RestoredInstance(object, spool, returning))
                .toList();
        this.bytes =
                objects.stream().mapToLong(object -> object.item().length()).sum();
    }

    void cancel() {
        cancelled = true;
    }

    @Override
    public long id() {
        return id;
    }

    @Override
    public int attempt() {
        return 1;
    }

    @Override
    public int part() {
        return 1;
    }

    /** Objects of several studies may be among them: there are no facts of one. */
    @Override
    public StudyFacts study() {
        return new StudyFacts("", "", null, null, Set.of(), "", 0, instances.size(), bytes, Map.of());
    }

    @Override
    public IdentityMode identity() {
        return IdentityMode.ORIGINAL;
    }

    @Override
    public List<DeliveryInstance> instances() {
        return instances;
    }

    @Override
    public void progress(int instancesDone, long bytesDone) {
        progress.accept(instancesDone);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }

    @Override
    public String toString() {
        return "DispatchDelivery[" + id + ", " + instances.size() + " objects]";
    }

    private record RestoredInstance(Found object, InstanceSpool spool, Returning returning)
            implements DeliveryInstance {

        @Override
        public String sopClassUid() {
            return object.returned().sopClassUid();
        }

        @Override
        public String sopInstanceUid() {
            return object.returned().sopInstanceUid();
        }

        @Override
        public String seriesInstanceUid() {
            return object.returned().seriesInstanceUid();
        }

        @Override
        public String transferSyntaxUid() {
            return object.returned().transferSyntaxUid();
        }

        /** Of the pseudonymous object: the restored one's is not known before it is read. */
        @Override
        public long length() {
            return object.item().length();
        }

        @Override
        public long crc32() {
            throw new UnsupportedOperationException("not known before the object is restored");
        }

        @Override
        public byte[] sha256() {
            throw new UnsupportedOperationException("not known before the object is restored");
        }

        @Override
        public InputStream open() throws IOException {
            return returning.restore(spool.open(object.item()));
        }

        @Override
        public String toString() {
            return "RestoredInstance[" + object.returned() + "]";
        }
    }
}
