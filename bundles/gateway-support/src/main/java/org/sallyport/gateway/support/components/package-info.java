/** What Declarative Services know of components, for bundles that take a copy of it in. */
@NullMarked
package org.sallyport.gateway.support.components;

import org.jspecify.annotations.NullMarked;
