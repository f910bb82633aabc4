package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.HashSet;
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

    /** In place of a series' UID. */
    private static final String WHOLE = "";

    /** @param shortened deliveries that go without what was deleted */
    private record Withdrawn(int cancelled, int shortened) {

        Withdrawn plus(Withdrawn other) {
            return new Withdrawn(cancelled + other.cancelled, shortened + other.shortened);
        }
    }

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
        Withdrawn withdrawn = new Withdrawn(0, 0);
        Removed removed = Removed.NOTHING;
        for (String study : studies) {
            List<String> deleted = series(event, study, finder);
            withdrawn = withdrawn.plus(withdraw(queue, study, event, deleted));
            for (String series : deleted) {
                removed = removed.plus(
                        retention.delete(request(event, study), study, series.equals(WHOLE) ? null : series, true));
            }
        }
        return Outcome.done(studies.size() + " studies, " + withdrawn.cancelled() + " deliveries cancelled, "
                + (withdrawn.shortened() == 0 ? "" : withdrawn.shortened() + " go without the series, ")
                + removed.images() + " images removed here");
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

    private static List<String> series(Event event, String study, StudyFinder finder) throws IOException {
        if (!event.type().equals("scan.deleted")) {
            return List.of(WHOLE);
        }
        return finder.firstOfSeries(study).stream()
                .map(StoredInstance::facts)
                .filter(facts -> String.valueOf(facts.seriesNumber()).equals(event.text("scan_number")))
                .map(InstanceFacts::seriesInstanceUid)
                .toList();
    }

    /** Takes what was deleted out of what waits for the back end. A delivery is of a part of a study. */
    private Withdrawn withdraw(DeliveryQueue queue, String study, Event event, List<String> deleted)
            throws IOException {
        int cancelled = 0;
        int shortened = 0;
        for (DeliveryRecord delivery : queue.ofStudy(study)) {
            if (!delivery.destination().equals(BackEndLink.NAME) || !OPEN.contains(delivery.state())) {
                continue;
            }
            Set<String> rest = seriesOf(queue, delivery);
            Set<String> gone = new HashSet<>(rest);
            if (!deleted.contains(WHOLE)) {
                gone.retainAll(deleted);
            }
            rest.removeAll(gone);
            if (rest.isEmpty()) {
                if (queue.cancel(delivery.id(), "cancelled by the back end: " + event.type())) {
                    cancelled++;
                    interrupt(delivery);
                }
            } else if (!gone.isEmpty() && queue.leaveOut(delivery.id(), gone)) {
                shortened++;
                interrupt(delivery);
            }
        }
        return new Withdrawn(cancelled, shortened);
    }

    /** What it is made of, by now. */
    private Set<String> seriesOf(DeliveryQueue queue, DeliveryRecord delivery) throws IOException {
        Set<String> series = new HashSet<>();
        Gateway.need(gateway.index(), "the index")
                .instances(delivery.studyInstanceUid(), delivery.part())
                .forEach(image -> series.add(image.facts().seriesInstanceUid()));
        series.removeAll(queue.leftOut(delivery.id()));
        return series;
    }

    private void interrupt(DeliveryRecord delivery) {
        DestinationDirectory engine = gateway.destinations();
        if (engine != null) {
            engine.interrupt(delivery.id());
        }
    }
}
