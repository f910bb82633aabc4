package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.intake.ProfileDirectory;

/** deid:profiles. */
@Service
@Command(
        scope = "deid",
        name = "profiles",
        description = "Lists the de-identification profiles, which one is in force, and what is wrong with any")
public final class DeidProfiles extends GatewayCommand {

    @IfThere
    @Nullable
    ProfileDirectory profiles;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("profile", "in force", "version", "SHA-256", "problem");
        need(profiles, "de-identification")
                .profiles()
                .forEach(state ->
                        list.row(state.name(), state.inForce(), state.version(), state.hash(), state.problem()));
        list.print(System.out, json);
        return null;
    }
}
