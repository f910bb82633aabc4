package org.sallyport.gateway.api.node;

import javax.net.ssl.SSLContext;

/** How TLS is spoken with a node by who opens the connection. Keys and passwords stay with who configured the node. Thread-safe. */
public interface NodeTls {

    /** With our certificate and those to trust, as their files are now: to be asked for each connection. */
    SSLContext context();

    /** Whether the node's certificate has to name the {@link Node#address}. */
    boolean checksHostName();
}
