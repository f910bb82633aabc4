package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** What an administrator installed outlives a stop, and the loss of Karaf's cache, in which upgrades and power cuts end, until it is uninstalled. */
@Tag("peers")
class VendorIT {

    @TempDir
    private Path folder;

    @Test
    void howeverItWasInstalledItStays() throws Exception {
        try (Appliance appliance = new Appliance(folder.resolve("data")).start()) {
            Vendors vendors = new Vendors(appliance, folder.resolve("vendors"));
            vendors.install();

            // The cache is made anew after a kill.
            appliance.kill();
            appliance.start();
            vendors.await("all are there after a kill");

            // The cache is kept.
            vendors.update();
            assertEquals(0, appliance.stop());
            appliance.start();
            vendors.await("all are there after a stop, one of them updated");

            // Now from copies of copies, and of what was updated.
            appliance.kill();
            appliance.start();
            vendors.await("all are there a third time");

            vendors.uninstall();
            appliance.kill();
            appliance.start();
            vendors.await("none comes back");
            assertEquals(0, appliance.stop());
        }
    }
}
