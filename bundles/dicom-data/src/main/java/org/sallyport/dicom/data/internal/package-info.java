/** How data sets are read and written, and the registries' resource files. */
@NullMarked
package org.sallyport.dicom.data.internal;

import org.jspecify.annotations.NullMarked;
