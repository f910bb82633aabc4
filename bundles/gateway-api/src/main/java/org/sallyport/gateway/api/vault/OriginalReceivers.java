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

    /**
     * Why uploads to the ITH back end carry pseudonyms only, in plain words; empty = they carry originals, now. That takes three: the back end's configuration
     * asks for it, the local setting lets it, and the back end may be given originals as any server.
     *
     * @param asked whether the back end asks for originals
     */
    Optional<String> uploadRefusal(Receiver backEnd, boolean asked);

    /** Outside of these nobody may; none at all while the setting is wrong. */
    IdentityNetworks networks();
}
