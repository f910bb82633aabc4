/** Tests of the destination that writes ZIP files. */
@NullMarked
package org.sallyport.destination.folder.internal;

import org.jspecify.annotations.NullMarked;
