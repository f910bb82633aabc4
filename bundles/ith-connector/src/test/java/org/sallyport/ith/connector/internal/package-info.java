/** Tests of the connection to the ITH back end. */
@NullMarked
package org.sallyport.ith.connector.internal;

import org.jspecify.annotations.NullMarked;
