package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.annotation.bundle.Capability;
import org.osgi.framework.BundleContext;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Opens the vault. If that fails its services are not there, nothing is received, and the log says why: once, not for each service that would
 * need the keys. It alone reads the vault's settings: a change closes and opens all that depends on the vault one time. A key provider that comes
 * later is tried, too. Guarded by its monitor.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.vault")
@Designate(ocd = VaultConfiguration.class)
// For the resolver, which sees only services that Declarative Services registers.
@Capability(
        namespace = "osgi.service",
        attribute = "objectClass:List<String>=org.sallyport.gateway.vault.internal.KeyHolder")
public final class VaultOpening {

    private static final Logger LOG = LoggerFactory.getLogger(VaultOpening.class);

    private final BundleContext context;
    private final VaultConfiguration configuration;
    private final Map<String, Object> properties;
    private final ConfigurationAdmin configurations;
    private final KeyProviders providers;
    private @Nullable ServiceRegistration<KeyHolder> opened;
    private boolean closed;

    @Activate
    public VaultOpening(
            BundleContext context,
            VaultConfiguration configuration,
            Map<String, Object> properties,
            @Reference ConfigurationAdmin configurations,
            @Reference KeyProviders providers) {
        this.context = context;
        this.configuration = configuration;
        this.properties = Map.copyOf(properties);
        this.configurations = configurations;
        this.providers = providers;
        providers.onArrival(this::open);
        open();
    }

    private synchronized void open() {
        if (opened != null || closed) {
            return;
        }
        try {
            KeyHolder keys = new KeyHolder(configuration, properties, configurations, providers::find);
            opened = context.registerService(KeyHolder.class, keys, null);
        } catch (IOException | IllegalArgumentException e) {
            LOG.error(
                    "the vault stays closed and nothing is received, until its settings change or the gateway starts again: {}",
                    e.getMessage(),
                    e);
        }
    }

    @Deactivate
    synchronized void close() {
        closed = true;
        providers.onArrival(() -> {});
        if (opened != null) {
            opened.unregister();
        }
    }
}
