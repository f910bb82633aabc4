package org.sallyport.itests;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Map;
import java.util.TreeMap;
import org.sallyport.itests.plugin.SwapPlugin.Behaviour;

/** Bundles that are installed beside the gateway in all the ways there are. Used by one thread. */
final class Vendors {

    private static final Duration SOON = Duration.ofMinutes(4);

    private final Appliance appliance;
    private final Path folder;

    /** Bundle → how it was installed, its version and state. */
    private final Map<String, String> expected = new TreeMap<>();

    /** @param folder where they come from, outside the appliance */
    Vendors(Appliance appliance, Path folder) throws IOException {
        this.appliance = appliance;
        this.folder = Files.createDirectories(folder);
    }

    /** The same bundles, in the appliance as it was started anew. */
    Vendors in(Appliance other) throws IOException {
        Vendors same = new Vendors(other, folder);
        same.expected.putAll(expected);
        return same;
    }

    private Map<String, String> listed() throws Exception {
        Map<String, String> rows = new TreeMap<>();
        for (JsonNode one : appliance.jsonOnceThere("vendor:list")) {
            rows.put(
                    one.path("bundle").asText(),
                    one.path("installed by").asText() + " "
                            + one.path("version").asText() + " "
                            // A bundle that was never started is resolved when someone needs it.
                            + one.path("state").asText().replace("Installed", "Resolved"));
        }
        return rows;
    }

    private PluginJar plugin(String name) {
        return new PluginJar(name, folder.resolve("kept"), Behaviour.GOOD);
    }

    /** Until the list shows what there should be, and how each came. */
    void await(String what) throws IOException {
        appliance.await(what, SOON, () -> {
            Map<String, String> there = listed();
            if (!there.equals(expected)) {
                throw new IOException("there are " + there);
            }
            return true;
        });
    }

    /** Until the gateway's own record of them has a word, or has it no longer. */
    private void awaitRecord(String what, boolean there) throws IOException {
        Path record = appliance.data().resolve("vendor/installed.json");
        appliance.await(
                "the record " + (there ? "has " : "has no longer ") + what,
                SOON,
                () -> Files.exists(record) && Files.readString(record).contains(what) == there);
    }

    void install() throws Exception {
        await("the gateway's own bundles are no vendor's");
        Path one = plugin("one").writeTo(folder.resolve("one.jar"));
        Path two = plugin("two").writeTo(folder.resolve("two.jar"));
        Path resting = plugin("resting").writeTo(folder.resolve("resting.jar"));
        Path xml = plugin("two").writeFeature(folder.resolve("features.xml"), two);
        appliance.shell("bundle:install -s " + one.toUri()).ok();
        appliance.shell("bundle:install " + resting.toUri()).ok();
        appliance.shell("feature:repo-add " + xml.toUri()).ok();
        appliance.shell("feature:install swap-two").ok();
        plugin("three").writeTo(appliance.data().resolve("deploy/three.jar"));
        expected.put("swap.one", "bundle:install 1.0.0 Active");
        expected.put("swap.two", "feature swap-two 1.0.0 Active");
        expected.put("swap.three", "deploy 1.0.0 Active");
        expected.put("swap.resting", "bundle:install 1.0.0 Resolved");
        await("all are there");
        for (String recorded : new String[] {"swap.one", "swap.resting", "swap-two"}) {
            awaitRecord(recorded, true);
        }
        // Where they came from is gone from now on.
        for (Path gone : new Path[] {one, two, resting, xml}) {
            Files.delete(gone);
        }
    }

    /** Replaces the one that was installed by a command. */
    void update() throws Exception {
        Path record = appliance.data().resolve("vendor/installed.json");
        String before = Files.readString(record);
        Path other = plugin("one").version("2.0.0").writeTo(folder.resolve("one-2.jar"));
        appliance.shell("bundle:update swap.one " + other.toUri()).ok();
        expected.put("swap.one", "bundle:install 2.0.0 Active");
        await("the update is there");
        appliance.await("it is on record", SOON, () -> !Files.readString(record).equals(before));
        Files.delete(other);
    }

    void uninstall() throws Exception {
        appliance.shell("bundle:uninstall swap.one").ok();
        appliance.shell("bundle:uninstall swap.resting").ok();
        appliance.shell("feature:uninstall swap-two").ok();
        Files.delete(appliance.data().resolve("deploy/three.jar"));
        expected.clear();
        awaitRecord("swap.one", false);
        awaitRecord("swap-two/", false);
        await("none is there");
    }
}
