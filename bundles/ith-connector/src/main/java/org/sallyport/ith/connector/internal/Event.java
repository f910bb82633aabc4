package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.nio.charset.StandardCharsets;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.regex.Pattern;
import org.sallyport.gateway.support.http.Reply;

/**
 * An event of the back end, checked.
 *
 * @param type one that {@link #isKnown} knows
 * @param correlationId as sent, or a digest of the event if it has none, so that a repetition is recognised
 * @param entityType as sent, or what the type implies
 * @param payload what is known of it; unknown keys are left out
 */
record Event(String type, String correlationId, String entityType, String entityId, ObjectNode payload) {

    static final int LOWEST = 0;
    static final int USUAL = 5;
    static final int HIGHEST = 9;

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int MOST_NODES = 1_000;

    /** Of all nodes' ids together. */
    private static final int MOST_CHARACTERS = 1 << 14;

    /** Ids are parts of URLs and of lines for people: printable, no spaces at their ends. */
    private static final Pattern ID = Pattern.compile("[\\x21-\\x7e]([\\x20-\\x7e]{0,126}[\\x21-\\x7e])?");

    private static final Map<String, Integer> PRIORITIES = Map.of(
            "lowest",
            1,
            "low",
            3,
            "normal",
            USUAL,
            "medium",
            USUAL,
            "high",
            7,
            "urgent",
            HIGHEST,
            "critical",
            HIGHEST,
            "stat",
            HIGHEST);

    static final Set<String> DISPATCHES =
            Set.of("subject.dispatch", "session.dispatch", "scan.dispatch", "scan.new_scan_available");
    static final Set<String> DELETIONS = Set.of("session.deleted", "scan.deleted", "subject.deleted");
    static final Set<String> REFRESHES = Set.of("proxy.config_changed", "proxy.nodes_changed");

    /** After which the back end holds other things than before. */
    static final Set<String> CHANGES_HOLDINGS =
            Set.of("scan.new_scan_available", "session.deleted", "scan.deleted", "subject.deleted");

    static final String STATUS_CHANGED = "proxy.status_changed";

    private static final List<String> TEXTS = List.of(
            "subject_identifier",
            "subject_id",
            "session_id",
            "session_label",
            "scan_number",
            "modality",
            "scan_type",
            "scan_modality",
            "source",
            "action",
            "study_instance_uid",
            "new_status",
            "reason");

    static boolean isKnown(String type) {
        return DISPATCHES.contains(type)
                || DELETIONS.contains(type)
                || REFRESHES.contains(type)
                || STATUS_CHANGED.equals(type);
    }

    /**
     * The event itself, if it is sent inside of an outer {@code payload}.
     *
     * @return a missing node if the frame is no event
     */
    static JsonNode unwrapped(JsonNode frame) {
        if (frame.hasNonNull("event_type")) {
            return frame;
        }
        JsonNode inner = frame.path("payload");
        return inner.hasNonNull("event_type") ? inner : JsonNodeFactory.instance.missingNode();
    }

    /**
     * @param event unwrapped
     * @throws IllegalArgumentException naming what is wrong with it
     */
    static Event of(JsonNode event) {
        String type = event.path("event_type").asText("");
        if (!isKnown(type)) {
            throw new IllegalArgumentException("event_type is not known");
        }
        JsonNode sent = event.path("payload");
        ObjectNode payload = JSON.createObjectNode();
        for (String key : TEXTS) {
            JsonNode value = sent.path(key);
            if (value.isValueNode() && !value.isNull()) {
                payload.put(key, Reply.line(value.asText()));
            }
        }
        if (sent.path("is_active").isBoolean()) {
            payload.put("is_active", sent.get("is_active").booleanValue());
        }
        payload.put("priority", priority(sent.path("priority")));
        if (sent.path("nodes").isArray()) {
            nodes(sent.get("nodes")).forEach(payload.withArray("nodes")::add);
        }
        boolean proxy = type.startsWith("proxy.");
        String entity = proxy ? event.path("entity_id").asText("proxy") : id(event, "entity_id");
        for (String key : needed(type)) {
            id(payload, key);
        }
        String correlation = event.path("correlation_id").asText("").strip();
        if (correlation.isEmpty()) {
            correlation = "none-" + digest(event.toString());
        } else if (!ID.matcher(correlation).matches()) {
            throw new IllegalArgumentException("correlation_id is no id of 1–128 printable characters");
        }
        String named = event.path("entity_type").asText("");
        return new Event(
                type,
                correlation,
                Set.of("subject", "session", "scan").contains(named) ? named : type.substring(0, type.indexOf('.')),
                entity,
                payload);
    }

    private static List<String> needed(String type) {
        return switch (type) {
            case "session.dispatch" -> List.of("subject_id");
            case "scan.dispatch", "scan.new_scan_available" -> List.of("subject_id", "session_id");
            default -> List.of();
        };
    }

    private static String id(JsonNode of, String key) {
        String id = of.path(key).asText("").strip();
        if (!ID.matcher(id).matches()) {
            throw new IllegalArgumentException(key + " is missing, or no id of 1–128 printable characters");
        }
        return id;
    }

    private static List<String> nodes(JsonNode list) {
        if (list.size() > MOST_NODES) {
            throw new IllegalArgumentException("more than " + MOST_NODES + " nodes");
        }
        List<String> nodes = new ArrayList<>();
        int length = 0;
        for (JsonNode node : list) {
            // An id, or an object that has one.
            String id = (node.isObject() ? node.path("id") : node).asText("").strip();
            if (!ID.matcher(id).matches()) {
                throw new IllegalArgumentException("nodes holds what is no id of 1–128 printable characters");
            }
            if (!nodes.contains(id)) {
                nodes.add(id);
                length += id.length();
            }
        }
        if (length > MOST_CHARACTERS) {
            throw new IllegalArgumentException("nodes has ids of more than " + MOST_CHARACTERS + " characters");
        }
        return nodes;
    }

    private static int priority(JsonNode value) {
        if (value.isIntegralNumber()) {
            return Math.max(LOWEST, Math.min(HIGHEST, value.asInt(USUAL)));
        }
        return PRIORITIES.getOrDefault(value.asText("").toLowerCase(Locale.ROOT), USUAL);
    }

    private static String digest(String text) {
        try {
            byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
            return HexFormat.of().formatHex(digest, 0, 16);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }

    int priority() {
        return payload.path("priority").asInt(USUAL);
    }

    String text(String key) {
        return payload.path(key).asText("");
    }

    /** Ids; empty = none named. */
    List<String> nodes() {
        List<String> nodes = new ArrayList<>();
        payload.path("nodes").forEach(node -> nodes.add(node.asText()));
        return nodes;
    }

    boolean isDispatch() {
        return DISPATCHES.contains(type);
    }

    /** Events of one subject are worked off one after the other, in the order in which they came. */
    String subject() {
        if (type.startsWith("subject.")) {
            return entityId;
        }
        String subject = text("subject_id");
        return subject.isEmpty() ? type.startsWith("proxy.") ? "proxy" : entityId : subject;
    }

    /** The same for a repetition of the event. */
    String identity() {
        return correlationId + ' ' + type + ' ' + entityId;
    }

    /** Characters of the payload, as text: what it weighs in memory, roughly. */
    int length() {
        return payload.toString().length();
    }

    ObjectNode toJson() {
        ObjectNode json = JSON.createObjectNode();
        json.put("type", type)
                .put("correlation", correlationId)
                .put("entityType", entityType)
                .put("entity", entityId);
        json.set("payload", payload);
        return json;
    }

    /** @throws IllegalArgumentException if it is not what {@link #toJson} gave */
    static Event ofJson(JsonNode json) {
        if (!(json.required("payload") instanceof ObjectNode payload)) {
            throw new IllegalArgumentException("no payload");
        }
        return new Event(
                json.required("type").asText(),
                json.required("correlation").asText(),
                json.required("entityType").asText(),
                json.required("entity").asText(),
                payload);
    }
}
