/** Completed studies on their way out: the durable queue and what people see of it. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.delivery;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
