package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotSame;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.StudyFacts;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.StoredInstance;

class StudyDeliveryTest {

    private static final String STUDY = "2.25.1";

    private final FakeIndex index = new FakeIndex();
    private @Nullable Call call;

    private StudyDelivery delivery() throws IOException {
        DeliveryRecord record = new DeliveryRecord(
                17,
                STUDY,
                2,
                "archive",
                IdentityMode.PSEUDONYMOUS,
                State.RUNNING,
                3,
                FakeIndex.RECEIVED,
                FakeIndex.RECEIVED,
                null,
                null,
                4,
                null,
                FakeIndex.HERE,
                null);
        Call made = new Call(record, FakeIndex.RECEIVED, new Bandwidth(0));
        call = made;
        List<StoredInstance> stored = index.instances(STUDY);
        List<HandedInstance> handed = stored.stream()
                .<HandedInstance>map(instance -> new HandedInstance.Pseudonymous(instance, index, made))
                .toList();
        return new StudyDelivery(
                made,
                IdentityMode.PSEUDONYMOUS,
                StudyDelivery.facts(index.study(STUDY).orElseThrow(), stored),
                handed);
    }

    @Test
    void factsAreThoseOfThisDelivery() throws IOException {
        index.add(STUDY, "2.25.10", "2.25.100", "CT", 1, Map.of("StudyDescription", "Thorax", "Profile", "basic"));
        index.add(STUDY, "2.25.10", "2.25.101", "CT", 1, Map.of("StudyDescription", "Thorax"));
        index.add(STUDY, "2.25.11", "2.25.102", "PT", 1, Map.of("BodyPartExamined", "CHEST"));
        StudyDelivery delivery = delivery();
        StudyFacts facts = delivery.study();
        assertEquals(2, facts.series());
        assertEquals(3, facts.instances());
        assertEquals(300, facts.bytes());
        assertEquals(Set.of("CT", "PT"), facts.modalities());
        assertEquals("ANON-1", facts.patientName());
        assertEquals("Thorax", facts.attributes().get("StudyDescription"));
        assertEquals("CHEST", facts.attributes().get("BodyPartExamined"));
        assertEquals("basic", facts.attributes().get("Profile"));
        assertEquals("SCANNER", facts.attributes().get("CallingAET"));
        assertEquals("GATEWAY", facts.attributes().get("CalledAET"));
        assertEquals("192.0.2.7", facts.attributes().get("CallingAddress"));
        assertEquals(3, facts.attributes().get("Images"));
        assertArrayEquals(
                new String[] {"CT", "PT"},
                Stream.of((String[]) Objects.requireNonNull(facts.attributes().get("Modality")))
                        .sorted()
                        .toArray());
        assertEquals(17, delivery.id());
        assertEquals(3, delivery.attempt());
        assertEquals(2, delivery.part());
        assertEquals(IdentityMode.PSEUDONYMOUS, delivery.identity());
    }

    @Test
    void whereImagesDifferEachValueIsThere() throws IOException {
        index.add(STUDY, "2.25.10", "2.25.100", "CT", 1, Map.of("BodyPartExamined", "CHEST", "StationName", "CT1"));
        index.add(STUDY, "2.25.11", "2.25.101", "CT", 1, Map.of("BodyPartExamined", "HEAD", "StationName", "CT1"));
        index.add(STUDY, "2.25.11", "2.25.102", "CT", 1, Map.of("BodyPartExamined", "HEAD"));
        Map<String, Object> attributes = delivery().study().attributes();
        assertArrayEquals(
                new String[] {"CHEST", "HEAD"}, (Object[]) Objects.requireNonNull(attributes.get("BodyPartExamined")));
        assertEquals("CT1", attributes.get("StationName"));
        assertNull(attributes.get("InstitutionName"));
    }

    @Test
    void instancesCanBeReadAsOftenAsNeeded() throws IOException {
        index.add(STUDY);
        DeliveryInstance instance = delivery().instances().get(0);
        for (int i = 0; i < 2; i++) {
            try (InputStream in = instance.open()) {
                assertEquals(instance.length(), in.readAllBytes().length);
            }
        }
        assertArrayEquals(new byte[32], instance.sha256());
        assertNotSame(instance.sha256(), instance.sha256());
        assertThrows(
                UnsupportedOperationException.class,
                () -> delivery().instances().clear());
    }

    @Test
    void progressAndCancellingAreSeen() throws IOException {
        index.add(STUDY);
        StudyDelivery delivery = delivery();
        assertFalse(delivery.isCancelled());
        Objects.requireNonNull(call).cancel("by a test");
        assertTrue(delivery.isCancelled());
        delivery.progress(1, 100);
        assertEquals("delivery 17, 1 of 1 instances, 100 bytes", delivery.toString());
    }
}
