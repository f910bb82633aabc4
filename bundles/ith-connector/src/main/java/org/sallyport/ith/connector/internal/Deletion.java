package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;

/** Carries out deletions of the back end: what it deleted is not sent to it any more. Other destinations get what they are owed. Thread-safe. */
final class Deletion {

    private static final int NEWEST = 10_000;
    private static final Set<State> OPEN = Set.of(State.WAITING, State.RUNNING, State.RETRYING, State.PARKED);

    private final Gateway gateway;

    Deletion(Gateway gateway) {
        this.gateway = gateway;
    }

    /** @throws IOException if it could not be done now: it is tried again */
    Outcome run(Event event) throws IOException {
        DeliveryQueue queue = Gateway.need(gateway.queue(), "the queue");
        StudyIndex index = Gateway.need(gateway.index(), "the index");
        int cancelled = 0;
        List<String> studies = studies(event, index);
        for (String study : studies) {
            if (!event.type().equals("scan.deleted")) {
                cancelled += cancel(queue, study, event);
            }
        }
        return Outcome.done(studies.size() + " studies, " + cancelled + " deliveries cancelled");
    }

    private static List<String> studies(Event event, StudyIndex index) throws IOException {
        String study = event.text("study_instance_uid");
        if (!event.type().equals("subject.deleted")) {
            return study.isEmpty() || index.study(study).isEmpty() ? List.of() : List.of(study);
        }
        String subject = event.text("subject_identifier");
        List<String> studies = new ArrayList<>();
        for (StudyRecord record : index.newest(NEWEST)) {
            if (record.pseudonym().equals(subject)) {
                studies.add(record.studyInstanceUid());
            }
        }
        return studies;
    }

    private int cancel(DeliveryQueue queue, String study, Event event) throws IOException {
        DestinationDirectory engine = gateway.destinations();
        int cancelled = 0;
        for (DeliveryRecord delivery : queue.ofStudy(study)) {
            if (delivery.destination().equals(BackEndLink.NAME)
                    && OPEN.contains(delivery.state())
                    && queue.cancel(delivery.id(), "cancelled by the back end: " + event.type())) {
                cancelled++;
                if (engine != null) {
                    engine.interrupt(delivery.id());
                }
            }
        }
        return cancelled;
    }
}
