package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.Retention;
import org.sallyport.gateway.api.store.Retention.Removed;

/** retention:run. */
@Service
@Command(scope = "retention", name = "run", description = "Removes now what the settings let go")
public final class RetentionRun extends GatewayCommand {

    @IfThere
    @Nullable
    Retention retention;

    @Override
    public @Nullable Object execute() throws Exception {
        Removed removed = need(retention, "the clean-up").lookNow();
        Sheet sheet = new Sheet();
        sheet.put("images", removed.images());
        sheet.put("bytes", removed.bytes());
        sheet.print(System.out, json);
        return null;
    }
}
