/** Tests of the HTTP client's parts. */
@NullMarked
package org.sallyport.gateway.support.http;

import org.jspecify.annotations.NullMarked;
