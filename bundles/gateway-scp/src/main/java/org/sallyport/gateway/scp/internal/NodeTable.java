package org.sallyport.gateway.scp.internal;

import java.util.List;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDirectory;

/**
 * The nodes in force. The list of local nodes and the reference to the back end's rules are owned by Declarative Services, which
 * replaces them while associations run; readers see one or the other.
 */
@Component(
        service = {NodeDirectory.class, NodeTable.class},
        configurationPid = "org.sallyport.scp")
public final class NodeTable implements NodeDirectory {

    private final ScpSettings settings;
    private final List<LocalNode> local = new CopyOnWriteArrayList<>();
    private final AtomicReference<@Nullable BackEndRules> backEnd = new AtomicReference<>();

    @Activate
    public NodeTable(ScpConfiguration configuration) {
        this(ScpSettings.of(configuration));
    }

    NodeTable(ScpSettings settings) {
        this.settings = settings;
    }

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addNode(LocalNode node) {
        local.add(node);
    }

    void removeNode(LocalNode node) {
        local.remove(node);
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setBackEnd(BackEndRules rules) {
        backEnd.set(rules);
    }

    void unsetBackEnd(BackEndRules rules) {
        backEnd.compareAndSet(rules, null);
    }

    /** A back end that is configured but whose connector is not there (starting, being replaced) makes the mode private. */
    @Override
    public Mode mode() {
        BackEndRules rules = backEnd.get();
        if (rules != null) {
            return rules.mode();
        }
        return settings.backEnd() ? Mode.PRIVATE : settings.mode();
    }

    @Override
    public List<Node> nodes() {
        BackEndRules rules = backEnd.get();
        return NodeMerge.merge(local.stream().map(LocalNode::node).toList(), rules == null ? List.of() : rules.nodes());
    }

    /** false while a back end is configured but its connector is not there (starting, being replaced): nobody can be told apart then. */
    boolean isReady() {
        return !settings.backEnd() || backEnd.get() != null;
    }

    /** false while the back end has switched this gateway off. */
    boolean proxyActive() {
        BackEndRules rules = backEnd.get();
        return rules == null || rules.proxyActive();
    }

    /** Of associations that are opened to nodes. */
    Timeouts timeouts() {
        return settings.timeouts();
    }

    AccessRules rules() {
        return new AccessRules(mode(), nodes());
    }
}
