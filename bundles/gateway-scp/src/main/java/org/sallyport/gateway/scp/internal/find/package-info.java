/** C-FIND (PS3.4 C.4.1): from the identifier to the answers. */
@NullMarked
package org.sallyport.gateway.scp.internal.find;

import org.jspecify.annotations.NullMarked;
