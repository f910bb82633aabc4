package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd;

/** ith:retry. */
@Service
@Command(
        scope = "ith",
        name = "retry",
        description = "Does a command of the back end that failed or was cancelled once more")
public final class IthRetry extends ChangingCommand {

    @IfThere
    @Nullable
    BackEnd backEnd;

    @Argument(index = 0, name = "command", required = true, description = "Number, as ith:commands shows it")
    long number;

    @Override
    public @Nullable Object execute() throws Exception {
        BackEnd there = need(backEnd, "the back end (ITH_URL)");
        change("ith.retry", "command " + number, () -> {
            if (!there.retry(number)) {
                throw new IllegalArgumentException(
                        "command " + number + ": there is none, or it neither failed nor was cancelled");
            }
            return "command " + number + " is done once more";
        });
        return null;
    }
}
