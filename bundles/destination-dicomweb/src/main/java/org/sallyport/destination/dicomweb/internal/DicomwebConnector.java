package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.time.Clock;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.framework.FrameworkUtil;
import org.osgi.framework.InvalidSyntaxException;
import org.osgi.framework.ServiceRegistration;
import org.osgi.service.cm.Configuration;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.Receiver;

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
            @Reference ConfigurationAdmin admin)
            throws IOException, InvalidSyntaxException {
        Configuration file = file(admin, String.valueOf(properties.get(Constants.SERVICE_PID)));
        DicomwebSettings settings = DicomwebSettings.of(configuration, key -> written(file, key));
        destination = new DicomwebDestination(settings, Clock.systemUTC());
        Map<String, Object> service = new HashMap<>(Destination.settings(properties));
        service.put(Destination.NAME, settings.name());
        service.put(Destination.FILTER, settings.filter());
        service.put(Destination.CONCURRENCY, settings.concurrency());
        service.put(Destination.RECEIVER, Receiver.of(settings.base()).toString());
        registration = context.registerService(Destination.class, destination, FrameworkUtil.asDictionary(service));
    }

    /** By a list: asking for one by its name would bind it to this bundle. */
    private static Configuration file(ConfigurationAdmin admin, String pid) throws IOException, InvalidSyntaxException {
        Configuration[] found = admin.listConfigurations("(" + Constants.SERVICE_PID + "=" + pid + ")");
        if (found == null || found.length != 1) {
            throw new IllegalStateException(
                    "configuration " + pid + " is not found: whether it holds secrets cannot be told");
        }
        return found[0];
    }

    /** As it stands in the file: here placeholders are not filled in yet. */
    private static @Nullable String written(Configuration file, String key) {
        Object value =
                file.getProperties() == null ? null : file.getProperties().get(key);
        return value == null ? null : value.toString();
    }

    @Deactivate
    void close() throws IOException {
        registration.unregister();
        destination.close();
    }
}
