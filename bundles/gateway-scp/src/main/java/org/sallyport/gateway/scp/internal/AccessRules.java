package org.sallyport.gateway.scp.internal;

import java.net.InetAddress;
import java.util.List;
import java.util.Optional;
import org.sallyport.gateway.api.node.BackEndRules.Mode;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.scp.internal.query.View;

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

    /**
     * Whether the caller may find, get and move; if not: status 0x0124.
     *
     * @param unknown whether those who are no node may, in public mode
     */
    boolean mayRead(Caller caller, boolean unknown) {
        return mayAssociate(caller)
                && node(caller).map(node -> node.permission().mayRead()).orElse(unknown);
    }

    /**
     * What the caller sees: originals if the node is approved for them, calls from a network for identity, and is known by its address or certificate
     * besides its AE title.
     *
     * @param address where the association comes from
     */
    View view(Caller caller, InetAddress address, IdentityNetworks networks) {
        boolean original = node(caller)
                .filter(node -> node.approved()
                        && networks.contains(literal(address))
                        && (node.certificate() != null || isAt(node, address)))
                .isPresent();
        return original ? View.ORIGINAL : View.PSEUDONYMOUS;
    }

    /** By a literal address only: what a name means may change. */
    private static boolean isAt(Node node, InetAddress address) {
        return node.address().equals(literal(address));
    }

    /** Without the scope that Java adds to a link-local one. */
    private static String literal(InetAddress address) {
        String text = address.getHostAddress();
        int scope = text.indexOf('%');
        return scope < 0 ? text : text.substring(0, scope);
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
