package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** The de-identification profiles that there are. Thread-safe. */
public interface ProfileDirectory {

    /** By name; the one in force is read from what is in force, the others from their files. */
    List<State> profiles() throws IOException;

    /**
     * @param name of its file, without {@code .yaml}
     * @param inForce whether studies that begin now are treated by it
     * @param version as its author says, or null if its file cannot be understood
     * @param hash SHA-256 of all that it consists of, 64 hexadecimal digits, or null likewise
     * @param problem why its file cannot be understood, with line and rule, or null
     */
    record State(
            String name,
            boolean inForce,
            @Nullable String version,
            @Nullable String hash,
            @Nullable String problem) {}
}
