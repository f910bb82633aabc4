/** HTTP for people and monitors: the HTTPS port and its certificate. */
@NullMarked
package org.sallyport.admin.rest.internal;

import org.jspecify.annotations.NullMarked;
