package org.sallyport.admin.shell.internal;

import java.util.List;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.BundleException;
import org.osgi.framework.Constants;
import org.osgi.framework.wiring.FrameworkWiring;

/** Why a bundle cannot run, in the resolver's words. */
final class Resolution {

    private Resolution() {}

    /** @return empty if nothing is missing */
    static String problem(BundleContext context, Bundle bundle) {
        if (bundle.getState() != Bundle.INSTALLED) {
            return "";
        }
        FrameworkWiring wiring =
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION).adapt(FrameworkWiring.class);
        if (wiring.resolveBundles(List.of(bundle))) {
            return "";
        }
        try {
            // It cannot start, as was just seen; only here the framework says why.
            bundle.start(Bundle.START_TRANSIENT);
            return "";
        } catch (BundleException | IllegalStateException e) {
            return String.valueOf(e.getMessage()).replaceAll("\\s+", " ");
        }
    }
}
