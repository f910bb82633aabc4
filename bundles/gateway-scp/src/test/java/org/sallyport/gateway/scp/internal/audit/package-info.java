/** Tests of the audit log that is sent on. */
@NullMarked
package org.sallyport.gateway.scp.internal.audit;

import org.jspecify.annotations.NullMarked;
