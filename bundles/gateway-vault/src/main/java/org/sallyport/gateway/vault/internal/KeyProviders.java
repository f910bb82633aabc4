package org.sallyport.gateway.vault.internal;

import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.sallyport.gateway.api.key.KeyProvider;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** The key providers that vendors bring, by name; they come and go. Thread-safe. */
@Component(service = KeyProviders.class)
public final class KeyProviders {

    private static final Logger LOG = LoggerFactory.getLogger(KeyProviders.class);

    private final Map<String, KeyProvider> byName = new ConcurrentHashMap<>();
    private volatile Runnable onArrival = () -> {};

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void add(KeyProvider provider, Map<String, Object> properties) {
        String name = String.valueOf(properties.get(KeyProvider.NAME));
        if (name.matches("[a-z0-9-]{1,40}") && byName.putIfAbsent(name, provider) == null) {
            LOG.info("key provider {} is there", name);
            onArrival.run();
        } else {
            LOG.error("a key provider is not taken: its {} is not [a-z0-9-]{1,40}, or there already", KeyProvider.NAME);
        }
    }

    void remove(KeyProvider provider) {
        byName.values().remove(provider);
    }

    @Nullable
    KeyProvider find(String name) {
        return byName.get(name);
    }

    /** @param action called by whoever brings a provider, after it is there */
    void onArrival(Runnable action) {
        onArrival = action;
    }
}
