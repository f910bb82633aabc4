/** A strict stand-in for the ITH back end, for tests, benchmarks and demonstrations. */
@NullMarked
package org.sallyport.simulator;

import org.jspecify.annotations.NullMarked;
