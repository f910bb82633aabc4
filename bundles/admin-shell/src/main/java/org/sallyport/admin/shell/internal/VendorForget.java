package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Argument;
import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** vendor:forget. */
@Service
@Command(
        scope = "vendor",
        name = "forget",
        description = "Gives up a vendor's bundle or feature that could not be installed again")
public final class VendorForget extends GatewayCommand {

    @Argument(name = "name", required = true, description = "As vendor:list names it, state Missing")
    String name = "";

    @IfThere
    @Nullable
    Vendors keeper;

    @Override
    public @Nullable Object execute() throws Exception {
        if (!need(keeper, "the keeper of vendors' bundles").forget(name)) {
            throw new IllegalArgumentException(
                    name + " is not Missing: see vendor:list; what is installed goes by bundle:uninstall");
        }
        Sheet sheet = new Sheet();
        sheet.put("name", name);
        tell(sheet, name + " is forgotten");
        return null;
    }
}
