/** Who may do what: nodes, their permissions, and the receiver that asks. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.node;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
