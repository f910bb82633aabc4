package org.sallyport.gateway.scp.internal.audit;

import java.nio.charset.StandardCharsets;
import java.time.temporal.ChronoUnit;
import java.util.Base64;
import org.sallyport.gateway.api.vault.AuditLog.Entry;

/** Writes records of the audit log as DICOM audit messages (PS3.15 A.5.1) in syslog messages (RFC 5424). Pure functions. */
final class AuditMessages {

    /** Facility 10, security; severity 5, notice (PS3.15 A.6). */
    private static final int PRIORITY = 85;

    private static final String DCM = "DCM";
    private static final String OURS = "99SALLYPORT";

    private AuditMessages() {}

    /** What happened (CID 400, CID 403), by the first word of an action or the whole. */
    private enum Event {
        ACCESSED("110103", "DICOM Instances Accessed", "R"),
        EXPORT("110106", "Export", "R"),
        TRANSFERRED("110104", "DICOM Instances Transferred", "R"),
        QUERY("110112", "Query", "E"),
        DELETED("110105", "DICOM Study Deleted", "D"),
        PATIENT("110110", "Patient Record", "U"),
        PATIENT_ERASED("110110", "Patient Record", "D"),
        SECURITY("110113", "Security Alert", "E");

        private final String code;
        private final String meaning;
        private final String action;

        Event(String code, String meaning, String action) {
            this.code = code;
            this.meaning = meaning;
            this.action = action;
        }

        static Event of(String action) {
            return switch (action) {
                case "identity.read", "quarantine.preview" -> ACCESSED;
                case "identity.deliver", "identity.encrypt", "identity.send", "identity.order" -> EXPORT;
                case "query.get", "query.move" -> TRANSFERRED;
                case "query.find", "archive.find", "archive.move" -> QUERY;
                case "images.delete", "images.cleanup" -> DELETED;
                case "patient.erase" -> PATIENT_ERASED;
                default -> action.startsWith("patient.") || action.startsWith("mappings.") ? PATIENT : SECURITY;
            };
        }
    }

    /**
     * A syslog message without its frame.
     *
     * @param source how the gateway is called
     */
    static byte[] of(Entry entry, String source) {
        // The byte order mark says that UTF-8 follows (RFC 5424 6.4).
        // Of a second syslog knows six digits (RFC 5424 6.2.3).
        String text = "<" + PRIORITY + ">1 " + entry.at().truncatedTo(ChronoUnit.MICROS) + " " + source + " sallyport "
                + ProcessHandle.current().pid() + " DICOM+RFC3881 - \uFEFF" + xml(entry, source);
        return text.getBytes(StandardCharsets.UTF_8);
    }

    static String xml(Entry entry, String source) {
        Event event = Event.of(entry.action());
        StringBuilder xml = new StringBuilder("<?xml version=\"1.0\" encoding=\"UTF-8\"?><AuditMessage>");
        xml.append("<EventIdentification EventActionCode=\"" + event.action + "\"");
        attribute(xml, "EventDateTime", entry.at().toString());
        attribute(xml, "EventOutcomeIndicator", outcome(entry.outcome()));
        xml.append('>');
        coded(xml, "EventID", event.code, DCM, event.meaning);
        if (event == Event.SECURITY) {
            coded(xml, "EventTypeCode", "110132", DCM, "Use of Restricted Function");
        }
        coded(xml, "EventTypeCode", entry.action(), OURS, entry.action());
        if (entry.detail() != null) {
            xml.append("<EventOutcomeDescription>");
            text(xml, entry.detail());
            xml.append("</EventOutcomeDescription>");
        }
        xml.append("</EventIdentification><ActiveParticipant");
        attribute(xml, "UserID", entry.actor());
        attribute(xml, "UserIsRequestor", "true");
        attribute(xml, "NetworkAccessPointID", entry.source());
        // 2 = IP address, 5 = URI
        attribute(xml, "NetworkAccessPointTypeCode", isAddress(entry.source()) ? "2" : "5");
        xml.append("/><AuditSourceIdentification");
        attribute(xml, "AuditSourceID", source);
        // 4 = application server process
        xml.append("><AuditSourceTypeCode csd-code=\"4\"/></AuditSourceIdentification>");
        object(xml, entry, event);
        return xml.append("</AuditMessage>").toString();
    }

    private static void object(StringBuilder xml, Entry entry, Event event) {
        boolean uid = entry.subject().matches("[0-9][0-9.]{1,63}");
        boolean patient = entry.subject().matches("ANON-[0-9A-F]{12,64}");
        xml.append("<ParticipantObjectIdentification");
        attribute(xml, "ParticipantObjectID", entry.subject());
        // A person, or an object of the system.
        attribute(xml, "ParticipantObjectTypeCode", patient ? "1" : "2");
        // Patient, report, or security resource.
        attribute(xml, "ParticipantObjectTypeCodeRole", patient ? "1" : event == Event.SECURITY ? "13" : "3");
        xml.append('>');
        if (patient) {
            coded(xml, "ParticipantObjectIDTypeCode", "2", "RFC-3881", "Patient Number");
        } else if (uid) {
            coded(xml, "ParticipantObjectIDTypeCode", "110180", DCM, "Study Instance UID");
        } else {
            coded(xml, "ParticipantObjectIDTypeCode", "12", "RFC-3881", "URI");
        }
        detail(xml, "reason", entry.reason());
        detail(xml, "record", entry.number() + " " + entry.hash());
        xml.append("</ParticipantObjectIdentification>");
    }

    private static void detail(StringBuilder xml, String type, String value) {
        xml.append("<ParticipantObjectDetail");
        attribute(xml, "type", type);
        attribute(xml, "value", Base64.getEncoder().encodeToString(value.getBytes(StandardCharsets.UTF_8)));
        xml.append("/>");
    }

    /** 0 = success, 4 = minor failure, 8 = serious failure. */
    private static String outcome(String outcome) {
        return switch (outcome) {
            case "done" -> "0";
            case "refused" -> "4";
            default -> "8";
        };
    }

    private static boolean isAddress(String text) {
        return text.matches("[0-9]{1,3}(\\.[0-9]{1,3}){3}") || text.matches("[0-9A-Fa-f]*:[0-9A-Fa-f:.]+");
    }

    private static void coded(StringBuilder xml, String element, String code, String system, String meaning) {
        xml.append('<').append(element);
        attribute(xml, "csd-code", code);
        attribute(xml, "codeSystemName", system);
        attribute(xml, "originalText", meaning);
        xml.append("/>");
    }

    private static void attribute(StringBuilder xml, String name, String value) {
        xml.append(' ').append(name).append("=\"");
        text(xml, value);
        xml.append('"');
    }

    /** What XML 1.0 has no character for becomes a question mark. */
    private static void text(StringBuilder xml, String text) {
        text.codePoints().forEach(c -> {
            switch (c) {
                case '<' -> xml.append("&lt;");
                case '>' -> xml.append("&gt;");
                case '&' -> xml.append("&amp;");
                case '"' -> xml.append("&quot;");
                default ->
                    xml.appendCodePoint(c < 0x20 || c >= 0xD800 && c <= 0xDFFF || c == 0xFFFE || c == 0xFFFF ? '?' : c);
            }
        });
    }
}
