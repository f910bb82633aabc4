package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.node.DicomReceiver.Status;

class HealthPageTest {

    @Test
    void aReceiverThatWouldKeepAnImageIsHealthy() {
        Answer answer = HealthPage.of(new Status(true, true, "DICOMRCV", 11_112, null), "1.0.0");
        assertEquals(200, answer.status());
        assertEquals(
                "{\"status\":\"healthy\",\"service\":\"ith-proxy\",\"version\":\"1.0.0\","
                        + "\"dicom\":{\"status\":\"online\",\"port\":11112,\"ae_title\":\"DICOMRCV\"}}",
                String.valueOf(answer.body()));
    }

    @Test
    void aReceiverThatListensButWouldKeepNothingIsDegradedAndTheReasonIsNotToldToStrangers() {
        Answer answer = HealthPage.of(new Status(true, false, "A\"B", 11_112, "vault is locked"), "1.0.0");
        assertEquals(503, answer.status());
        assertFalse(String.valueOf(answer.body()).contains("vault"));
        assertEquals(
                "{\"status\":\"degraded\",\"service\":\"ith-proxy\",\"version\":\"1.0.0\","
                        + "\"dicom\":{\"status\":\"offline\",\"port\":11112,\"ae_title\":\"A\\\"B\"}}",
                String.valueOf(answer.body()));
    }

    @Test
    void withoutAReceiverItIsDegraded() {
        assertEquals(503, HealthPage.of(null, "1.0.0").status());
    }
}
