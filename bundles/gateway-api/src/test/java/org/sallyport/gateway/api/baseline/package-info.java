/** Tests that what vendors compile against keeps its promise. */
@NullMarked
package org.sallyport.gateway.api.baseline;

import org.jspecify.annotations.NullMarked;
