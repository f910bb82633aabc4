package org.sallyport.gateway.api.node;

import java.net.InetAddress;
import java.util.List;
import java.util.Map;

/**
 * Has asked a PACS for storage commitment (PS3.4 Annex J) and takes the report that the PACS brings on an association of its own to the gateway's DICOM
 * port. Registered as a service by whoever asks. Called from associations' threads: has to return at once. Thread-safe.
 */
public interface CommitmentListener {

    /**
     * Whether a report of this peer is due. Only while one is, the port takes reports of the peer; it then may associate for that, and nothing
     * else, though it is no node.
     */
    boolean expects(Reporter reporter);

    /** @return whether it is one that this peer was asked for, and was not taken before */
    boolean report(Reporter reporter, Report report);

    /**
     * Who brings a report.
     *
     * @param callingAet the PACS
     * @param calledAet what it takes us for
     */
    record Reporter(String callingAet, String calledAet, InetAddress address) {}

    /**
     * What a PACS keeps (PS3.4 J.3.3).
     *
     * @param committed SOP Instance UIDs of what it keeps
     * @param failed SOP Instance UID → Failure Reason (0008,1197), -1 if not told
     */
    record Report(String transactionUid, List<String> committed, Map<String, Integer> failed) {

        public Report {
            committed = List.copyOf(committed);
            failed = Map.copyOf(failed);
        }
    }
}
