package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.nio.file.Path;
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
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.Destination;

/** Registers a {@link FolderDestination} for a configuration, unless the configuration switches it off. */
@Component(
        service = {},
        immediate = true,
        configurationPid = "org.sallyport.destination.folder",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = FolderConfiguration.class, factory = true)
public final class FolderSwitch {

    private final @Nullable ServiceRegistration<Destination> registration;

    @Activate
    public FolderSwitch(FolderConfiguration configuration, BundleContext context, Map<String, Object> configured)
            throws IOException {
        if (!configuration.unless().isBlank()) {
            registration = null;
            return;
        }
        FolderSettings settings = FolderSettings.of(configuration, configured);
        Path directory = configuration.directory().isBlank()
                ? DataFolder.of("outbox")
                : DataFolder.privateFolder(Path.of(configuration.directory().strip()));
        Map<String, Object> properties = new HashMap<>(Destination.settings(configured));
        properties.put(Destination.NAME, configuration.destination_name());
        properties.put(Destination.FILTER, configuration.filter());
        registration = context.registerService(
                Destination.class, new FolderDestination(directory, settings), FrameworkUtil.asDictionary(properties));
    }

    @Deactivate
    void close() {
        if (registration != null) {
            registration.unregister();
        }
    }
}
