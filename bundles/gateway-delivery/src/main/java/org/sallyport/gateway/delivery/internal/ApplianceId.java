package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.UUID;
import org.sallyport.gateway.api.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Names this appliance among those that share a database: drawn once and kept in a file. Folders and host names are equal in containers made
 * from one image, and one appliance would take the claims of another away.
 */
final class ApplianceId {

    private static final Logger LOG = LoggerFactory.getLogger(ApplianceId.class);

    static final String FILE = "appliance-id";

    /** With the run's UUID behind it, it has to fit the column of owners. */
    private static final int LENGTH = 16;

    private ApplianceId() {}

    static String of(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (Files.exists(file)) {
            String id = new String(Files.readAllBytes(file), StandardCharsets.UTF_8).strip();
            if (id.matches("[0-9a-f]{" + LENGTH + "}")) {
                return id;
            }
            LOG.warn("{} is damaged and is drawn anew; claims of the last run end with their leases", file);
        }
        String id = UUID.randomUUID().toString().replace("-", "").substring(0, LENGTH);
        DataFolder.replace(file, (id + "\n").getBytes(StandardCharsets.US_ASCII));
        return id;
    }
}
