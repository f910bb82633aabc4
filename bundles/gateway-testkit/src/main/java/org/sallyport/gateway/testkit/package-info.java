/** Generated studies with planted identifiers, and the contract tests that a vendor runs on a destination or key provider with a gateway that is not there. */
@NullMarked
@Export
@Version("0.1.0")
package org.sallyport.gateway.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
