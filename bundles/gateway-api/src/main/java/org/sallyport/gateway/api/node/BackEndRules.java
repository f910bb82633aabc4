package org.sallyport.gateway.api.node;

import java.util.List;

/**
 * What the back end's last good configuration says about access. Present as a service exactly when a back end is configured; before
 * the first configuration ever: private, no nodes. Thread-safe.
 */
public interface BackEndRules {

    /** Name of the destination that uploads studies to the back end. */
    String UPLOADS = "ith";

    Mode mode();

    /** Well-formed nodes only. */
    List<Node> nodes();

    /** false: refuse new associations (A-ASSOCIATE-RJ 2/3/1). */
    boolean proxyActive();

    /** Whether it says explicitly that uploads are to carry originals. Whether they may is for local settings to say. */
    boolean asksForOriginals();

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
