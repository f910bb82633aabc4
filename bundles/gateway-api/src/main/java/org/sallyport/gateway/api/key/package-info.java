/** What a vendor compiles against: the key under which the vault's master key is wrapped. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.key;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
