package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.Retention.Removed;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.support.http.Reply;

/** Carries out deletions of the back end: what it deleted is not sent to it any more. Other destinations get what they are owed. Thread-safe. */
final class Deletion {

    private static final int MOST_STUDIES = 10_000;
    private static final int LONGEST_REASON = 200;
    private static final Set<State> OPEN = Set.of(State.WAITING, State.RUNNING, State.RETRYING, State.PARKED);

    private final Gateway gateway;
    private final Subjects subjects;

    Deletion(Gateway gateway, Subjects subjects) {
        this.gateway = gateway;
        this.subjects = subjects;
    }

    /** @throws IOException if it could not be done now: it is tried again */
    Outcome run(Event event) throws IOException {
        DeliveryQueue queue = Gateway.need(gateway.queue(), "the queue");
        StudyFinder finder = Gateway.need(gateway.finder(), "the index");
        Retention retention = Gateway.need(gateway.retention(), "the clean-up");
        if (Subjects.isAmbiguous(event)) {
            return Outcome.failed("several patients have the id, of different issuers: delete by the pseudonym");
        }
        List<String> studies = studies(event, finder);
        int cancelled = 0;
        Removed removed = Removed.NOTHING;
        for (String study : studies) {
            List<String> deleted = series(event, study, finder);
            cancelled += cancel(queue, study, event, deleted);
            for (String series : deleted) {
                removed = removed.plus(
                        retention.delete(request(event, study), study, series.isEmpty() ? null : series, true));
            }
        }
        return Outcome.done(studies.size() + " studies, " + cancelled + " deliveries cancelled, " + removed.images()
                + " images removed here");
    }

    private static AccessRequest request(Event event, String study) {
        return new AccessRequest(
                "ith-back-end",
                Set.of(Roles.ADMINISTRATOR),
                "ith",
                Reply.cut(event.type() + " " + event.correlationId(), LONGEST_REASON),
                study);
    }

    private List<String> studies(Event event, StudyFinder finder) throws IOException {
        if (event.type().equals("subject.deleted")) {
            Set<String> studies = new LinkedHashSet<>();
            for (String pseudonym : subjects.pseudonyms(event)) {
                studies.addAll(finder.studiesOf(pseudonym, MOST_STUDIES));
            }
            return List.copyOf(studies);
        }
        String study = event.text("study_instance_uid");
        return study.isEmpty() || finder.anyOfStudy(study).isEmpty() ? List.of() : List.of(study);
    }

    /** An empty text = the whole study. */
    private static List<String> series(Event event, String study, StudyFinder finder) throws IOException {
        if (!event.type().equals("scan.deleted")) {
            return List.of("");
        }
        return finder.firstOfSeries(study).stream()
                .map(StoredInstance::facts)
                .filter(facts -> String.valueOf(facts.seriesNumber()).equals(event.text("scan_number")))
                .map(InstanceFacts::seriesInstanceUid)
                .toList();
    }

    private int cancel(DeliveryQueue queue, String study, Event event, List<String> deleted) throws IOException {
        DestinationDirectory engine = gateway.destinations();
        int cancelled = 0;
        for (DeliveryRecord delivery : queue.ofStudy(study)) {
            if (delivery.destination().equals(BackEndLink.NAME)
                    && OPEN.contains(delivery.state())
                    && holdsNothingElse(delivery, deleted)
                    && queue.cancel(delivery.id(), "cancelled by the back end: " + event.type())) {
                cancelled++;
                if (engine != null) {
                    engine.interrupt(delivery.id());
                }
            }
        }
        return cancelled;
    }

    /** A delivery is of a part of a study. With other series in it, it goes as it is: what was deleted there comes there again. */
    private boolean holdsNothingElse(DeliveryRecord delivery, List<String> deleted) throws IOException {
        return deleted.contains("")
                || !deleted.isEmpty()
                        && Gateway.need(gateway.index(), "the index")
                                .instances(delivery.studyInstanceUid(), delivery.part())
                                .stream()
                                .allMatch(
                                        image -> deleted.contains(image.facts().seriesInstanceUid()));
    }
}
