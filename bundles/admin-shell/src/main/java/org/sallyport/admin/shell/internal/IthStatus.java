package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.BackEnd;

/** ith:status. */
@Service
@Command(scope = "ith", name = "status", description = "Shows the link to the back end")
public final class IthStatus extends GatewayCommand {

    @IfThere
    @Nullable
    BackEnd backEnd;

    private static @Nullable String text(BackEnd.@Nullable Moment moment) {
        return moment == null ? null : moment.at() + " " + moment.what();
    }

    @Override
    public @Nullable Object execute() throws Exception {
        BackEnd.Status status = need(backEnd, "the back end (ITH_URL)").status();
        Sheet sheet = new Sheet();
        sheet.put("back-end", status.address());
        sheet.put("connected-since", status.connectedSince());
        sheet.put("connections", status.connections());
        sheet.put("last-received", text(status.lastReceived()));
        sheet.put("last-sent", text(status.lastSent()));
        sheet.put("last-error", text(status.lastError()));
        sheet.put("configuration-fetched", status.configurationAt());
        sheet.put("configuration-problem", status.configurationProblem());
        sheet.put("active", status.proxyActive());
        sheet.put("uploads", status.uploads());
        sheet.put("commands-waiting", status.waiting());
        sheet.put("commands-running", status.running());
        sheet.put("commands-unreported", status.unreported());
        sheet.print(System.out, json);
        return null;
    }
}
