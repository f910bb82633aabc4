/** Tests of the health page. */
@NullMarked
package org.sallyport.admin.rest.internal;

import org.jspecify.annotations.NullMarked;
