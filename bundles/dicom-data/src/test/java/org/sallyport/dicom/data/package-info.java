/** Tests of reading and writing data sets. */
@NullMarked
package org.sallyport.dicom.data;

import org.jspecify.annotations.NullMarked;
