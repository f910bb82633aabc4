/** Tests of how a C-FIND ends. */
@NullMarked
package org.sallyport.gateway.scp.internal.find;

import org.jspecify.annotations.NullMarked;
