package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AuditLog;

/** audit:list. */
@Service
@Command(scope = "audit", name = "list", description = "Lists audit records, newest first")
public final class AuditList extends GatewayCommand {

    @IfThere
    @Nullable
    AuditLog audit;

    @Option(name = "--limit", description = "How many at most, 1–10000")
    int limit = 50;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list =
                new Listing("number", "at", "action", "actor", "source", "subject", "reason", "outcome", "detail");
        need(audit, "the audit log")
                .newest(count("--limit", limit))
                .forEach(e -> list.row(
                        e.number(),
                        e.at(),
                        e.action(),
                        e.actor(),
                        e.source(),
                        e.subject(),
                        e.reason(),
                        e.outcome(),
                        e.detail()));
        list.print(System.out, json);
        return null;
    }
}
