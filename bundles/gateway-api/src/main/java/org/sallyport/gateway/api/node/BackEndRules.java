package org.sallyport.gateway.api.node;

import java.util.List;

/**
 * What the back end's last good configuration says about access. Present as a service exactly when a back end is configured; before
 * the first configuration ever: private, no nodes. Thread-safe.
 */
public interface BackEndRules {

    Mode mode();

    /** Well-formed nodes only. */
    List<Node> nodes();

    /** false: refuse new associations (A-ASSOCIATE-RJ 2/3/1). */
    boolean proxyActive();

    /**
     * Approves a back-end node for identity, as it stands now; any later change of it withdraws the approval. Audited.
     *
     * @return the node as approved
     * @throws IllegalArgumentException if there is no such node; the message says which there are
     */
    Node approve(String nodeId, String actor, String source, String reason) throws java.io.IOException;

    enum Mode {
        PUBLIC,
        PRIVATE
    }
}
