package org.sallyport.gateway.scp.internal;

import java.util.List;
import java.util.Optional;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.Node;

/**
 * Who may do what, at one moment. Public: any calling AE may echo and store. Private: the calling AE has to be an active node with
 * the right permission. A local node that is switched off bars its AE title in public mode too.
 */
record AccessRules(Mode mode, List<Node> nodes) {

    AccessRules {
        nodes = List.copyOf(nodes);
    }

    /** Whether the calling AE may associate at all; if not: A-ASSOCIATE-RJ 1/1/3. */
    boolean mayAssociate(String callingAet) {
        return node(callingAet).map(Node::active).orElse(mode == Mode.PUBLIC);
    }

    /** Whether the calling AE may store; if not: status 0x0124. */
    boolean mayStore(String callingAet) {
        return node(callingAet)
                .map(node -> node.active()
                        && (mode == Mode.PUBLIC || node.permission().mayWrite()))
                .orElse(mode == Mode.PUBLIC);
    }

    private Optional<Node> node(String aet) {
        return nodes.stream().filter(node -> node.aet().equals(aet)).findFirst();
    }
}
