package org.sallyport.gateway.api.node;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.gateway.api.vault.AccessRequest;

/**
 * The gateway as a user of other archives (PS3.4 Annex C). What is asked for and what is found identifies patients: each call needs the role and the
 * reason that reading identity needs, and a node that may be given identity: approved for it ({@link Node#approved}), at a literal address of loopback or
 * RFC 1918. Each is audited before anything is sent, and
 * again with counts before anything is handed out; never with a value. Thread-safe; an interrupt ends a call soon, the archive is told by C-CANCEL.
 */
public interface ArchiveClient {

    /**
     * C-FIND (PS3.7 9.1.2).
     *
     * @param node id, name or AE title
     * @param request its subject is not looked at
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException before anything is sent
     * @throws IOException if the archive cannot be asked or failed; the message holds no identity
     */
    Found find(String node, Query query, AccessRequest request) throws IOException;

    /**
     * C-MOVE (PS3.7 9.1.4) of a study. What is moved to this gateway comes in through the gate as from any sender.
     *
     * @param studyInstanceUid as the archive has it
     * @param destinationAet AE title that the archive knows: ours, or that of a node that may be given identity; null = ours
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException before anything is sent
     * @throws IOException if the archive cannot be asked; the message holds no identity
     */
    Moved move(String node, String studyInstanceUid, @Nullable String destinationAet, AccessRequest request)
            throws IOException;

    /** Query/Retrieve Level (0008,0052). */
    enum Level {
        PATIENT,
        STUDY,
        SERIES,
        IMAGE
    }

    /**
     * What to look for.
     *
     * @param keys matching keys with their values, return keys without; Query/Retrieve Level is added
     * @param most matches, 1–10,000
     */
    record Query(Level level, DataSet keys, int most) {}

    /**
     * What was found; identity.
     *
     * @param complete false: there are more
     */
    record Found(List<DataSet> matches, boolean complete) {

        public Found {
            matches = List.copyOf(matches);
        }

        /** Shows no identity. */
        @Override
        public String toString() {
            return "Found[" + matches.size() + ", complete=" + complete + "]";
        }
    }

    /**
     * How a move ended; numbers of images are -1 if the archive did not tell them.
     *
     * @param to AE title
     * @param status 0 = success (PS3.4 C.4.2.1.5)
     */
    record Moved(String to, int status, int completed, int failed, int warned) {}
}
