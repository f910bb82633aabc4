package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.Comparator;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The order of a study's parts at a destination that wants them in it: a later one that was claimed is put back while an earlier one of the same appliance
 * is not at its end, and goes at once when that is. Keeps no state: the queue has it. Thread-safe.
 */
final class Turns {

    private static final Logger LOG = LoggerFactory.getLogger(Turns.class);

    private static final String REASON = "waits for its turn, after part ";

    /** Until it looks again by itself: a person may have ended the earlier one. */
    private static final Duration LONGEST = Duration.ofMinutes(5);

    private static final Set<State> OPEN = Set.of(State.WAITING, State.RUNNING, State.RETRYING);

    private final DeliveryQueue queue;
    private final String owner;
    private final boolean inOrder;

    /** @param inOrder false = nothing ever waits */
    Turns(DeliveryQueue queue, String owner, boolean inOrder) {
        this.queue = queue;
        this.owner = owner;
        this.inOrder = inOrder;
    }

    /**
     * Whether it was put back. That is no attempt.
     *
     * @param record claimed by this owner
     */
    boolean waits(DeliveryRecord record) {
        if (!inOrder || record.part() <= 1) {
            return false;
        }
        DeliveryRecord earlier;
        try {
            earlier = earlier(record);
        } catch (IOException | RuntimeException e) {
            LOG.warn(
                    "what goes before delivery {} cannot be read, so that it goes now: {}",
                    record.id(),
                    e.getMessage());
            return false;
        }
        if (earlier == null) {
            return false;
        }
        try {
            boolean putBack = queue.later(record.id(), owner, LONGEST, REASON + earlier.part(), false);
            // If that one ended meanwhile it found nothing to hand on to.
            if (putBack && earlier(record) == null) {
                queue.retryNow(record.id());
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("delivery {} could not be put back; its lease will end: {}", record.id(), e.getMessage());
        }
        return true;
    }

    private @Nullable DeliveryRecord earlier(DeliveryRecord record) throws IOException {
        return queue.ofStudy(record.studyInstanceUid()).stream()
                .filter(other -> isOfOneLine(other, record) && other.part() < record.part())
                .filter(other -> OPEN.contains(other.state()))
                .findFirst()
                .orElse(null);
    }

    private static boolean isOfOneLine(DeliveryRecord one, DeliveryRecord other) {
        return one.destination().equals(other.destination()) && one.appliance().equals(other.appliance());
    }

    /** The next part of its study, if it waits for its turn, is due now. */
    void handOn(DeliveryRecord ended) {
        if (!inOrder) {
            return;
        }
        try {
            Optional<DeliveryRecord> next = queue.ofStudy(ended.studyInstanceUid()).stream()
                    .filter(other -> isOfOneLine(other, ended) && other.part() > ended.part())
                    .filter(other -> other.state() == State.RETRYING
                            && String.valueOf(other.reason()).startsWith(REASON))
                    .min(Comparator.comparingInt(DeliveryRecord::part));
            if (next.isPresent()) {
                queue.retryNow(next.get().id());
            }
        } catch (IOException | RuntimeException e) {
            LOG.warn("what comes after delivery {} goes a little later: {}", ended.id(), e.getMessage());
        }
    }
}
