/** Tests of the HTTPS port. */
@NullMarked
package org.sallyport.admin.rest.internal;

import org.jspecify.annotations.NullMarked;
