package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd;

/** ith:cancel. */
@Service
@Command(scope = "ith", name = "cancel", description = "Ends a command of the back end that waits or runs")
public final class IthCancel extends ChangingCommand {

    @IfThere
    @Nullable
    BackEnd backEnd;

    @Argument(index = 0, name = "command", required = true, description = "Number, as ith:commands shows it")
    long number;

    @Override
    public @Nullable Object execute() throws Exception {
        BackEnd there = need(backEnd, "the back end (ITH_URL)");
        change("ith.cancel", "command " + number, () -> {
            if (!there.cancel(number)) {
                throw new IllegalArgumentException(
                        "command " + number + ": there is none, or it neither waits nor runs");
            }
            return "command " + number + " is cancelled";
        });
        return null;
    }
}
