package org.sallyport.admin.shell.internal;

import java.util.UUID;
import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** quarantine:release. */
@Service
@Command(
        scope = "quarantine",
        name = "release",
        description = "Sends a held object through de-identification again, and on with its study if it passes")
public final class QuarantineRelease extends HeldCommand {

    @Argument(index = 0, name = "id", required = true, description = "As quarantine:list shows it")
    String id = "";

    @Option(name = "--profile", description = "Profile to treat it by; without it, that of its study")
    @Nullable
    String profile;

    @Option(
            name = "--as-is",
            description =
                    "You vouch for its pixels and for what it says: what holds it does not count; its attributes are treated all the same")
    boolean asIs;

    @Override
    public @Nullable Object execute() throws Exception {
        if (asIs && profile != null) {
            throw new IllegalArgumentException("either --as-is or --profile");
        }
        UUID uuid = id(id);
        String message = asIs ? held().releaseAsIs(uuid, request(id)) : held().release(uuid, profile, request(id));
        tell("id", id, message);
        return null;
    }
}
