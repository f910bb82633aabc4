/** Tests of frames, codecs and the change of transfer syntaxes. */
@NullMarked
package org.sallyport.dicom.image;

import org.jspecify.annotations.NullMarked;
