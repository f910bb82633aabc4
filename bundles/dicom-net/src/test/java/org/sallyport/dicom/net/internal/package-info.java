/** Tests of the upper layer and its encoding. */
@NullMarked
package org.sallyport.dicom.net.internal;

import org.jspecify.annotations.NullMarked;
