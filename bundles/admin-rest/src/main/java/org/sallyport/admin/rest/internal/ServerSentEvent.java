package org.sallyport.admin.rest.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import org.osgi.service.event.Event;
import org.sallyport.gateway.api.delivery.DeliveryEvents;

/** Events in the format of the HTML standard, 9.2 (text/event-stream): a name, and one line of JSON. Pure. */
final class ServerSentEvent {

    private static final ObjectMapper JSON = new ObjectMapper();

    /** Nothing else of an event is handed on. */
    private static final List<String> PROPERTIES = List.of(
            DeliveryEvents.DELIVERY,
            DeliveryEvents.STUDY,
            DeliveryEvents.PART,
            DeliveryEvents.DESTINATION,
            DeliveryEvents.ATTEMPT,
            DeliveryEvents.PAUSE_SECONDS,
            DeliveryEvents.STATE,
            DeliveryEvents.MESSAGE);

    private ServerSentEvent() {}

    static byte[] of(String name, Instant at, Event event) {
        Map<String, Object> chosen = new HashMap<>();
        for (String key : PROPERTIES) {
            Object value = event.getProperty(key);
            if (value != null) {
                chosen.put(key, value);
            }
        }
        return of(name, at, chosen);
    }

    /** @param values of {@link #PROPERTIES} */
    static byte[] of(String name, Instant at, Map<String, Object> values) {
        ObjectNode data = JSON.createObjectNode().put("at", at.toString());
        for (String key : PROPERTIES) {
            Object value = values.get(key);
            if (value instanceof Number) {
                data.putPOJO(key, value);
            } else if (value != null) {
                data.put(key, value.toString());
            }
        }
        try {
            // JSON escapes line ends: it is one line.
            return bytes("event: " + name + "\ndata: " + JSON.writeValueAsString(data) + "\n\n");
        } catch (JsonProcessingException e) {
            throw new IllegalStateException("texts and numbers are no JSON", e);
        }
    }

    /** Says how long to wait before coming again, milliseconds. */
    static byte[] opening() {
        return bytes("retry: 3000\n\n");
    }

    /** A comment: shows that the connection lives. */
    static byte[] heartbeat() {
        return bytes(": heartbeat\n\n");
    }

    private static byte[] bytes(String text) {
        return text.getBytes(StandardCharsets.UTF_8);
    }
}
