package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.util.Dictionary;
import java.util.HashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
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

/** Registers a {@link DicomDestination} for a configuration, unless its host is empty. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.destination.dicom",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = DicomConfiguration.class, factory = true)
public final class DicomSwitch {

    private final @Nullable DicomDestination destination;
    private final @Nullable ServiceRegistration<Destination> registration;

    @Activate
    public DicomSwitch(
            DicomConfiguration configuration,
            Map<String, Object> properties,
            BundleContext context,
            @Reference ConfigurationAdmin configurations)
            throws IOException {
        if (configuration.host().isBlank()) {
            destination = null;
            registration = null;
            return;
        }
        int concurrency = configuration.concurrency();
        if (concurrency < 1 || concurrency > 64) {
            throw new IllegalArgumentException(
                    "concurrency " + concurrency + ": must be 1–64" + DicomSettings.place(configuration));
        }
        Object pid = properties.get(Constants.SERVICE_PID);
        // As written: what reaches a component has its references replaced already.
        Dictionary<String, Object> written = pid == null
                ? null
                : configurations.getConfiguration(pid.toString(), "?").getProperties();
        Secrets secrets =
                new Secrets(key -> written == null ? null : written.get(key), DicomSettings.place(configuration));
        DicomSettings settings = DicomSettings.of(configuration, secrets);
        DicomDestination made = new DicomDestination(settings);
        destination = made;
        Map<String, Object> service = new HashMap<>(Destination.settings(properties));
        service.put(Destination.NAME, configuration.destination_name());
        service.put(Destination.FILTER, configuration.filter());
        service.put(Destination.CONCURRENCY, concurrency);
        service.put(
                Destination.RECEIVER,
                Receiver.dicom(settings.calledAet(), settings.host(), settings.port())
                        .toString());
        registration = context.registerService(Destination.class, made, FrameworkUtil.asDictionary(service));
    }

    @Deactivate
    void close() throws IOException {
        if (registration != null) {
            registration.unregister();
        }
        if (destination != null) {
            destination.close();
        }
    }
}
