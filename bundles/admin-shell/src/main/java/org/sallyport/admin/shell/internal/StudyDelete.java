package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.Option;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.Retention.Removed;
import org.sallyport.gateway.api.vault.AccessRequest;

/** study:delete. */
@Service
@Command(
        scope = "study",
        name = "delete",
        description = "Removes the images of a study, delivered or cancelled; their identity is kept sealed")
public final class StudyDelete extends GatewayCommand {

    @IfThere
    @Nullable
    Retention retention;

    @Argument(index = 0, name = "study", required = true, description = "Study Instance UID, as study:list shows it")
    String study = "";

    @Option(name = "--series", description = "Series Instance UID: this series only")
    @Nullable
    String series;

    @Option(name = "--reason", description = "Why; it is audited")
    @Nullable
    String reason;

    @Override
    public @Nullable Object execute() throws Exception {
        AccessRequest request = new AccessRequest(user(), roles(), "shell", reason == null ? "" : reason, study);
        Removed removed = need(retention, "the clean-up").delete(request, study, series, false);
        Sheet sheet = new Sheet();
        sheet.put("study", study);
        sheet.put("images", removed.images());
        sheet.put("bytes", removed.bytes());
        sheet.print(System.out, json);
        return null;
    }
}
