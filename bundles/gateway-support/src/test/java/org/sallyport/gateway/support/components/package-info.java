/** Tests of what Declarative Services tell. */
@NullMarked
package org.sallyport.gateway.support.components;

import org.jspecify.annotations.NullMarked;
