package org.sallyport.admin.shell.internal;

import java.util.Locale;
import java.util.Set;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEnd.CommandState;

/** ith:commands. */
@Service
@Command(scope = "ith", name = "commands", description = "Lists the back end's commands, newest first")
public final class IthCommands extends GatewayCommand {

    @IfThere
    @Nullable
    BackEnd backEnd;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 50;

    @Option(name = "--state", description = "WAITING, RUNNING, DONE, FAILED or CANCELLED")
    @Nullable
    String state;

    private static CommandState state(String text) {
        try {
            return CommandState.valueOf(text.toUpperCase(Locale.ROOT));
        } catch (IllegalArgumentException e) {
            throw new IllegalArgumentException(
                    "--state \"" + text + "\": must be WAITING, RUNNING, DONE, FAILED or CANCELLED", e);
        }
    }

    @Override
    public @Nullable Object execute() throws Exception {
        Set<CommandState> states = state == null ? Set.of() : Set.of(state(state));
        Listing list = new Listing(
                "command", "type", "entity", "priority", "state", "received", "sent", "of", "reported", "message");
        need(backEnd, "the back end (ITH_URL)")
                .commands(count("--limit", limit), states)
                .forEach(c -> list.row(
                        c.number(),
                        c.type(),
                        c.entity(),
                        c.priority(),
                        c.state(),
                        c.receivedAt(),
                        c.sent(),
                        c.total(),
                        c.reported(),
                        c.message()));
        list.print(System.out, json);
        return null;
    }
}
