package org.sallyport.gateway.api;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.util.HashMap;
import java.util.Map;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.DeliveryOutcome.Delivered;
import org.sallyport.gateway.api.DeliveryOutcome.Later;
import org.sallyport.gateway.api.DeliveryOutcome.Refused;
import org.sallyport.gateway.api.DeliveryOutcome.Stopped;

class DeliveryOutcomeTest {

    @Test
    void receiptsOfInstancesAreOptional() {
        assertEquals(new Delivered("whole"), DeliveryOutcome.delivered("whole"));
        assertEquals(Map.of(), new Delivered("whole").instanceReceipts());
        Map<String, String> receipts = new HashMap<>(Map.of("2.25.1", "0000"));
        Delivered delivered = new Delivered("whole", receipts);
        receipts.clear();
        assertEquals(Map.of("2.25.1", "0000"), delivered.instanceReceipts());
        assertThrows(
                UnsupportedOperationException.class,
                () -> delivered.instanceReceipts().put("2.25.2", ""));
    }

    @Test
    void textsAreCutToTheirLongest() {
        String most = "x".repeat(DeliveryOutcome.LONGEST_TEXT);
        assertEquals(most, new Refused(most).reason());
        String cut = "x".repeat(DeliveryOutcome.LONGEST_TEXT - 1) + "…";
        assertEquals(cut, new Refused(most + "x").reason());
        assertEquals(cut, new Later(most + "x", null).reason());
        assertEquals(cut, new Stopped(most + "x").reason());
        assertEquals(cut, new Delivered(most + "x").receipt());
        assertEquals(
                Map.of("2.25.1", "x".repeat(DeliveryOutcome.LONGEST_INSTANCE_RECEIPT - 1) + "…"),
                new Delivered("", Map.of("2.25.1", most)).instanceReceipts());
    }

    @Test
    void receiptsBeyondTheMostAreLeftOut() {
        Map<String, String> receipts = new HashMap<>();
        for (int i = 0; i <= DeliveryOutcome.MOST_INSTANCE_RECEIPTS; i++) {
            receipts.put("2.25." + i, "");
        }
        assertEquals(
                DeliveryOutcome.MOST_INSTANCE_RECEIPTS,
                new Delivered("", receipts).instanceReceipts().size());
    }
}
