/** Routes, workers and destinations that come and go. */
@NullMarked
package org.sallyport.gateway.delivery.internal;

import org.jspecify.annotations.NullMarked;
