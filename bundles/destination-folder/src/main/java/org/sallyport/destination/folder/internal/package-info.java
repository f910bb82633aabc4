/** The destination that writes ZIP files, or trees of files, into a folder. */
@NullMarked
package org.sallyport.destination.folder.internal;

import org.jspecify.annotations.NullMarked;
