/** Keys and matching of queries (PS3.4 C.2.2), without network, store or identity: pure. */
@NullMarked
package org.sallyport.gateway.scp.internal.query;

import org.jspecify.annotations.NullMarked;
