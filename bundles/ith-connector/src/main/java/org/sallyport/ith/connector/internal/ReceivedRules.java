package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.List;
import java.util.stream.Collectors;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.vault.AuditLog;

/** The rules of the configuration in force; before the first one private with no nodes. Written by the fetching thread, read by any. */
final class ReceivedRules implements BackEndRules {

    private final NodeApprovals approvals;
    private final IthSettings settings;
    private final AuditLog audit;
    private volatile @Nullable ProxyConfiguration configuration;
    private volatile boolean switchedOff;

    ReceivedRules(NodeApprovals approvals, IthSettings settings, AuditLog audit) {
        this.approvals = approvals;
        this.settings = settings;
        this.audit = audit;
    }

    /** @return whether anything changed */
    boolean use(ProxyConfiguration next) {
        boolean changed = switchedOff || !next.equals(configuration);
        configuration = next;
        switchedOff = false;
        return changed;
    }

    /** Until the next configuration. */
    void switchOff() {
        switchedOff = true;
    }

    ProxyConfiguration.@Nullable Listener listener() {
        ProxyConfiguration current = configuration;
        return current == null ? null : current.listener();
    }

    /** The last good one; null = none yet. */
    @Nullable
    ProxyConfiguration configuration() {
        return configuration;
    }

    @Nullable
    String workspaceId() {
        ProxyConfiguration current = configuration;
        return current == null ? null : current.workspaceId();
    }

    @Override
    public Mode mode() {
        ProxyConfiguration current = configuration;
        return current == null ? Mode.PRIVATE : current.mode();
    }

    @Override
    public List<Node> nodes() {
        ProxyConfiguration current = configuration;
        return current == null
                ? List.of()
                : current.nodes().stream().map(this::judged).toList();
    }

    private Node judged(Node node) {
        boolean approved = settings.identityNetworks().contains(node.address())
                && (settings.trustBackEndNodes() || approvals.isApproved(node));
        return new Node(
                node.id(),
                node.name(),
                node.aet(),
                node.address(),
                node.port(),
                node.active(),
                node.permission(),
                node.origin(),
                approved);
    }

    @Override
    public boolean proxyActive() {
        ProxyConfiguration current = configuration;
        return !switchedOff && (current == null || current.active());
    }

    @Override
    public boolean asksForOriginals() {
        ProxyConfiguration current = configuration;
        return current != null && !current.deidentify();
    }

    @Override
    public Node approve(String nodeId, String actor, String source, String reason) throws IOException {
        Node node = nodes().stream()
                .filter(candidate -> candidate.id().equals(nodeId))
                .findFirst()
                .orElseThrow(() -> new IllegalArgumentException("the back end names no node \"" + nodeId
                        + "\"; it names " + nodes().stream().map(Node::id).collect(Collectors.joining(", "))));
        if (!settings.identityNetworks().contains(node.address())) {
            audit.record("node.approve", actor, source, nodeId, reason, "refused", "outside identity-networks");
            throw new IllegalArgumentException("node " + nodeId + " lies outside identity-networks"
                    + " (org.sallyport.identity.cfg): it cannot be given identity");
        }
        audit.record("node.approve", actor, source, nodeId, reason, "done", null);
        try {
            approvals.approve(node);
        } catch (IOException e) {
            audit.record("node.approve", actor, source, nodeId, reason, "refused", "the approval could not be kept");
            throw e;
        }
        return judged(node);
    }
}
