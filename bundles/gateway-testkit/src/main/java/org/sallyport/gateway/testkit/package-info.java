/** Generated studies with planted identifiers, for tests and benchmarks. */
@NullMarked
@Export
@Version("0.1.0")
package org.sallyport.gateway.testkit;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
