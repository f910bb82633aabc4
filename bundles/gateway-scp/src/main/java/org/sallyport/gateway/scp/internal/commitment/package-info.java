/** Storage Commitment Push Model as provider (PS3.4 Annex J). */
@NullMarked
package org.sallyport.gateway.scp.internal.commitment;

import org.jspecify.annotations.NullMarked;
