/** Tests of packs, index, queue and quarantine. */
@NullMarked
package org.sallyport.gateway.store.internal;

import org.jspecify.annotations.NullMarked;
