/** C-GET and C-MOVE (PS3.4 C.4.2, C.4.3): which instances are meant, and how they are sent with identity or without. */
@NullMarked
package org.sallyport.gateway.scp.internal.retrieve;

import org.jspecify.annotations.NullMarked;
