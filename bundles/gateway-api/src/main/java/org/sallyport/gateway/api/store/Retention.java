package org.sallyport.gateway.api.store;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;

/**
 * Removes images that are no longer needed here. What the index says of them stays, and their identity, compactly. Nothing is removed by itself but
 * exactly what a receiver has accepted, and only when nothing else needs it. Thread-safe.
 */
public interface Retention {

    /** What was accepted and is still in the packs of this appliance, oldest first, with the reason why it stays; limit 1–10,000. */
    List<Accepted> accepted(int limit) throws IOException;

    /** Looks at once for what may go, whatever was looked at a moment ago. */
    Removed lookNow() throws IOException;

    /** All that was removed so far, by every appliance on this index. */
    Removed total() throws IOException;

    /**
     * Removes a study or series, delivered or not asked for, by a person's or the back end's word. Sent again, its images are taken as new ones. Audited.
     * Images that lie in the packs of another appliance on this index stay; the audit tells how many.
     *
     * @param request whose role has to be {@link org.sallyport.gateway.api.vault.Roles#ADMINISTRATOR}, with a reason
     * @param seriesInstanceUid null = the whole study
     * @param keepsOwed true: what is still owed to a destination stays, and the rest goes, if anything is left of it; false: then nothing goes
     * @throws org.sallyport.gateway.api.vault.AccessDeniedException if role or reason are missing; audited too
     * @throws IOException if there is no such study; or if {@code keepsOwed} is false and images of it are owed, or all are at other appliances
     */
    Removed delete(
            AccessRequest request, String studyInstanceUid, @Nullable String seriesInstanceUid, boolean keepsOwed)
            throws IOException;

    /**
     * @param delivery number of the delivery that was accepted
     * @param images of it that are still here
     * @param bytes of them
     * @param keptBecause in plain words; null = it was not looked at yet
     */
    record Accepted(
            long delivery,
            String studyInstanceUid,
            int part,
            String destination,
            Instant at,
            int images,
            long bytes,
            @Nullable String keptBecause) {}

    /** @param bytes length of the Part 10 files that are gone */
    record Removed(int images, long bytes) {

        public static final Removed NOTHING = new Removed(0, 0);

        public Removed plus(Removed other) {
            return new Removed(images + other.images, bytes + other.bytes);
        }
    }
}
