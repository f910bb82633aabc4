package org.sallyport.gateway.delivery.internal;

import java.util.IdentityHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.Function;
import org.sallyport.gateway.api.Destination;

/**
 * A lane for each destination that is there. Of several that share a name the first works, and another is misconfigured until the name is free: they would
 * take each other's deliveries. Changed under the monitor, read by any thread.
 */
final class Lanes {

    private static final String TAKEN =
            "another destination has this name, and deliveries go there: each needs a destination.name of its own";

    private final Lane.Means means;
    private final Function<Map<String, Object>, List<String>> literals;
    private final List<Lane> all = new CopyOnWriteArrayList<>();

    /** By destination what its properties say, whoever has the name. Guarded by this. */
    private final IdentityHashMap<Destination, Route> wanted = new IdentityHashMap<>();

    /** @param literals of service properties what is wrong with secrets in the configuration that they come from */
    Lanes(Lane.Means means, Function<Map<String, Object>, List<String>> literals) {
        this.means = means;
        this.literals = literals;
    }

    List<Lane> all() {
        return all;
    }

    List<Lane> named(String name) {
        return all.stream().filter(lane -> lane.route().name().equals(name)).toList();
    }

    /** Whether nothing is wrong with it but that another has its name. */
    static boolean isTaken(Route route) {
        return TAKEN.equals(route.problem());
    }

    private Route read(Map<String, Object> properties) {
        Route route = means.recipients().checked(Route.of(properties));
        if (route.problem() != null) {
            return route;
        }
        List<String> inTheClear = literals.apply(properties);
        return inTheClear.isEmpty() ? route : Route.wrong(route.name(), inTheClear.get(0));
    }

    /** It begins to work at once, unless something is wrong with it. */
    Lane open(Destination destination, Map<String, Object> properties) {
        Route route = read(properties);
        synchronized (this) {
            return open(destination, route);
        }
    }

    private Lane open(Destination destination, Route route) {
        wanted.put(destination, route);
        boolean taken = route.problem() == null && !isFree(route.name());
        Lane lane = new Lane(taken ? Route.wrong(route.name(), TAKEN) : route, destination, means);
        all.add(lane);
        return lane;
    }

    private boolean isFree(String name) {
        return named(name).stream().noneMatch(lane -> lane.route().problem() == null);
    }

    /** Whether other properties make another lane of it. */
    boolean isChanged(Destination destination, Map<String, Object> properties) {
        Route route = read(properties);
        synchronized (this) {
            return wanted.containsKey(destination) && !route.equals(wanted.get(destination));
        }
    }

    /** @return its lane, closed; what runs there is still to be waited for */
    Optional<Lane> close(Destination destination) {
        Optional<Lane> closed;
        synchronized (this) {
            wanted.remove(destination);
            closed = all.stream()
                    .filter(lane -> lane.destination() == destination)
                    .findFirst();
            closed.ifPresent(all::remove);
        }
        closed.ifPresent(Lane::close);
        return closed;
    }

    /** @return the lane of the one that falls heir to a name that has become free */
    synchronized Optional<Lane> inherit(String name) {
        for (Lane lane : named(name)) {
            Route route = wanted.get(lane.destination());
            if (route != null && isTaken(lane.route()) && isFree(name)) {
                all.remove(lane);
                lane.close();
                return Optional.of(open(lane.destination(), route));
            }
        }
        return Optional.empty();
    }

    void close() {
        all.forEach(Lane::close);
        all.forEach(Lane::awaitEnd);
        all.clear();
    }
}
