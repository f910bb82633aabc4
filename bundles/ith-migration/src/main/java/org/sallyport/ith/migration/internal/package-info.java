/** Reads the database of the proxy that this gateway replaces. */
@NullMarked
package org.sallyport.ith.migration.internal;

import org.jspecify.annotations.NullMarked;
