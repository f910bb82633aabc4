/** A plug-in that is packed into bundles of its own and misbehaves on demand. */
@NullMarked
package org.sallyport.itests.plugin;

import org.jspecify.annotations.NullMarked;
