/** What a vendor compiles against: a destination and the delivery that it is handed. */
@NullMarked
@Export
@Version("1.2.0")
package org.sallyport.gateway.api;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
