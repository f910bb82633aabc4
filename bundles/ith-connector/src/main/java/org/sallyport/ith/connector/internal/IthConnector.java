package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.time.Clock;
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
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.vault.AuditLog;

/** Opens the link to the back end if there is one: with no {@code url} it does nothing. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.ith",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = IthConfiguration.class)
public final class IthConnector {

    private final @Nullable BackEndLink link;

    @Activate
    public IthConnector(IthConfiguration configuration, BundleContext context, @Reference AuditLog audit)
            throws IOException {
        if (configuration.url().isBlank()) {
            link = null;
            return;
        }
        link = new BackEndLink(
                IthSettings.of(configuration), registrar(context), audit, DataFolder.of("ith"), Clock.systemUTC());
        link.start();
    }

    private static BackEndLink.Registrar registrar(BundleContext context) {
        return new BackEndLink.Registrar() {
            @Override
            public <S> Runnable register(Class<S> type, S service, Map<String, Object> properties) {
                ServiceRegistration<S> registration =
                        context.registerService(type, service, FrameworkUtil.asDictionary(properties));
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
