/** Packs on disk, the index over them, the queue of deliveries, the quarantine. */
@NullMarked
package org.sallyport.gateway.store.internal;

import org.jspecify.annotations.NullMarked;
