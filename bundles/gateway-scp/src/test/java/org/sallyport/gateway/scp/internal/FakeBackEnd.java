package org.sallyport.gateway.scp.internal;

import java.util.List;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.Node;

/** A back end that says what it is told. */
final class FakeBackEnd implements BackEndRules {

    volatile Mode mode = Mode.PRIVATE;
    volatile List<Node> nodes = List.of();
    volatile boolean active = true;

    @Override
    public Mode mode() {
        return mode;
    }

    @Override
    public List<Node> nodes() {
        return nodes;
    }

    @Override
    public boolean proxyActive() {
        return active;
    }

    @Override
    public boolean asksForOriginals() {
        return false;
    }

    @Override
    public Node approve(String nodeId, String actor, String source, String reason) {
        throw new UnsupportedOperationException();
    }
}
