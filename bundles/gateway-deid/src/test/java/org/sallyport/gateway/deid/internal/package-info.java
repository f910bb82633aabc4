/** Tests of de-identification and of giving originals back. */
@NullMarked
package org.sallyport.gateway.deid.internal;

import org.jspecify.annotations.NullMarked;
