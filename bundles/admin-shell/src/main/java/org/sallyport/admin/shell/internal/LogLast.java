package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** log:last, which the shell calls log:tail: Karaf has a command of that name, which only follows the log. */
@Service
@Command(scope = "log", name = "last", description = "Shows the last lines of the log")
public final class LogLast extends GatewayCommand {

    @Option(name = "--lines", description = "How many, 1–10000")
    int lines = 50;

    @Override
    public @Nullable Object execute() throws Exception {
        int wanted = count("--lines", lines);
        Listing list = new Listing("line");
        for (String line : LogFile.last(wanted)) {
            if (json) {
                list.row(line);
            } else {
                System.out.println(line);
            }
        }
        if (json) {
            list.print(System.out, true);
        }
        return null;
    }
}
