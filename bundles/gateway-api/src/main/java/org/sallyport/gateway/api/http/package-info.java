/** The gateway's HTTP ports. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.http;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
