package org.sallyport.gateway.api.node;

import java.util.List;

/** All nodes in force; a local node wins over the back end's of the same AE title. Thread-safe. */
public interface NodeDirectory {

    BackEndRules.Mode mode();

    List<Node> nodes();
}
