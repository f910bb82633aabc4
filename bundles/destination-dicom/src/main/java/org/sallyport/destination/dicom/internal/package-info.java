/** The destination that stores studies in a PACS by C-STORE. */
@NullMarked
package org.sallyport.destination.dicom.internal;

import org.jspecify.annotations.NullMarked;
