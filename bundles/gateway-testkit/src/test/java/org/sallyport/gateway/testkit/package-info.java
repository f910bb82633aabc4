/** The contract is run on destinations that break it. */
@NullMarked
package org.sallyport.gateway.testkit;

import org.jspecify.annotations.NullMarked;
