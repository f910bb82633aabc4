/** The ZIP form of a study, shared by the destinations that send or write one. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.archive;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
