/** How values and secrets of a configuration are checked, for bundles that take a copy of it in. */
@NullMarked
package org.sallyport.gateway.support.settings;

import org.jspecify.annotations.NullMarked;
