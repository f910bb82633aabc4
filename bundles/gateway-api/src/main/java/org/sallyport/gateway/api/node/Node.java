package org.sallyport.gateway.api.node;

import java.util.List;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/**
 * A DICOM peer known to the gateway.
 *
 * @param id local: the configuration's name; back end: its id
 * @param aet AE title, 1–16 characters
 * @param address host name or address
 * @param port 1–65535
 * @param approved whether an administrator approved it for identity (a local node marked {@code identity = original}, or {@code node:approve});
 *     its address is looked at besides, when it is given any
 * @param certificate SHA-256 of the certificate by which alone it may associate, over TLS, 64 hexadecimal digits in lower case; null = by its AE
 *     title
 * @param tls how associations to it are opened over TLS; null = in the clear
 */
public record Node(
        String id,
        String name,
        String aet,
        String address,
        int port,
        boolean active,
        Permission permission,
        Origin origin,
        boolean approved,
        @Nullable String certificate,
        @Nullable NodeTls tls) {

    /**
     * Which of the nodes a person means.
     *
     * @param text an id; if none has it, a name; if none has it, an AE title
     * @return several if they cannot be told apart by it
     */
    public static List<Node> named(String text, List<Node> nodes) {
        for (Function<Node, String> way : List.<Function<Node, String>>of(Node::id, Node::name, Node::aet)) {
            List<Node> found =
                    nodes.stream().filter(node -> way.apply(node).equals(text)).toList();
            if (!found.isEmpty()) {
                return found;
            }
        }
        return List.of();
    }

    /** Known by its AE title alone, and without TLS. */
    public Node(
            String id,
            String name,
            String aet,
            String address,
            int port,
            boolean active,
            Permission permission,
            Origin origin,
            boolean approved) {
        this(id, name, aet, address, port, active, permission, origin, approved, null, null);
    }

    public enum Permission {
        READ,
        WRITE,
        READ_WRITE;

        public boolean mayWrite() {
            return this != READ;
        }

        public boolean mayRead() {
            return this != WRITE;
        }
    }

    public enum Origin {
        LOCAL,
        BACK_END
    }
}
