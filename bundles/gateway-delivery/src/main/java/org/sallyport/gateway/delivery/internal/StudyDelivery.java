package org.sallyport.gateway.delivery.internal;

import java.util.Collections;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;

/** What a destination is handed. Progress is written by the destination's thread and read by any. */
final class StudyDelivery implements Delivery {

    private final Call call;
    private final IdentityMode identity;
    private final StudyFacts study;
    private final List<HandedInstance> instances;
    private volatile int instancesDone;
    private volatile long bytesDone;

    /**
     * @param identity of what the instances hold
     * @param study facts of this delivery; pseudonymous in any case
     */
    StudyDelivery(Call call, IdentityMode identity, StudyFacts study, List<HandedInstance> instances) {
        this.call = call;
        this.identity = identity;
        this.study = study;
        this.instances = List.copyOf(instances);
    }

    static StudyFacts facts(StudyRecord study, List<StoredInstance> stored) {
        Set<String> series = new HashSet<>();
        Set<String> modalities = new HashSet<>();
        Map<String, Set<String>> values = new HashMap<>();
        long bytes = 0;
        for (StoredInstance instance : stored) {
            series.add(instance.facts().seriesInstanceUid());
            modalities.add(instance.facts().modality());
            bytes += instance.length();
            instance.facts().attributes().forEach((name, value) -> add(values, name, value));
            add(values, "CallingAET", instance.facts().callingAet());
            add(values, "CalledAET", instance.facts().calledAet());
            add(values, "CallingAddress", instance.facts().address());
        }
        Map<String, Object> attributes = new HashMap<>();
        values.forEach((name, all) -> attributes.put(name, one(all)));
        attributes.put("Modality", modalities.toArray(new String[0]));
        attributes.put("Images", stored.size());
        return new StudyFacts(
                study.studyInstanceUid(),
                study.pseudonym(),
                study.studyDate(),
                study.studyDescription(),
                modalities,
                study.callingAet(),
                series.size(),
                stored.size(),
                bytes,
                attributes);
    }

    private static void add(Map<String, Set<String>> values, String name, String value) {
        values.computeIfAbsent(name, key -> new LinkedHashSet<>(2)).add(value);
    }

    /** As a filter takes it: of several values it holds if it holds for one (OSGi Core 3.2.7). */
    static Object one(Set<String> values) {
        return values.size() == 1 ? values.iterator().next() : values.toArray(new String[0]);
    }

    /** Of what a plug-in says of single images: what is of this delivery's, in its order, fit to be shown. */
    Map<String, String> receipts(Map<String, String> given) {
        Map<String, String> receipts = new LinkedHashMap<>();
        for (HandedInstance instance : instances) {
            String receipt = Words.instanceReceipt(given.get(instance.sopInstanceUid()));
            if (!receipt.isEmpty()) {
                receipts.put(instance.stored().facts().sopInstanceUid(), receipt);
            }
        }
        return receipts;
    }

    private DeliveryRecord record() {
        return call.record();
    }

    @Override
    public long id() {
        return record().id();
    }

    @Override
    public int attempt() {
        return record().attempts();
    }

    @Override
    public int part() {
        return record().part();
    }

    @Override
    public StudyFacts study() {
        return study;
    }

    @Override
    public IdentityMode identity() {
        return identity;
    }

    @Override
    public List<DeliveryInstance> instances() {
        return Collections.unmodifiableList(instances);
    }

    @Override
    public void progress(int instances, long bytes) {
        instancesDone = instances;
        bytesDone = bytes;
        call.progressed();
    }

    int instancesDone() {
        return instancesDone;
    }

    long bytesDone() {
        return bytesDone;
    }

    @Override
    public boolean isCancelled() {
        return call.cancelled() != null;
    }

    @Override
    public String toString() {
        return "delivery " + record().id() + ", " + instancesDone + " of " + instances.size() + " instances, "
                + bytesDone + " bytes";
    }
}
