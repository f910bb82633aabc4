/** The destination that stores studies on a DICOMweb server (STOW-RS, PS3.18 10.5). */
@NullMarked
package org.sallyport.destination.dicomweb.internal;

import org.jspecify.annotations.NullMarked;
