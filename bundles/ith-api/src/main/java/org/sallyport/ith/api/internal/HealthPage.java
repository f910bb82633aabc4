package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** {@code GET /api/health/}: 200 only when an image sent now would be received and kept, else 503. Public; tells nothing but that. Pure. */
final class HealthPage {

    static final String SERVICE = "ith-proxy";

    private HealthPage() {}

    static Answer of(DicomReceiver.@Nullable Status status, String version) {
        boolean receiving = status != null && status.receiving();
        ObjectNode body = JsonNodeFactory.instance
                .objectNode()
                .put("status", word(receiving))
                .put("service", SERVICE)
                .put("version", version);
        body.putObject("dicom")
                .put("status", receiving ? "online" : "offline")
                .put("port", status == null ? 0 : status.port())
                .put("ae_title", status == null ? "" : status.aet());
        return Answer.of(receiving ? 200 : 503, body);
    }

    static String word(boolean receiving) {
        return receiving ? "healthy" : "degraded";
    }
}
