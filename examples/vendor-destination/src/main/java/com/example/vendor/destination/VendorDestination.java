package com.example.vendor.destination;

import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.ConfigurationPolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;

/**
 * Writes each image to a file that is named by a hash of its SOP Instance UID, and a line about it into a journal. One .cfg file makes one destination; the
 * component is made anew when the file changes.
 */
@Component(
        service = Destination.class,
        configurationPid = "com.example.vendor.destination",
        configurationPolicy = ConfigurationPolicy.REQUIRE)
@Designate(ocd = Settings.class, factory = true)
public final class VendorDestination implements Destination {

    private final ImageFolder folder;

    /** Called when there is a .cfg file. What this throws is shown to people as the reason why the destination does not work. */
    @Activate
    public VendorDestination(Settings settings) throws IOException {
        this(folder(settings.directory()), settings._secret());
    }

    VendorDestination(Path directory, String secret) throws IOException {
        this.folder = new ImageFolder(directory, secret);
    }

    private static Path folder(String directory) {
        if (directory.isBlank()) {
            throw new IllegalArgumentException("directory is empty: name the folder that images are written to");
        }
        return Path.of(directory.strip());
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws IOException {
        Map<String, String> receipts = new HashMap<>();
        int images = 0;
        long bytes = 0;
        for (DeliveryInstance image : delivery.instances()) {
            // The destination is going away, or somebody cancelled: what is done stays, the next attempt does the rest.
            if (delivery.isCancelled() || Thread.currentThread().isInterrupted()) {
                return DeliveryOutcome.later("broken off after " + images + " images");
            }
            try (InputStream part10 = image.open()) {
                receipts.put(image.sopInstanceUid(), folder.write(image.sopInstanceUid(), part10, image.length()));
            }
            images++;
            bytes += image.length();
            delivery.progress(images, bytes);
        }
        folder.force();
        return DeliveryOutcome.delivered(images + " images written", receipts);
    }

    @Override
    public ProbeResult probe() {
        return folder.isWritable()
                ? ProbeResult.reachable("writable")
                : ProbeResult.unreachable("the folder cannot be written");
    }
}
