package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessRequest;

/**
 * What people decide about objects in quarantine and studies that are held. Every call but {@link #studies} needs the role
 * {@link org.sallyport.gateway.api.vault.Roles#PRIVACY_OFFICER} and a reason, and is audited, refused and failed ones too. Thread-safe; objects are released
 * one at a time.
 */
public interface HeldObjects {

    /**
     * A frame of a held object for a person to look at, as PNG, at most 1,024 pixels a side. What the profile in force would blank,
     * and text that was recognised, is framed in red.
     *
     * @param frame from 1
     * @throws IllegalArgumentException if there is no such object or frame, or it has no pixels that can be drawn
     */
    byte[] preview(UUID id, int frame, AccessRequest request) throws IOException;

    /**
     * Sends an object through de-identification again. If it passes it is stored with its study, and no longer held.
     *
     * @param profile name of the profile, or null: that of its study
     * @return what became of it, in plain words without identity
     * @throws IllegalStateException if it is still held, with the reason; nothing has changed
     */
    String release(UUID id, @Nullable String profile, AccessRequest request) throws IOException;

    /**
     * As {@link #release}, but what holds objects does not count: a person vouches for its pixels, its class and what it says. Its attributes are
     * treated all the same, and regions that a rule blanks are blanked.
     */
    String releaseAsIs(UUID id, AccessRequest request) throws IOException;

    /** Removes an object for good. Its original is lost here: it was acknowledged to its sender. */
    void discard(UUID id, AccessRequest request) throws IOException;

    /** Studies that do not go out because identity was found in what is stored of them: why, by pseudonymous Study Instance UID. */
    Map<String, String> studies() throws IOException;

    /**
     * A person vouches for what is stored of a study: it goes out, whatever was found in it. Objects that come later are looked at all the same.
     *
     * @throws IllegalArgumentException if it is not held
     */
    void releaseStudy(String studyInstanceUid, AccessRequest request) throws IOException;
}
