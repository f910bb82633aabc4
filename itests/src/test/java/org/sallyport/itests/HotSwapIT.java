package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.itests.plugin.SwapPlugin.Behaviour;

/**
 * Vendors' destinations come, go and misbehave while storescu sends without a pause. Receiving goes on, the folder's deliveries go on, their own queues wait
 * and are then worked off, and every image is there in the end, once. All in one appliance: what a test leaves behind it takes away.
 */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HotSwapIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    private Path folder = Path.of("");

    private @Nullable Appliance started;

    @SuppressWarnings("NullAway.Init")
    private SteadySender sender;

    /** Archives of earlier tests. */
    private Set<Path> before = Set.of();

    private int nextStudy = 1_000;

    /** Destinations of this test, as vendors make them. */
    private final List<Plugin> plugins = new ArrayList<>();

    /** One that is dropped into {@code deploy/}. */
    private final class Plugin {

        private final String name;

        Plugin(String name) throws IOException {
            this.name = name;
            Files.createDirectories(kept());
            plugins.add(this);
        }

        PluginJar jar(Behaviour behaviour) {
            return new PluginJar(name, kept(), behaviour);
        }

        String symbolicName() {
            return jar(Behaviour.GOOD).symbolicName();
        }

        Path kept() {
            return folder.resolve("kept-" + name);
        }

        private Path deployed() {
            return appliance().data().resolve("deploy/" + name + ".jar");
        }

        void deploy(Behaviour behaviour) throws IOException {
            jar(behaviour).writeTo(deployed());
        }

        void takeAway() throws IOException {
            Files.deleteIfExists(deployed());
        }

        void awaitState(String state) throws IOException {
            HotSwapIT.this.awaitState(name, state);
        }

        /** What it has, a file for each SOP Instance UID: image by its numbers → how many UIDs hold it. */
        Map<String, Integer> images() throws IOException {
            Map<String, Integer> images = new HashMap<>();
            try (Stream<Path> files = Files.list(kept())) {
                for (Path file :
                        files.filter(one -> one.toString().endsWith(".dcm")).toList()) {
                    DataSet image;
                    try (BufferedInputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                        image = Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                                .dataSet()
                                .readAll();
                    }
                    images.merge(
                            image.intValue(org.sallyport.dicom.data.Tag.AcquisitionNumber, -1) + "/"
                                    + image.intValue(org.sallyport.dicom.data.Tag.SeriesNumber, -1) + "/"
                                    + image.intValue(org.sallyport.dicom.data.Tag.InstanceNumber, -1),
                            1,
                            Integer::sum);
                }
            }
            return images;
        }
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws IOException {
        folder = temporary;
        started = new Appliance(folder.resolve("data"))
                .with("DICOM_STUDY_TIMEOUT", "1")
                .with("UPLOAD_MAX_RETRIES", "100")
                .with("UPLOAD_RETRY_DELAY", "1")
                .start();
    }

    @AfterAll
    void stop() {
        appliance().close();
    }

    private Appliance appliance() {
        return Objects.requireNonNull(started);
    }

    /** Begins to send; to be called once in each test, with what is to have every study in place. */
    private void send() throws IOException {
        before = Set.copyOf(appliance().archives());
        sender =
                new SteadySender(folder.resolve("sent" + nextStudy), appliance().dicomPort(), nextStudy);
        nextStudy += 10_000;
        goesOn();
    }

    /** Nothing more is queued for what was here. */
    @AfterEach
    void forget() throws Exception {
        sender.close();
        for (Plugin plugin : plugins) {
            plugin.takeAway();
        }
        for (Plugin plugin : plugins) {
            forget(plugin.name);
        }
        plugins.clear();
    }

    private void forget(String name) throws IOException {
        appliance().await(name + " is forgotten", SOON, () -> {
            for (JsonNode one : appliance().jsonOnceThere("destination:list")) {
                if (one.path("destination").asText().equals(name)) {
                    return appliance().shell("destination:forget " + name).exit() == 0;
                }
            }
            return true;
        });
    }

    private JsonNode destination(String name) throws Exception {
        for (JsonNode one : appliance().jsonOnceThere("destination:list")) {
            if (one.path("destination").asText().equals(name)) {
                return one;
            }
        }
        throw new IOException("no destination " + name);
    }

    private void awaitState(String name, String state) throws IOException {
        appliance().await(name + " is " + state, SOON, () -> destination(name)
                .path("state")
                .asText()
                .equals(state));
    }

    private List<Path> archives() throws IOException {
        return appliance().archives().stream()
                .filter(archive -> !before.contains(archive))
                .toList();
    }

    /** More studies are received, and reach the folder, than there are now. */
    private void goesOn() throws IOException {
        int studies = sender.studies();
        appliance().await("receiving goes on", SOON, () -> sender.studies() >= studies + 3);
        int archives = archives().size();
        appliance()
                .await("the folder's deliveries go on", SOON, () -> archives().size() >= archives + 3);
    }

    /** All that was acknowledged is in the folder and at the plug-ins, each image once. */
    private void allArrives() throws Exception {
        Set<String> sent = sender.acknowledged();
        for (Plugin plugin : plugins) {
            appliance().await("all is delivered to " + plugin.name, SOON, () -> plugin.images()
                    .keySet()
                    .containsAll(sent));
            Map<String, Integer> images = plugin.images();
            assertEquals(sent, images.keySet(), "at " + plugin.name);
            images.forEach((image, times) -> assertEquals(1, times, image + " at " + plugin.name));
        }
        appliance().await("the folder has all", SOON, () -> archives().size() == sender.studies());
        Map<String, Integer> archived = Delivered.images(archives());
        assertEquals(sent, archived.keySet());
        archived.forEach((image, times) -> assertEquals(1, times, image + " in the folder"));
        appliance().await("the queue is empty", SOON, () -> {
            for (String state : List.of("WAITING", "RUNNING", "RETRYING", "PARKED")) {
                if (!appliance().jsonOnceThere("delivery:list --state " + state).isEmpty()) {
                    return false;
                }
            }
            return true;
        });
        assertFalse(appliance().log().contains("HIDDENQUILL"), "what a plug-in quotes stands in the log");
    }

    @Test
    void updatedStoppedAndTakenAway() throws Exception {
        Plugin swap = new Plugin("swap");
        swap.deploy(Behaviour.GOOD);
        swap.awaitState("ACTIVE");
        send();
        appliance().shell("bundle:update " + swap.symbolicName()).ok();
        swap.awaitState("ACTIVE");
        goesOn();

        appliance().shell("bundle:stop " + swap.symbolicName()).ok();
        swap.awaitState("MISSING");
        goesOn();
        appliance().shell("bundle:start " + swap.symbolicName()).ok();
        swap.awaitState("ACTIVE");

        swap.takeAway();
        swap.awaitState("MISSING");
        goesOn();
        swap.deploy(Behaviour.GOOD);
        swap.awaitState("ACTIVE");

        swap.takeAway();
        swap.awaitState("MISSING");
        Path jar = swap.jar(Behaviour.GOOD).writeTo(folder.resolve("swap.jar"));
        Path xml = swap.jar(Behaviour.GOOD).writeFeature(folder.resolve("features.xml"), jar);
        appliance().shell("feature:repo-add " + xml.toUri()).ok();
        appliance().shell("feature:install swap-swap").ok();
        swap.awaitState("ACTIVE");
        goesOn();
        appliance().shell("feature:uninstall swap-swap").ok();
        swap.awaitState("MISSING");
        goesOn();
        appliance().shell("feature:install swap-swap").ok();
        swap.awaitState("ACTIVE");
        allArrives();
        appliance().shell("feature:uninstall swap-swap").ok();
        swap.awaitState("MISSING");
    }

    /** All of them at the same time: each has its own threads, and none has the others'. */
    @Test
    void misbehaveAndAreReplaced() throws Exception {
        Map<Behaviour, Plugin> all = new EnumMap<>(Behaviour.class);
        for (Behaviour behaviour : Behaviour.values()) {
            Plugin plugin = new Plugin(behaviour.name().toLowerCase(Locale.ROOT));
            plugin.deploy(behaviour);
            all.put(behaviour, plugin);
        }
        for (Plugin plugin : plugins) {
            plugin.awaitState("ACTIVE");
        }
        send();
        for (Map.Entry<Behaviour, Plugin> one : all.entrySet()) {
            Path called = one.getValue().kept().resolve("called-" + one.getKey());
            appliance().await(one.getKey() + " was called", SOON, () -> Files.exists(called));
        }
        goesOn();
        Plugin good = Objects.requireNonNull(all.get(Behaviour.GOOD));
        int arrived = good.images().size();
        appliance().await("so does another plug-in", SOON, () -> good.images().size() >= arrived + 9);
        for (Plugin plugin : plugins) {
            plugin.takeAway();
        }
        for (Plugin plugin : plugins) {
            plugin.awaitState("MISSING");
        }
        goesOn();
        for (Plugin plugin : plugins) {
            plugin.deploy(Behaviour.GOOD);
        }
        for (Plugin plugin : plugins) {
            plugin.awaitState("ACTIVE");
        }
        allArrives();
        String log = appliance().log();
        for (String name : List.of("hang", "late")) {
            assertTrue(
                    log.lines().anyMatch(line -> line.contains(" to " + name + " did not end when interrupted")),
                    "a call of " + name + " that does not end is reported");
        }
        assertEquals(
                1,
                appliance()
                        .json("destination:show", "hang")
                        .path("abandoned-threads")
                        .asInt(),
                "its thread is counted");
    }

    @Test
    void aConfigurationComesChangesAndGoes() throws Exception {
        Path cfg = appliance().data().resolve("etc/org.sallyport.destination.folder-second.cfg");
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        send();
        Files.writeString(cfg, "destination.name = second\ndirectory = " + one + "\n");
        appliance().await("files in the first folder", SOON, () -> count(one) > 0);
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\n");
        appliance().await("files in the second folder", SOON, () -> count(two) > 0);
        goesOn();
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\nmin-free = 0\n");
        appliance().await("it is misconfigured, and says so", SOON, () -> {
            JsonNode second = destination("second");
            return second.path("state").asText().equals("MISCONFIGURED")
                    && second.path("message").asText().contains("min-free 0: must be 1");
        });
        goesOn();
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\n");
        awaitState("second", "ACTIVE");
        Files.delete(cfg);
        awaitState("second", "MISSING");
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\n");
        allArrives();
        Files.delete(cfg);
        forget("second");
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".zip")).count();
        }
    }

    @Test
    void aMissingImportIsNamed() throws Exception {
        Path deployed = appliance().data().resolve("deploy/lacking.jar");
        send();
        new PluginJar("lacking", folder.resolve("kept-lacking"), Behaviour.GOOD)
                .importing("com.example.nowhere")
                .writeTo(deployed);
        appliance().await("vendor:list names what is missing", SOON, () -> {
            for (JsonNode one : appliance().jsonOnceThere("vendor:list")) {
                if (one.path("bundle").asText().equals("swap.lacking")) {
                    return one.path("state").asText().equals("Installed")
                            && one.path("message").asText().contains("(osgi.wiring.package=com.example.nowhere)");
                }
            }
            return false;
        });
        goesOn();
        allArrives();
        Files.delete(deployed);
    }
}
