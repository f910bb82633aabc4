package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Request;
import org.sallyport.gateway.api.delivery.RouteDirectory.Comparison;
import org.sallyport.gateway.api.delivery.RouteDirectory.Explanation;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Explains and repeats the routing of a study that is in the index. Immutable. */
final class Router {

    private static final Logger LOG = LoggerFactory.getLogger(Router.class);

    private final Lane.Means means;
    private final Supplier<@Nullable IdentityVault> vault;
    private final Supplier<List<Route>> routes;

    /** @param routes all routes that there are now; those of which nothing is known with their problem */
    Router(Lane.Means means, Supplier<@Nullable IdentityVault> vault, Supplier<List<Route>> routes) {
        this.means = means;
        this.vault = vault;
        this.routes = routes;
    }

    /** Why nothing is queued along a route now, or null. */
    @Nullable
    String problem(Route route) {
        if (route.problem() != null) {
            return "misconfigured: " + route.problem();
        }
        return means.modes().isDraining(route.name())
                ? "it is drained: nothing new is queued until destination:resume"
                : null;
    }

    List<Explanation> explain(String study) throws IOException {
        RoutedStudy routed = routed(study);
        List<DeliveryRecord> there = means.queue().ofStudy(study);
        List<Explanation> explanations = new ArrayList<>();
        for (Route route : routes.get()) {
            Filter filter = route.filter();
            Map<String, Object> attributes = routed.seenBy(route);
            List<Comparison> comparisons = filter == null ? List.of() : FilterComparisons.of(filter, attributes);
            String problem = problem(route);
            boolean taken = problem == null && route.takes(attributes);
            String why;
            if (problem != null) {
                why = problem;
            } else if (filter == null) {
                why = "it has no filter: it takes every study";
            } else {
                why = taken ? "its filter takes the study" : "its filter does not take the study";
            }
            explanations.add(new Explanation(
                    route.name(),
                    taken,
                    why,
                    filter == null ? null : route.filterText(),
                    comparisons,
                    there.stream()
                            .filter(delivery -> delivery.destination().equals(route.name()))
                            .map(DeliveryRecord::id)
                            .toList()));
        }
        return explanations;
    }

    Map<String, List<Long>> apply(String study, @Nullable Request originals) throws IOException {
        RoutedStudy routed = routed(study);
        Map<String, List<Long>> added = new TreeMap<>();
        for (Route route : routes.get()) {
            Map<String, Object> attributes = routed.seenBy(route);
            if (problem(route) == null && route.takes(attributes)) {
                List<Long> ids =
                        means.queue().enqueueParts(study, route.name(), order(route, attributes, originals), false);
                if (!ids.isEmpty()) {
                    LOG.info("study {} is queued for {} too: deliveries {}", study, route.name(), ids);
                    added.put(route.name(), ids);
                }
            }
        }
        return added;
    }

    List<Long> replay(String study, String destination, @Nullable Request originals) throws IOException {
        RoutedStudy routed = routed(study);
        Route route = routes.get().stream()
                .filter(one -> one.name().equals(destination))
                .findFirst()
                .orElseThrow(
                        () -> new IOException("no destination " + destination + ": route:list shows which there are"));
        if (route.problem() != null) {
            throw new IOException("destination " + destination + " is misconfigured: " + route.problem());
        }
        List<Long> ids =
                means.queue().enqueueParts(study, destination, order(route, routed.seenBy(route), originals), true);
        LOG.info("study {} is queued for {} once more: deliveries {}", study, destination, ids);
        return ids;
    }

    private static DeliveryQueue.Order order(Route route, Map<String, Object> attributes, @Nullable Request originals) {
        return originals == null ? route.order(attributes) : route.orderOriginals(attributes, originals);
    }

    private RoutedStudy routed(String uid) throws IOException {
        StudyRecord study = means.index()
                .study(uid)
                .orElseThrow(() -> new IOException("no study " + Words.of(uid) + ": study:list shows which there are"));
        return RoutedStudy.of(study, means.index().instances(uid), vault);
    }
}
