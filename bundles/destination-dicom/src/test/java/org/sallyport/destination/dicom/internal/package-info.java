/** Tests of the destination that stores in a PACS. */
@NullMarked
package org.sallyport.destination.dicom.internal;

import org.jspecify.annotations.NullMarked;
