/** Tests of the codecs. */
@NullMarked
package org.sallyport.dicom.image.internal;

import org.jspecify.annotations.NullMarked;
