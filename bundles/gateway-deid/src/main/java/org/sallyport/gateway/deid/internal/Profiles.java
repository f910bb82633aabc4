package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import org.sallyport.gateway.api.vault.StudyContext;

/** Which profile treats what. Thread-safe. */
public interface Profiles {

    /** The profile for new studies. */
    Profile inForce();

    /**
     * The version that a study is treated by: the one in force when its first object came; durable on return.
     *
     * @throws IOException if it cannot be read or remembered
     */
    Profile of(StudyContext study) throws IOException;

    /**
     * A profile as its file is now, kept as a version; whether or not it is in force.
     *
     * @throws IOException naming file, line, rule and what is allowed
     */
    Profile named(String name) throws IOException;

    /** Names of the profiles that there are, whether they can be read or not. */
    List<String> names() throws IOException;

    /** Why the profile in force is not what the configuration and its file say; empty = it is. */
    Optional<String> problem();
}
