/** Pixel data: frames, codecs and change of the transfer syntax (PS3.5 8 and Annexes A.4 and G). Needs the JDK and data sets only. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.dicom.image;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
