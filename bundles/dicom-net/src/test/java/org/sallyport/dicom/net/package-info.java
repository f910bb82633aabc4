/** Tests of associations over loopback connections. */
@NullMarked
package org.sallyport.dicom.net;

import org.jspecify.annotations.NullMarked;
