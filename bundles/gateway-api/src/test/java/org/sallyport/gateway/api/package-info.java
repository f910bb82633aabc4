/** Tests of the values that vendors are handed and hand back. */
@NullMarked
package org.sallyport.gateway.api;

import org.jspecify.annotations.NullMarked;
