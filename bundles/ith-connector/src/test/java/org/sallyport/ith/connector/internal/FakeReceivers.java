package org.sallyport.ith.connector.internal;

import java.util.Optional;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.node.IdentityNetworks;
import org.sallyport.gateway.api.vault.OriginalReceivers;

/** Lets uploads carry originals, if they are asked for and a test says so. */
final class FakeReceivers implements OriginalReceivers {

    volatile boolean lets;

    @Override
    public Optional<String> refusal(Receiver receiver) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<String> uploadRefusal(Receiver backEnd, boolean asked) {
        if (!asked) {
            return Optional.of("not asked for");
        }
        return lets ? Optional.empty() : Optional.of("not let have them, " + backEnd.host());
    }

    @Override
    public IdentityNetworks networks() {
        return IdentityNetworks.NONE;
    }
}
