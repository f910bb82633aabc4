/** Tests of moving over. */
@NullMarked
package org.sallyport.ith.migration.internal;

import org.jspecify.annotations.NullMarked;
