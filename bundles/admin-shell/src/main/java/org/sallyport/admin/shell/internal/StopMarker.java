package org.sallyport.admin.shell.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.osgi.framework.Bundle;
import org.osgi.framework.BundleContext;
import org.osgi.framework.Constants;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.sallyport.gateway.api.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Leaves the file {@code stopped} in Karaf's data folder when the framework stops in good order, with the id of the machine's boot. Without it, or after
 * another boot, {@code ./run} has Karaf's bundle cache made anew: nothing forces that cache to the disk, and a power cut may leave it torn.
 */
@Component(service = StopMarker.class, immediate = true)
public final class StopMarker {

    private static final Logger LOG = LoggerFactory.getLogger(StopMarker.class);

    private final Bundle framework;
    private final Path file;
    private final Path bootId;

    @Activate
    public StopMarker(BundleContext context) {
        this(
                context.getBundle(Constants.SYSTEM_BUNDLE_LOCATION),
                Path.of(System.getProperty("karaf.data"), "stopped"),
                Path.of("/proc/sys/kernel/random/boot_id"));
    }

    StopMarker(Bundle framework, Path file, Path bootId) {
        this.framework = framework;
        this.file = file;
        this.bootId = bootId;
    }

    /** This bundle may also be updated or stopped alone: that is no stop of the gateway. */
    @Deactivate
    void close() {
        if (framework.getState() != Bundle.STOPPING || !Files.exists(bootId)) {
            return;
        }
        try {
            DataFolder.replace(file, Files.readAllBytes(bootId));
        } catch (IOException e) {
            LOG.warn("the next start will take a little longer: {}", e.getMessage());
        }
    }
}
