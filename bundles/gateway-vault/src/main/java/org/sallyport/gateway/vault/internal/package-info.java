/** Keys, the journal of assignments, sealing of identity and the audit log. */
@NullMarked
package org.sallyport.gateway.vault.internal;

import org.jspecify.annotations.NullMarked;
