/** DICOM data sets and Part 10 files: reading, writing, character sets, dictionary (PS3.5, PS3.6, PS3.10). Needs the JDK only. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.dicom.data;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
