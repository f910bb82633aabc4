package org.sallyport.ith.connector.internal;

import java.util.Optional;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Whether uploads carry originals, as it is now. Thread-safe, but for {@link #tell}, which the fetching thread alone calls. */
final class UploadIdentity {

    private static final Logger LOG = LoggerFactory.getLogger(UploadIdentity.class);

    private final Receiver backEnd;
    private final OriginalReceivers receivers;
    private final ReceivedRules rules;
    private String told = "";

    UploadIdentity(IthSettings settings, OriginalReceivers receivers, ReceivedRules rules) {
        this.backEnd = Receiver.of(settings.base());
        this.receivers = receivers;
        this.rules = rules;
    }

    /** Whom uploads go to. */
    Receiver receiver() {
        return backEnd;
    }

    IdentityMode mode() {
        return refusal().isPresent() ? IdentityMode.PSEUDONYMOUS : IdentityMode.ORIGINAL;
    }

    private Optional<String> refusal() {
        return receivers.uploadRefusal(backEnd, rules.asksForOriginals());
    }

    /** For people. */
    String words() {
        return refusal().map(why -> "de-identified: " + why).orElse("with identity: the back end asks for originals");
    }

    /** Says in the log what changed, once. */
    void tell() {
        String words = words();
        if (words.equals(told)) {
            return;
        }
        told = words;
        if (mode() == IdentityMode.ORIGINAL || rules.asksForOriginals()) {
            LOG.warn("uploads go {}", words);
        } else {
            LOG.info("uploads go {}", words);
        }
    }
}
