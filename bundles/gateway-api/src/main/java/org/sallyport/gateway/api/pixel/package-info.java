/** What a vendor compiles against: cleaning of pixels by which a person could be recognised. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.pixel;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
