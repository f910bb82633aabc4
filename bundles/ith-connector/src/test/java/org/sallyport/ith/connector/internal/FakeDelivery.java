package org.sallyport.ith.connector.internal;

import java.util.List;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;

/** A delivery of generated instances, which remembers the progress it was told. */
final class FakeDelivery implements Delivery {

    final List<String> progress = new CopyOnWriteArrayList<>();
    volatile boolean cancelled;
    volatile IdentityMode identity = IdentityMode.PSEUDONYMOUS;
    private final List<DeliveryInstance> instances;

    FakeDelivery(List<DeliveryInstance> instances) {
        this.instances = List.copyOf(instances);
    }

    @Override
    public long id() {
        return 17;
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
        return Instances.facts("CT HEAD", Set.of("CT"));
    }

    @Override
    public IdentityMode identity() {
        return identity;
    }

    @Override
    public List<DeliveryInstance> instances() {
        return instances;
    }

    @Override
    public void progress(int instancesDone, long bytesDone) {
        progress.add(instancesDone + "/" + bytesDone);
    }

    @Override
    public boolean isCancelled() {
        return cancelled;
    }
}
