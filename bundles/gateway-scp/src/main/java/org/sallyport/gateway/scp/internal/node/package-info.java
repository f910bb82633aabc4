/** Associations that the gateway opens to nodes. */
@NullMarked
package org.sallyport.gateway.scp.internal.node;

import org.jspecify.annotations.NullMarked;
