package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;

class DeletionTest {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final FakeGateway gateway = new FakeGateway();
    private final List<String> cancelled = new ArrayList<>();

    private static DeliveryRecord delivery(long id, String destination, State state) {
        return new DeliveryRecord(
                id,
                "2.25.1",
                1,
                destination,
                IdentityMode.PSEUDONYMOUS,
                state,
                0,
                FakeGateway.NOW,
                FakeGateway.NOW,
                null,
                null,
                4,
                null);
    }

    private static StudyRecord study(String uid, String pseudonym) {
        return new StudyRecord(
                uid, pseudonym, null, null, Set.of("CT"), "CT1", 1, 1, 1, 1, 0, 0, FakeGateway.NOW, FakeGateway.NOW);
    }

    private Outcome run(String type, String subject) throws IOException {
        gateway.queue = FakeGateway.partly(
                DeliveryQueue.class,
                Map.of(
                        "ofStudy",
                                arguments -> arguments.get(0).equals("2.25.1")
                                        ? List.of(
                                                delivery(1, "ith", State.WAITING),
                                                delivery(2, "ith", State.PARKED),
                                                delivery(3, "ith", State.DELIVERED),
                                                delivery(4, "pacs", State.WAITING))
                                        : List.of(),
                        "cancel", arguments -> cancelled.add(arguments.get(0) + " " + arguments.get(1))));
        gateway.index = FakeGateway.partly(
                StudyIndex.class,
                Map.of(
                        "study",
                                arguments -> arguments.get(0).equals("2.25.1")
                                        ? Optional.of(study("2.25.1", "ANON-1"))
                                        : Optional.empty(),
                        "newest", arguments -> List.of(study("2.25.1", "ANON-1"), study("2.25.2", "ANON-2"))));
        ObjectNode event = JSON.createObjectNode()
                .put("event_type", type)
                .put("correlation_id", "c")
                .put("entity_id", "e");
        event.putObject("payload").put("study_instance_uid", "2.25.1").put("subject_identifier", subject);
        return new Deletion(gateway).run(Event.of(event));
    }

    @Test
    void whatWaitsForTheBackEndIsCancelledAndOthersGetWhatTheyAreOwed() throws Exception {
        run("session.deleted", "");
        assertEquals(
                List.of("1 cancelled by the back end: session.deleted", "2 cancelled by the back end: session.deleted"),
                cancelled);
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
    void withoutTheQueueItIsTriedAgain() {
        assertThrows(Gateway.NotThere.class, () -> new Deletion(gateway)
                .run(Event.of(JSON.createObjectNode()
                        .put("event_type", "session.deleted")
                        .put("correlation_id", "c")
                        .put("entity_id", "e"))));
    }
}
