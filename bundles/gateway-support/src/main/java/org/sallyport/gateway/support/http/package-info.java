/** An HTTP client that hears early replies, for bundles that take a copy of it in. */
@NullMarked
package org.sallyport.gateway.support.http;

import org.jspecify.annotations.NullMarked;
