package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.itests.plugin.SwapPlugin.Behaviour;

/** What an administrator installed outlives the loss of Karaf's cache, in which upgrades and power cuts end, until it is uninstalled. */
@Tag("peers")
class VendorIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    /** Bundle → how it was installed and its state. */
    private static Map<String, String> vendors(Appliance appliance) throws Exception {
        Map<String, String> rows = new TreeMap<>();
        for (JsonNode one : appliance.jsonOnceThere("vendor:list")) {
            rows.put(
                    one.path("bundle").asText(),
                    // A bundle that was never started is resolved when someone needs it.
                    one.path("installed by").asText() + " "
                            + one.path("state").asText().replace("Installed", "Resolved"));
        }
        return rows;
    }

    private PluginJar plugin(String name) {
        return new PluginJar(name, folder.resolve("kept"), Behaviour.GOOD);
    }

    private static void awaitRecord(Appliance appliance, String what, boolean there) throws IOException {
        Path record = appliance.data().resolve("vendor/installed.json");
        appliance.await(
                "the record " + (there ? "has " : "has no longer ") + what,
                SOON,
                () -> Files.exists(record) && Files.readString(record).contains(what) == there);
    }

    @Test
    void howeverItWasInstalledItStays() throws Exception {
        Map<String, String> all = Map.of(
                "swap.one", "bundle:install Active",
                "swap.two", "feature swap-two Active",
                "swap.three", "deploy Active",
                "swap.resting", "bundle:install Resolved");
        try (Appliance appliance = new Appliance(folder.resolve("data")).start()) {
            appliance.await("the gateway's own bundles are no vendor's", SOON, () -> vendors(appliance)
                    .isEmpty());
            Path one = plugin("one").writeTo(folder.resolve("one.jar"));
            Path two = plugin("two").writeTo(folder.resolve("two.jar"));
            Path resting = plugin("resting").writeTo(folder.resolve("resting.jar"));
            Path xml = plugin("two").writeFeature(folder.resolve("features.xml"), two);
            appliance.shell("bundle:install -s " + one.toUri()).ok();
            appliance.shell("bundle:install " + resting.toUri()).ok();
            appliance.shell("feature:repo-add " + xml.toUri()).ok();
            appliance.shell("feature:install swap-two").ok();
            plugin("three").writeTo(appliance.data().resolve("deploy/three.jar"));
            appliance.await("all are there", SOON, () -> vendors(appliance).equals(all));
            awaitRecord(appliance, "swap.one", true);
            awaitRecord(appliance, "swap.resting", true);
            awaitRecord(appliance, "swap-two", true);

            // Where they came from is gone, and so is the cache: it is made anew after a kill.
            for (Path gone : new Path[] {one, two, resting, xml}) {
                Files.delete(gone);
            }
            appliance.kill();
            appliance.start();
            appliance.await("all are there again", SOON, () -> {
                Map<String, String> there = vendors(appliance);
                if (!there.equals(all)) {
                    throw new IOException("there are " + there);
                }
                return true;
            });

            // A second time, now from copies of copies.
            appliance.kill();
            appliance.start();
            appliance.await(
                    "all are there a third time", SOON, () -> vendors(appliance).equals(all));

            appliance.shell("bundle:uninstall swap.one").ok();
            appliance.shell("bundle:uninstall swap.resting").ok();
            appliance.shell("feature:uninstall swap-two").ok();
            Files.delete(appliance.data().resolve("deploy/three.jar"));
            awaitRecord(appliance, "swap.one", false);
            awaitRecord(appliance, "swap-two/", false);
            appliance.await("none is there", SOON, () -> vendors(appliance).isEmpty());
            appliance.kill();
            appliance.start();
            appliance.await("none comes back", SOON, () -> vendors(appliance).isEmpty());
            assertEquals(0, appliance.stop());
        }
    }
}
