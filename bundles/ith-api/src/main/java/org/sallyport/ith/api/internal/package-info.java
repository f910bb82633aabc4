/** The HTTP API that ITH's front end calls from a browser. */
@NullMarked
package org.sallyport.ith.api.internal;

import org.jspecify.annotations.NullMarked;
