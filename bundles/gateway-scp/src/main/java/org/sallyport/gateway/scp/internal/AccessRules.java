package org.sallyport.gateway.scp.internal;

import java.util.List;
import java.util.Optional;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;

/**
 * Who may do what, at one moment. Public: any calling AE may echo and store. Private: the calling AE has to be an active node with
 * the right permission. In both: a local node that is switched off bars its AE title, and one that is known by a certificate has to prove it.
 */
record AccessRules(Mode mode, List<Node> nodes) {

    AccessRules {
        nodes = List.copyOf(nodes);
    }

    /** Whether the caller may associate at all; if not: A-ASSOCIATE-RJ 1/1/3. */
    boolean mayAssociate(Caller caller) {
        return isKnown(caller.aet()) ? node(caller).map(Node::active).orElse(false) : mode == Mode.PUBLIC;
    }

    /** Whether the caller may store; if not: status 0x0124. */
    boolean mayStore(Caller caller) {
        return mayAssociate(caller)
                && node(caller)
                        .map(node -> mode == Mode.PUBLIC || node.permission().mayWrite())
                        .orElse(true);
    }

    /** Whether a node has this AE title: then the caller has to be that one. */
    boolean isKnown(String aet) {
        return nodes.stream().anyMatch(node -> node.aet().equals(aet));
    }

    /** The node that the caller is: one that is known by a certificate is so by that alone. */
    private Optional<Node> node(Caller caller) {
        return nodes.stream()
                .filter(node -> node.aet().equals(caller.aet()))
                .filter(node -> node.certificate() == null || node.certificate().equals(caller.certificate()))
                .findFirst();
    }
}
