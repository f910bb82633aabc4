/** Tests of routes, retries and lanes. */
@NullMarked
package org.sallyport.gateway.delivery.internal;

import org.jspecify.annotations.NullMarked;
