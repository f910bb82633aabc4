package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;

class DeletionTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeGateway gateway = new FakeGateway();
    private final List<String> cancelled = new ArrayList<>();
    private final List<String> shortened = new ArrayList<>();
    private final List<String> removed = new ArrayList<>();

    /** Series that were taken out of delivery 1 before. */
    private Set<String> before = Set.of();

    private static DeliveryRecord delivery(long id, String destination, State state, int part) {
        return new DeliveryRecord(
                id,
                "2.25.1",
                part,
                destination,
                IdentityMode.PSEUDONYMOUS,
                state,
                0,
                FakeGateway.NOW,
                FakeGateway.NOW,
                null,
                null,
                4,
                null,
                "here",
                null);
    }

    private static StoredInstance instance(int series) {
        InstanceFacts facts = new InstanceFacts(
                "2.25.1",
                "2.25." + series,
                "2.25.9" + series,
                "1.2",
                "1.2",
                new byte[32],
                "ANON-1",
                1,
                1,
                "CT",
                series,
                1,
                "CT1",
                "GATE",
                "10.0.0.1",
                FakeGateway.NOW,
                Map.of());
        return new StoredInstance(facts, new UUID(1, series), "pack", 0, 1, 0, new byte[32], 1);
    }

    private Outcome run(String type, String subject) throws IOException {
        gateway.queue = FakeGateway.partly(
                DeliveryQueue.class,
                Map.of(
                        "ofStudy",
                                arguments -> arguments.get(0).equals("2.25.1")
                                        ? List.of(
                                                delivery(1, "ith", State.WAITING, 1),
                                                delivery(2, "ith", State.PARKED, 2),
                                                delivery(3, "ith", State.DELIVERED, 2),
                                                delivery(4, "pacs", State.WAITING, 2))
                                        : List.of(),
                        "cancel", arguments -> cancelled.add(arguments.get(0) + " " + arguments.get(1)),
                        "leaveOut", arguments -> shortened.add(arguments.get(0) + " " + arguments.get(1)),
                        "leftOut", arguments -> arguments.get(0).equals(1L) ? before : Set.of()));
        gateway.index = FakeGateway.partly(
                StudyIndex.class,
                Map.of(
                        "instances",
                        arguments -> arguments.get(1).equals(1)
                                ? List.of(instance(7), instance(8))
                                : List.of(instance(7), instance(7))));
        gateway.finder = FakeGateway.partly(
                StudyFinder.class,
                Map.of(
                        "anyOfStudy",
                                arguments ->
                                        arguments.get(0).equals("2.25.1") ? Optional.of(instance(7)) : Optional.empty(),
                        "studiesOf", arguments -> arguments.get(0).equals("ANON-1") ? List.of("2.25.1") : List.of(),
                        "firstOfSeries", arguments -> List.of(instance(7), instance(8))));
        gateway.retention = FakeGateway.partly(Retention.class, Map.of("delete", arguments -> {
            removed.add(arguments.get(1) + " " + arguments.get(2) + " " + arguments.get(3));
            return new Retention.Removed(5, 500);
        }));
        ObjectNode event = JSON.createObjectNode()
                .put("event_type", type)
                .put("correlation_id", "c")
                .put("entity_id", "e");
        event.putObject("payload")
                .put("scan_number", "7")
                .put("study_instance_uid", "2.25.1")
                .put("subject_identifier", subject);
        Subjects subjects = new Subjects(FakeRegister.ONE);
        return new Deletion(gateway, subjects).run(subjects.pseudonymous(Event.of(event)));
    }

    @Test
    void whatWaitsForTheBackEndIsCancelledAndOthersGetWhatTheyAreOwed() throws Exception {
        run("session.deleted", "");
        assertEquals(
                List.of("1 cancelled by the back end: session.deleted", "2 cancelled by the back end: session.deleted"),
                cancelled);
        assertEquals(List.of("2.25.1 null true"), removed, "the study, but what is owed to others");
    }

    @Test
    void ofASeriesTheImagesGo() throws Exception {
        assertEquals(
                Outcome.done("1 studies, 1 deliveries cancelled, 1 go without the series, 5 images removed here"),
                run("scan.deleted", ""));
        assertEquals(List.of("2 cancelled by the back end: scan.deleted"), cancelled, "it holds nothing else");
        assertEquals(List.of("1 [2.25.7]"), shortened, "deliveries are of parts of a study: it holds another too");
        assertEquals(List.of("2.25.1 2.25.7 true"), removed);
    }

    @Test
    void aDeliveryWhoseLastSeriesIsDeletedIsCancelled() throws Exception {
        before = Set.of("2.25.8");
        run("scan.deleted", "");
        assertEquals(
                List.of("1 cancelled by the back end: scan.deleted", "2 cancelled by the back end: scan.deleted"),
                cancelled);
        assertEquals(List.of(), shortened);
    }

    @Test
    void aSeriesThatIsDeletedTwiceDisturbsNothing() throws Exception {
        before = Set.of("2.25.7");
        run("scan.deleted", "");
        assertEquals(List.of("2 cancelled by the back end: scan.deleted"), cancelled);
        assertEquals(List.of(), shortened);
    }

    @Test
    void aSubjectsStudiesAreFoundByItsPseudonym() throws Exception {
        run("subject.deleted", "ANON-1");
        assertEquals(2, cancelled.size());
        cancelled.clear();
        run("subject.deleted", "ANON-3");
        assertEquals(List.of(), cancelled);
    }

    @Test
    void aSubjectsStudiesAreFoundByItsOriginalIdAndEveryPseudonym() throws Exception {
        assertEquals(
                Outcome.done("1 studies, 2 deliveries cancelled, 5 images removed here"),
                run("subject.deleted", "MRN 1"));
        cancelled.clear();
        run("subject.deleted", "ANON-OLD");
        assertEquals(2, cancelled.size());
    }

    @Test
    void anIdOfSeveralPatientsDeletesNothing() throws Exception {
        assertEquals(
                Outcome.failed("several patients have the id, of different issuers: delete by the pseudonym"),
                run("subject.deleted", "MRN 2"));
        assertEquals(List.of(), cancelled);
        assertEquals(List.of(), removed);
    }

    @Test
    void anOriginalIdIsNotKept() {
        for (String id : List.of("MRN 1", "MRN 2", "MRN 3")) {
            ObjectNode event =
                    JSON.createObjectNode().put("event_type", "subject.deleted").put("entity_id", "e");
            event.putObject("payload").put("subject_identifier", id);
            Event kept = new Subjects(FakeRegister.ONE).pseudonymous(Event.of(event));
            assertFalse(kept.toJson().toString().contains("MRN"), id);
        }
    }

    @Test
    void withoutTheQueueItIsTriedAgain() {
        assertThrows(Gateway.NotThere.class, () -> new Deletion(gateway, new Subjects(FakeRegister.ONE))
                .run(Event.of(JSON.createObjectNode()
                        .put("event_type", "session.deleted")
                        .put("correlation_id", "c")
                        .put("entity_id", "e"))));
    }
}
