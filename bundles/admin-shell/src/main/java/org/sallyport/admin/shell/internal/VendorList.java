package org.sallyport.admin.shell.internal;

import org.apache.karaf.shell.api.action.Command;
import org.apache.karaf.shell.api.action.lifecycle.Service;
import org.jspecify.annotations.Nullable;

/** vendor:list. */
@Service
@Command(scope = "vendor", name = "list", description = "Lists the bundles that are not the gateway's own")
public final class VendorList extends GatewayCommand {

    @IfThere
    @Nullable
    Vendors keeper;

    @Override
    public @Nullable Object execute() throws Exception {
        Listing list = new Listing("id", "bundle", "version", "state", "installed by", "message");
        for (Vendors.View view : need(keeper, "the keeper of vendors' bundles").bundles()) {
            list.row(view.id(), view.name(), view.version(), view.state(), view.by(), view.message());
        }
        list.print(System.out, json);
        return null;
    }
}
