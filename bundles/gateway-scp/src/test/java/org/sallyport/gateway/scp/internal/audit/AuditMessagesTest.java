package org.sallyport.gateway.scp.internal.audit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.Base64;
import java.util.List;
import javax.xml.parsers.DocumentBuilderFactory;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.gateway.api.vault.AuditLog.Entry;
import org.w3c.dom.Document;
import org.w3c.dom.Element;

class AuditMessagesTest {

    private static final Instant AT = Instant.parse("2026-01-02T12:00:00.123456789Z");

    private static Entry entry(String action, String subject, String outcome, @Nullable String detail) {
        return new Entry(7, AT, action, "meier", "10.0.0.7", subject, "second opinion", outcome, detail, "00ff");
    }

    private static Document parsed(String xml) throws Exception {
        return DocumentBuilderFactory.newInstance()
                .newDocumentBuilder()
                .parse(new ByteArrayInputStream(xml.getBytes(StandardCharsets.UTF_8)));
    }

    private static Element one(Document document, String name) {
        return (Element) document.getElementsByTagName(name).item(0);
    }

    @Test
    void aReadingOfIdentityIsInstancesAccessed() throws Exception {
        Document message = parsed(AuditMessages.xml(entry("identity.read", "2.25.7", "done", null), "gate"));
        Element event = one(message, "EventIdentification");
        assertEquals("R", event.getAttribute("EventActionCode"));
        assertEquals("2026-01-02T12:00:00.123456789Z", event.getAttribute("EventDateTime"));
        assertEquals("0", event.getAttribute("EventOutcomeIndicator"));
        assertEquals("110103", one(message, "EventID").getAttribute("csd-code"));
        assertEquals("DCM", one(message, "EventID").getAttribute("codeSystemName"));
        assertEquals("identity.read", one(message, "EventTypeCode").getAttribute("csd-code"));
        Element who = one(message, "ActiveParticipant");
        assertEquals("meier", who.getAttribute("UserID"));
        assertEquals("10.0.0.7", who.getAttribute("NetworkAccessPointID"));
        assertEquals("2", who.getAttribute("NetworkAccessPointTypeCode"));
        assertEquals("gate", one(message, "AuditSourceIdentification").getAttribute("AuditSourceID"));
        Element what = one(message, "ParticipantObjectIdentification");
        assertEquals("2.25.7", what.getAttribute("ParticipantObjectID"));
        assertEquals("110180", one(message, "ParticipantObjectIDTypeCode").getAttribute("csd-code"));
        Element reason = one(message, "ParticipantObjectDetail");
        assertEquals("reason", reason.getAttribute("type"));
        assertEquals(
                "second opinion",
                new String(Base64.getDecoder().decode(reason.getAttribute("value")), StandardCharsets.UTF_8));
    }

    @ParameterizedTest
    @CsvSource({
        "identity.deliver, 2.25.7, done, 110106, 0",
        "archive.find, PACS, done, 110112, 0",
        "query.find, patients, done, 110112, 0",
        "query.move, patients, done, 110104, 0",
        "images.delete, 2.25.7, done, 110105, 0",
        "patient.erase, ANON-0123456789AB, failed, 110110, 8",
        "patient.merge, ANON-0123456789AB into ANON-AB0123456789, done, 110110, 0",
        "node.approve, ith, refused, 110113, 4",
        "a.new-one, x, done, 110113, 0"
    })
    void eachActionHasAnEventAndEachOutcomeAnIndicator(
            String action, String subject, String outcome, String event, String indicator) throws Exception {
        Document message = parsed(AuditMessages.xml(entry(action, subject, outcome, "why"), "gate"));
        assertEquals(event, one(message, "EventID").getAttribute("csd-code"));
        assertEquals(indicator, one(message, "EventIdentification").getAttribute("EventOutcomeIndicator"));
        assertEquals("why", one(message, "EventOutcomeDescription").getTextContent());
        assertEquals(
                subject.equals("ANON-0123456789AB") ? "1" : "2",
                one(message, "ParticipantObjectIdentification").getAttribute("ParticipantObjectTypeCode"));
    }

    @Test
    void whateverPeopleWroteIsText() throws Exception {
        String odd = "<a href=\"x\"> & 'größer' \u0001\uFFFE 😀";
        Entry entry = new Entry(8, AT, "x.y", odd, odd, odd, odd, "done", odd, "00");
        Document message = parsed(AuditMessages.xml(entry, "gate"));
        String expected = "<a href=\"x\"> & 'größer' ?? 😀";
        assertEquals(expected, one(message, "ActiveParticipant").getAttribute("UserID"));
        assertEquals(expected, one(message, "EventOutcomeDescription").getTextContent());
    }

    @Test
    void aMessageBeginsAsSyslogWantsIt() {
        String text = new String(
                AuditMessages.of(entry("identity.read", "2.25.7", "done", null), "gate"), StandardCharsets.UTF_8);
        assertTrue(
                text.matches(
                        "(?s)<85>1 2026-01-02T12:00:00\\.123456Z gate sallyport \\d+ DICOM\\+RFC3881 - \uFEFF<\\?xml .*"),
                text);
        assertEquals(List.of(), text.lines().skip(1).toList(), "of one line");
    }
}
