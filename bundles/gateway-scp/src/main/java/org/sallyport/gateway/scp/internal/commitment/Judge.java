package org.sallyport.gateway.scp.internal.commitment;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.dicom.net.StorageCommitment.Reference;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyIndex;

/** Decides which instances of a transaction are committed. Owned by one thread. */
public final class Judge {

    /** Failure Reason (0008,1197), PS3.4 J.3.3.1.1. */
    static final int NO_SUCH_INSTANCE = 0x0112;

    static final int CLASS_CONFLICT = 0x0119;
    /** What could not be delivered in time. */
    static final int PROCESSING_FAILURE = 0x0110;

    /** Finds the instance that the peer calls so. */
    @FunctionalInterface
    public interface Known {
        Optional<StoredInstance> instance(String sopInstanceUid) throws IOException;
    }

    private final Known known;
    private final StudyIndex index;
    private final DeliveryQueue queue;
    private final boolean whenDelivered;
    private final Duration longest;

    /** @param longest how long deliveries are waited for */
    public Judge(Known known, StudyIndex index, DeliveryQueue queue, boolean whenDelivered, Duration longest) {
        this.known = known;
        this.index = index;
        this.queue = queue;
        this.whenDelivered = whenDelivered;
        this.longest = longest;
    }

    /** Studies of which the transaction names instances. */
    Set<String> studies(Transaction transaction) throws IOException {
        Set<String> studies = new HashSet<>();
        for (Reference reference : transaction.request().instances()) {
            known.instance(reference.sopInstanceUid())
                    .ifPresent(instance -> studies.add(instance.facts().studyInstanceUid()));
        }
        return studies;
    }

    /** The report, or empty while deliveries are waited for. */
    Optional<Report> judge(Transaction transaction, Instant now) throws IOException {
        List<String> committed = new ArrayList<>();
        List<Failure> failed = new ArrayList<>();
        Map<String, Set<String>> delivered = new HashMap<>();
        boolean late = now.isAfter(transaction.askedAt().plus(longest));
        for (Reference reference : transaction.request().instances()) {
            Optional<StoredInstance> found = known.instance(reference.sopInstanceUid());
            if (found.isEmpty() || found.get().presence() == Presence.DELETED) {
                failed.add(new Failure(reference.sopInstanceUid(), NO_SUCH_INSTANCE));
            } else if (!found.get().facts().sopClassUid().equals(reference.sopClassUid())) {
                failed.add(new Failure(reference.sopInstanceUid(), CLASS_CONFLICT));
            } else if (!whenDelivered || isDelivered(found.get(), delivered)) {
                committed.add(reference.sopInstanceUid());
            } else if (late) {
                failed.add(new Failure(reference.sopInstanceUid(), PROCESSING_FAILURE));
            } else {
                return Optional.empty();
            }
        }
        return Optional.of(new Report(transaction.request().transactionUid(), committed, failed));
    }

    private boolean isDelivered(StoredInstance instance, Map<String, Set<String>> delivered) throws IOException {
        String study = instance.facts().studyInstanceUid();
        Set<String> frames = delivered.get(study);
        if (frames == null) {
            frames = delivered(study);
            delivered.put(study, frames);
        }
        return instance.presence() == Presence.CLEANED_UP
                || frames.contains(instance.frameId().toString());
    }

    /** Frames of parts that went to each of their destinations, and to one at least. */
    private Set<String> delivered(String study) throws IOException {
        Map<Integer, Boolean> parts = new HashMap<>();
        for (DeliveryRecord record : queue.ofStudy(study)) {
            if (record.state() != State.CANCELLED) {
                parts.merge(record.part(), record.state() == State.DELIVERED, Boolean::logicalAnd);
            }
        }
        Set<String> frames = new HashSet<>();
        for (Map.Entry<Integer, Boolean> part : parts.entrySet()) {
            if (part.getValue()) {
                for (StoredInstance instance : index.instances(study, part.getKey())) {
                    frames.add(instance.frameId().toString());
                }
            }
        }
        return frames;
    }
}
