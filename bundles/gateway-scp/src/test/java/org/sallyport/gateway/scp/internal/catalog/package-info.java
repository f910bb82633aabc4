/** Tests of who may associate and what becomes of the objects that are sent. */
@NullMarked
package org.sallyport.gateway.scp.internal.catalog;

import org.jspecify.annotations.NullMarked;
