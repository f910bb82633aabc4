/** Associations (PS3.8) and messages (PS3.7) over TCP, as requester and acceptor. Needs the JDK only. */
@NullMarked
@Export
@Version("1.0.0")
package org.sallyport.dicom.net;

import org.jspecify.annotations.NullMarked;
import org.osgi.annotation.bundle.Export;
import org.osgi.annotation.versioning.Version;
