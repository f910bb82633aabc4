package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.vault.AuditLog;

/** Opens the link to the back end if there is one: with no {@code url} it does nothing. */
@Component(
        service = {},
        immediate = true,
        // identity-networks is everybody's; one that stands in org.sallyport.ith.cfg holds here besides.
        configurationPid = {"org.sallyport.identity", "org.sallyport.ith"},
        configurationPolicy = ConfigurationPolicy.REQUIRE)
public final class IthConnector {

    private final @Nullable BackEndLink link;

    @Activate
    public IthConnector(
            IthConfiguration configuration,
            BundleContext context,
            Map<String, Object> configured,
            @Reference AuditLog audit)
            throws IOException {
        if (configuration.url().isBlank()) {
            link = null;
            return;
        }
        link = new BackEndLink(
                IthSettings.of(configuration),
                registrar(context, Destination.settings(configured)),
                audit,
                DataFolder.of("ith"),
                Clock.systemUTC());
        link.start();
    }

    /** @param queue what the configuration tells the queue of the destination */
    private static BackEndLink.Registrar registrar(BundleContext context, Map<String, Object> queue) {
        return new BackEndLink.Registrar() {
            @Override
            public <S> Runnable register(Class<S> type, S service, Map<String, Object> properties) {
                Map<String, Object> all = new HashMap<>(type == Destination.class ? queue : Map.of());
                all.putAll(properties);
                ServiceRegistration<S> registration =
                        context.registerService(type, service, FrameworkUtil.asDictionary(all));
                return registration::unregister;
            }
        };
    }

    @Deactivate
    void close() throws IOException {
        if (link != null) {
            link.close();
        }
    }
}
