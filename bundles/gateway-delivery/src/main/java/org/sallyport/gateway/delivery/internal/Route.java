package org.sallyport.gateway.delivery.internal;

import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;

/**
 * What a destination's service properties say of it, checked.
 *
 * @param filter null = every study
 * @param problem why the destination cannot be used, or null
 */
record Route(
        String name,
        @Nullable Filter filter,
        LaneSettings settings,
        @Nullable String problem) {

    static Route of(Map<String, ?> properties) {
        Object given = properties.get(Destination.NAME);
        String name = given == null ? "" : given.toString();
        if (!name.matches("[a-z0-9-]{1,40}")) {
            return new Route(
                    "misconfigured",
                    null,
                    LaneSettings.DEFAULT,
                    Destination.NAME + " \"" + name + "\": must be 1–40 of a–z, 0–9, -");
        }
        Object filter = properties.get(Destination.FILTER);
        try {
            return new Route(
                    name,
                    LaneSettings.filter(Destination.FILTER, filter == null ? "" : filter.toString()),
                    LaneSettings.of(properties),
                    null);
        } catch (IllegalArgumentException e) {
            return new Route(name, null, LaneSettings.DEFAULT, e.getMessage());
        }
    }

    int concurrency() {
        return settings.concurrency();
    }

    /** Empty = every study. */
    String filterText() {
        return filter == null ? "" : filter.toString();
    }

    boolean takes(Map<String, Object> study) {
        return problem == null && (filter == null || filter.matches(study));
    }

    /** What is ordered for a study that it takes. */
    DeliveryQueue.Order order(Map<String, Object> study) {
        Filter urgent = settings.urgent();
        return new DeliveryQueue.Order(
                IdentityMode.PSEUDONYMOUS,
                urgent != null && urgent.matches(study) ? DeliveryQueue.HIGHEST_PRIORITY : settings.priority());
    }
}
