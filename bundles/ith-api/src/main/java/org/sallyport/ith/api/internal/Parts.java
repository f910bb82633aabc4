package org.sallyport.ith.api.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEndRegistration;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;

/** The rest of the gateway, each part as it is there at the moment; null while it is starting or being replaced. Thread-safe. */
interface Parts {

    @Nullable
    DicomReceiver receiver();

    /** Null also if there is no back end. */
    @Nullable
    BackEndRegistration backEnd();

    /** Null also if there is no back end. */
    @Nullable
    BackEndRules rules();

    @Nullable
    StudyIndex index();

    @Nullable
    IdentityDirectory identity();

    @Nullable
    AuditLog audit();
}
