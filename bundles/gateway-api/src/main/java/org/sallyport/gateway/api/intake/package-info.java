/** One received object on its way through the gate: from the association to the pack. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.intake;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
