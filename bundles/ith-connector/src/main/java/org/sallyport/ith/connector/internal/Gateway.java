package org.sallyport.ith.connector.internal;

import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.ListenerControl;
import org.sallyport.gateway.api.node.NodeDestinations;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.IdentityVault;

/** The rest of the gateway, each part as it is there at the moment; null while it is starting or being replaced. Thread-safe. */
interface Gateway {

    @Nullable
    DicomReceiver receiver();

    @Nullable
    ListenerControl listener();

    @Nullable
    NodeDirectory directory();

    @Nullable
    NodeDestinations nodes();

    @Nullable
    ReturnedObjects returned();

    @Nullable
    IdentityVault vault();

    @Nullable
    Quarantine quarantine();

    @Nullable
    DeliveryQueue queue();

    @Nullable
    DestinationDirectory destinations();

    @Nullable
    StudyIndex index();

    @Nullable
    StudyFinder finder();

    @Nullable
    Retention retention();

    @Nullable
    RemoteStudies remote();

    /** @throws NotThere if it is null */
    static <T> T need(@Nullable T part, String name) throws NotThere {
        if (part == null) {
            throw new NotThere(name);
        }
        return part;
    }

    /** A part that is needed is not there now: it is tried again. */
    final class NotThere extends java.io.IOException {

        private static final long serialVersionUID = 1L;

        NotThere(String name) {
            super(name + " is not there now");
        }
    }
}
