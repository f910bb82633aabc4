package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.Receiver;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/**
 * Registers a {@link DicomwebDestination} for a configuration. By hand, so that the service's properties hold what others need of the configuration
 * and nothing else of it.
 */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.destination.dicomweb",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DicomwebConfiguration.class, factory = true)
public final class DicomwebConnector {

    private final DicomwebDestination destination;
    private final ServiceRegistration<Destination> registration;

    @Activate
    public DicomwebConnector(
            DicomwebConfiguration configuration,
            Map<String, Object> properties,
            BundleContext context,
            @Reference ConfigurationAdmin configurations)
            throws IOException {
        String place = DicomwebSettings.place(configuration);
        new Values(place).known(DicomwebConfiguration.class, properties);
        DicomwebSettings settings = DicomwebSettings.of(configuration, Secrets.of(configurations, properties, place));
        destination = new DicomwebDestination(settings, Clock.systemUTC());
        Map<String, Object> service = new HashMap<>(Destination.settings(properties));
        service.put(Destination.NAME, settings.name());
        service.put(Destination.FILTER, settings.filter());
        service.put(Destination.CONCURRENCY, settings.concurrency());
        service.put(Destination.RECEIVER, Receiver.of(settings.base()).toString());
        registration = context.registerService(Destination.class, destination, FrameworkUtil.asDictionary(service));
    }

    @Deactivate
    void close() throws IOException {
        registration.unregister();
        destination.close();
    }
}
