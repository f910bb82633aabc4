/** Tests of the API for ITH's front end. */
@NullMarked
package org.sallyport.ith.api.internal;

import org.jspecify.annotations.NullMarked;
