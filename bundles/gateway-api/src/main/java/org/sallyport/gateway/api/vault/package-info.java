/** The vault's ports: pseudonyms, sealing and opening of identity, audit. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.gateway.api.vault;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
