package org.sallyport.gateway.delivery.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.sallyport.gateway.api.Destination;

/**
 * What a destination's service properties say of it, checked.
 *
 * @param filter null = every study
 * @param problem why the destination cannot be used, or null
 */
record Route(
        String name,
        @Nullable Filter filter,
        int concurrency,
        @Nullable String problem) {

    private static final int MOST_WORKERS = 64;

    static Route of(Map<String, Object> properties) {
        Object given = properties.get(Destination.NAME);
        String name = given == null ? "" : given.toString();
        if (!name.matches("[a-z0-9-]{1,40}")) {
            return new Route(
                    "misconfigured", null, 1, Destination.NAME + " \"" + name + "\": must be 1–40 of a–z, 0–9, -");
        }
        int concurrency = 1;
        Object workers = properties.get(Destination.CONCURRENCY);
        if (workers != null) {
            try {
                concurrency = Integer.parseInt(workers.toString().strip());
            } catch (NumberFormatException e) {
                concurrency = 0;
            }
            if (concurrency < 1 || concurrency > MOST_WORKERS) {
                return new Route(
                        name, null, 1, Destination.CONCURRENCY + " " + workers + ": must be 1–" + MOST_WORKERS);
            }
        }
        Object filter = properties.get(Destination.FILTER);
        if (filter == null || filter.toString().isBlank()) {
            return new Route(name, null, concurrency, null);
        }
        try {
            return new Route(name, FrameworkUtil.createFilter(filter.toString()), concurrency, null);
        } catch (InvalidSyntaxException e) {
            return new Route(name, null, concurrency, Destination.FILTER + " \"" + filter + "\": " + e.getMessage());
        }
    }

    /** Empty = every study. */
    String filterText() {
        return filter == null ? "" : filter.toString();
    }

    boolean takes(Map<String, Object> study) {
        return problem == null && (filter == null || filter.matches(study));
    }
}
