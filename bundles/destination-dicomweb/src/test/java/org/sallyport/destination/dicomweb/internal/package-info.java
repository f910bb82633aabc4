/** Tests of the destination that stores studies on a DICOMweb server. */
@NullMarked
package org.sallyport.destination.dicomweb.internal;

import org.jspecify.annotations.NullMarked;
