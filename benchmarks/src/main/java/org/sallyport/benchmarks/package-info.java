/** Benchmarks against other receivers; run by {@code ./bench}. */
@NullMarked
package org.sallyport.benchmarks;

import org.jspecify.annotations.NullMarked;
