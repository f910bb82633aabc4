package org.sallyport.gateway.api.vault;

import java.util.Optional;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.api.node.IdentityNetworks;

/**
 * Says who may be given originals: a receiver whose literal address lies in the identity networks, and which is a DICOM node that a local administrator marked
 * or approved, as it is now, or a server that is reached by https, or by http on this machine. Whether a server's destination is meant to have originals is
 * for the caller to see to. Absent as a service: nobody. Thread-safe.
 */
public interface OriginalReceivers {

    /** Why not, in plain words; empty = it may, now. */
    Optional<String> refusal(Receiver receiver);

    /** Outside of these nobody may; none at all while the setting is wrong. */
    IdentityNetworks networks();
}
