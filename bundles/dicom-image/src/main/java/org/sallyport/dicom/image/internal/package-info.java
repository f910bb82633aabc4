/** How frames are found, decoded and encoded. */
@NullMarked
package org.sallyport.dicom.image.internal;

import org.jspecify.annotations.NullMarked;
