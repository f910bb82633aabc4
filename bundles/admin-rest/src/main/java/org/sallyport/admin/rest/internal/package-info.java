/** HTTP for people and monitors. */
@NullMarked
package org.sallyport.admin.rest.internal;

import org.jspecify.annotations.NullMarked;
