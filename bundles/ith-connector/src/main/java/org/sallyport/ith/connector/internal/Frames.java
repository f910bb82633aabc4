package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.time.Instant;
import java.time.temporal.ChronoUnit;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** The frames that are sent to the back end. Pure. */
final class Frames {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int LONGEST_ERROR = 2_000;

    private Frames() {}

    static ObjectNode configUpdate(String address, int port, String aet, String apiUrl, String version) {
        return JSON.createObjectNode()
                .put("type", "config_update")
                .put("ip_address", address)
                .put("port", port)
                .put("ae_title", aet)
                .put("api_url", apiUrl)
                .put("proxy_version", version);
    }

    /**
     * @param status online, offline or error
     * @param reachable node id → whether it answers; those not yet known are left out
     */
    static ObjectNode healthUpdate(String status, String version, Map<String, Boolean> reachable) {
        ObjectNode frame = JSON.createObjectNode()
                .put("type", "health_update")
                .put("proxy_status", status)
                .put("proxy_version", version);
        if (!reachable.isEmpty()) {
            ArrayNode nodes = frame.putArray("nodes");
            reachable.forEach(
                    (id, answers) -> nodes.addObject().put("node_id", id).put("is_reachable", answers));
        }
        return frame;
    }

    /**
     * How far a dispatch is.
     *
     * @param error null = none
     */
    static ObjectNode dispatchStatus(
            Event event,
            String workspace,
            Instant at,
            String status,
            int progress,
            int sent,
            int total,
            @Nullable String error) {
        ObjectNode frame = JSON.createObjectNode()
                .put("event_type", "dispatch.status")
                .put("workspace_id", workspace)
                .put("timestamp", at.truncatedTo(ChronoUnit.MILLIS).toString())
                .put("correlation_id", event.correlationId())
                .put("entity_type", event.entityType())
                .put("entity_id", event.entityId());
        ObjectNode payload = frame.putObject("payload")
                .put("status", status)
                .put("progress", progress)
                .put("files_sent", sent)
                .put("files_total", total);
        if (error != null) {
            payload.put("error", Reply.cut(error, LONGEST_ERROR));
        }
        return frame;
    }

    static ObjectNode pong() {
        return JSON.createObjectNode().put("type", "pong");
    }
}
