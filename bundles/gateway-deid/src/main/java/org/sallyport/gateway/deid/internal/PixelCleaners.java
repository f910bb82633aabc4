package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.ConcurrentHashMap;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.gateway.api.pixel.PixelCleaner;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The plug-ins that clean recognizable visual features, by name; they come and go. Thread-safe. */
@Component(service = PixelCleaners.class)
public final class PixelCleaners {

    private static final Logger LOG = LoggerFactory.getLogger(PixelCleaners.class);

    private final Map<String, PixelCleaner> byName = new ConcurrentHashMap<>();

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void add(PixelCleaner cleaner, Map<String, Object> properties) {
        String name = String.valueOf(properties.get(PixelCleaner.NAME));
        if (name.matches("[a-z0-9-]{1,40}") && byName.putIfAbsent(name, cleaner) == null) {
            LOG.info("pixel cleaner {} is there", name);
        } else {
            LOG.error(
                    "a pixel cleaner is not taken: its {} is not [a-z0-9-]{1,40}, or there already", PixelCleaner.NAME);
        }
    }

    void remove(PixelCleaner cleaner) {
        byName.values().remove(cleaner);
    }

    Optional<PixelCleaner> find(String name) {
        return Optional.ofNullable(byName.get(name));
    }

    Set<String> names() {
        return new TreeSet<>(byName.keySet());
    }

    /** @throws IOException if the profile names a plug-in that is not there */
    void check(Profile profile) throws IOException {
        String wanted = profile.pixelCleaner();
        if (wanted != null && find(wanted).isEmpty()) {
            throw new ProfileException("profile " + profile.name() + ": pixel-cleaner \"" + wanted
                    + "\" is not there; there are " + names() + ". Install the plug-in, or leave out "
                    + Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES.id());
        }
    }
}
