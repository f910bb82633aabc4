/** The ITH back end: its configuration of this gateway, and uploads to it. */
@NullMarked
package org.sallyport.ith.connector.internal;

import org.jspecify.annotations.NullMarked;
