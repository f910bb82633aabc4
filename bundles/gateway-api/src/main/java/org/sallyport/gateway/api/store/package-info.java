/** What is kept: instances in packs, the index of studies, the quarantine. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.store;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
