package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.LinkedHashSet;
import java.util.Set;
import org.sallyport.gateway.api.node.Node;

/** Back-end nodes that an administrator approved for identity, each as it stood then: any change of it withdraws the approval. Thread-safe. */
final class NodeApprovals {

    private static final ObjectMapper JSON = new ObjectMapper();

    private record Approved(String id, String aet, String address, int port) {

        static Approved of(Node node) {
            return new Approved(node.id(), node.aet(), node.address(), node.port());
        }
    }

    private final KeptFile file;
    private final Set<Approved> approved = new LinkedHashSet<>();

    NodeApprovals(KeptFile file) throws IOException {
        this.file = file;
        byte[] content = file.read().orElse("[]".getBytes(StandardCharsets.UTF_8));
        try {
            JsonNode list = JSON.readTree(content);
            if (!list.isArray()) {
                throw new IllegalArgumentException("no array");
            }
            for (JsonNode node : list) {
                approved.add(new Approved(
                        node.required("id").asText(),
                        node.required("aet").asText(),
                        node.required("address").asText(),
                        node.required("port").asInt()));
            }
        } catch (JsonProcessingException | IllegalArgumentException e) {
            throw new IOException(
                    file
                            + " is no list of approved nodes: bring it back from a backup, or delete it and approve the nodes again",
                    e);
        }
    }

    synchronized boolean isApproved(Node node) {
        return approved.contains(Approved.of(node));
    }

    /** Durable on return. */
    synchronized void approve(Node node) throws IOException {
        Set<Approved> all = new LinkedHashSet<>(approved);
        all.removeIf(other -> other.id.equals(node.id()));
        all.add(Approved.of(node));
        ArrayNode array = JSON.createArrayNode();
        for (Approved one : all) {
            array.addObject()
                    .put("id", one.id)
                    .put("aet", one.aet)
                    .put("address", one.address)
                    .put("port", one.port);
        }
        file.write(JSON.writeValueAsBytes(array));
        approved.clear();
        approved.addAll(all);
    }
}
