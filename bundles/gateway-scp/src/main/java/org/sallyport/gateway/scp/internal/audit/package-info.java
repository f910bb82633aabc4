/** Sends the audit log on as DICOM audit messages (PS3.15 A.5) over syslog and TLS. */
@NullMarked
package org.sallyport.gateway.scp.internal.audit;

import org.jspecify.annotations.NullMarked;
