package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.TreeSet;
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
import org.sallyport.itests.plugin.SwapPlugin;
import org.sallyport.itests.plugin.SwapPlugin.Behaviour;

/**
 * Vendors' destinations come, go and misbehave while two storescu send without a pause. Receiving goes on, the folder's deliveries go on, their own queues wait
 * and are then worked off, and every image is there in the end, once. All in one appliance: what a test leaves behind it takes away.
 */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class HotSwapIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    /** At the same time. */
    private static final int SENDERS = 2;

    /** Study numbers that a sender has for itself. */
    private static final int NUMBERS = 10_000;

    private Path folder = Path.of("");

    private @Nullable Appliance started;

    private final List<SteadySender> senders = new ArrayList<>();

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

        void deploy(PluginJar jar) throws IOException {
            jar.writeTo(deployed());
        }

        void takeAway() throws IOException {
            Files.deleteIfExists(deployed());
        }

        void awaitState(String state) throws IOException {
            HotSwapIT.this.awaitState(name, state);
        }

        /** @param called behaviour and version */
        void awaitCall(String called) throws IOException {
            appliance()
                    .await(
                            name + " is called: " + called,
                            SOON,
                            () -> Files.exists(kept().resolve("called-" + called)));
        }

        /** Has its service's properties changed, by itself, when it is called next. */
        void set(String settings) throws IOException {
            Path part = Files.writeString(kept().resolve("settings.part"), settings);
            Files.move(part, kept().resolve(SwapPlugin.SETTINGS), StandardCopyOption.ATOMIC_MOVE);
        }

        /** Has a call under way, which stays so until it is interrupted. */
        void hold() throws Exception {
            Files.writeString(kept().resolve(SwapPlugin.HOLD), "");
            appliance()
                    .await(
                            "a call of " + name + " is under way",
                            SOON,
                            () -> Files.exists(kept().resolve(SwapPlugin.HELD)));
            assertEquals(1, destination(name).path("running").asInt());
        }

        /** The call that is held was interrupted; later ones are not held. */
        void awaitInterrupted() throws IOException {
            Path interrupted = kept().resolve(SwapPlugin.INTERRUPTED);
            appliance().await("the call of " + name + " is interrupted", SOON, () -> Files.exists(interrupted));
            Files.delete(kept().resolve(SwapPlugin.HOLD));
            // Its successor may have been held too, for a moment.
            appliance().await("no call is held", SOON, () -> !Files.exists(kept().resolve(SwapPlugin.HELD)));
            Files.delete(interrupted);
        }

        /** Its deliveries in a state. */
        int queued(String state) throws Exception {
            int queued = 0;
            for (JsonNode one : appliance().jsonOnceThere("delivery:list --limit 10000 --state " + state)) {
                queued += one.path("destination").asText().equals(name) ? 1 : 0;
            }
            return queued;
        }

        /** How many files it has. */
        int count() throws IOException {
            try (Stream<Path> files = Files.list(kept())) {
                return (int)
                        files.filter(one -> one.toString().endsWith(".dcm")).count();
            }
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
        for (int i = 0; i < SENDERS; i++) {
            senders.add(new SteadySender(
                    folder.resolve("sent" + nextStudy), appliance().dicomPort(), nextStudy));
            nextStudy += NUMBERS;
        }
        goesOn();
    }

    /** Studies sent so far. */
    private int studies() {
        return senders.stream().mapToInt(SteadySender::studies).sum();
    }

    /** Nothing more is queued for what was here. */
    @AfterEach
    void forget() throws Exception {
        for (SteadySender sender : senders) {
            sender.close();
        }
        senders.clear();
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

    /** Of all that have a name. */
    private void awaitStates(String name, String... states) throws IOException {
        appliance().await(name + " is " + List.of(states), SOON, () -> {
            List<String> there = new ArrayList<>();
            for (JsonNode one : appliance().jsonOnceThere("destination:list")) {
                if (one.path("destination").asText().equals(name)) {
                    there.add(one.path("state").asText());
                }
            }
            return there.equals(List.of(states));
        });
    }

    private List<Path> archives() throws IOException {
        return appliance().archives().stream()
                .filter(archive -> !before.contains(archive))
                .toList();
    }

    /** More studies are received from each sender, and reach the folder, than there are now. */
    private void goesOn() throws IOException {
        for (SteadySender sender : senders) {
            int studies = sender.studies();
            appliance().await("receiving goes on", SOON, () -> sender.studies() >= studies + 2);
        }
        int archives = archives().size();
        appliance()
                .await("the folder's deliveries go on", SOON, () -> archives().size() >= archives + 3);
    }

    /** Ends the sending. All that was acknowledged is in the folder and at the plug-ins, each image once. @return what was acknowledged */
    private Set<String> allArrives() throws Exception {
        Set<String> sent = new TreeSet<>();
        for (SteadySender sender : senders) {
            sent.addAll(sender.acknowledged());
        }
        for (Plugin plugin : plugins) {
            appliance().await("all is delivered to " + plugin.name, SOON, () -> plugin.count() >= sent.size());
            Map<String, Integer> images = plugin.images();
            assertEquals(sent, images.keySet(), "at " + plugin.name);
            images.forEach((image, times) -> assertEquals(1, times, image + " at " + plugin.name));
        }
        appliance().await("the folder has all", SOON, () -> archives().size() == studies());
        assertEquals(sent, once(archives(), "in the folder"));
        appliance().await("the queue is empty", SOON, () -> {
            for (String state : List.of("WAITING", "RUNNING", "RETRYING", "PARKED")) {
                if (!appliance().jsonOnceThere("delivery:list --state " + state).isEmpty()) {
                    return false;
                }
            }
            return true;
        });
        for (String text : List.of(appliance().log(), appliance().output())) {
            assertFalse(text.contains("HIDDENQUILL"), "what a plug-in quotes can be read");
        }
        return sent;
    }

    @Test
    void updatedStoppedAndTakenAway() throws Exception {
        Plugin swap = new Plugin("swap");
        swap.deploy(swap.jar(Behaviour.GOOD));
        swap.awaitState("ACTIVE");
        send();
        swap.awaitCall("GOOD-1.0.0");

        swap.hold();
        Path second = swap.jar(Behaviour.GOOD).version("2.0.0").writeTo(folder.resolve("swap-2.jar"));
        appliance()
                .shell("bundle:update " + swap.symbolicName() + " " + second.toUri())
                .ok();
        swap.awaitInterrupted();
        swap.awaitState("ACTIVE");
        swap.awaitCall("GOOD-2.0.0");
        goesOn();

        swap.set("priority=7;time-limit=5m");
        appliance().await("the changed settings count", SOON, () -> "7 5m"
                .equals(sheet("swap").path("priority").asText() + " "
                        + sheet("swap").path("time-limit").asText()));

        swap.hold();
        appliance().shell("bundle:stop " + swap.symbolicName()).ok();
        swap.awaitInterrupted();
        swap.awaitState("MISSING");
        assertTrue(swap.queued("WAITING") > 0, "what was under way waits");
        assertEquals(0, swap.queued("RETRYING"), "it is no failed attempt");
        goesOn();
        appliance().shell("bundle:start " + swap.symbolicName()).ok();
        swap.awaitState("ACTIVE");

        swap.hold();
        swap.deploy(swap.jar(Behaviour.GOOD).version("3.0.0"));
        swap.awaitInterrupted();
        swap.awaitCall("GOOD-3.0.0");

        swap.hold();
        swap.takeAway();
        swap.awaitInterrupted();
        swap.awaitState("MISSING");
        goesOn();

        PluginJar fourth = swap.jar(Behaviour.GOOD).version("4.0.0");
        Path jar = fourth.writeTo(folder.resolve("swap.jar"));
        Path xml = fourth.writeFeature(folder.resolve("features.xml"), jar);
        appliance().shell("feature:repo-add " + xml.toUri()).ok();
        appliance().shell("feature:install swap-swap").ok();
        swap.awaitState("ACTIVE");
        swap.awaitCall("GOOD-4.0.0");
        swap.hold();
        appliance().shell("feature:uninstall swap-swap").ok();
        swap.awaitInterrupted();
        swap.awaitState("MISSING");
        goesOn();
        appliance().shell("feature:install swap-swap").ok();
        swap.awaitState("ACTIVE");
        allArrives();
        appliance().shell("feature:uninstall swap-swap").ok();
        swap.awaitState("MISSING");
    }

    /** What each behaviour is set to, so that what follows is seen in the time of a test. */
    private static String settings(Behaviour behaviour) {
        return switch (behaviour) {
            // One thread is lost, and no other is tried.
            case HANG -> "time-limit=1s;breaker=1;breaker-pause=1d";
            // Spins on and on.
            case SPIN -> "time-limit=2s;breaker=0";
            // Told of after a thirtieth of it, and not interrupted before the jar is taken away.
            case LATE -> "time-limit=5m";
            default -> "";
        };
    }

    /** All of them at the same time: each has its own threads, and none has the others'. */
    @Test
    void misbehaveAndAreReplaced() throws Exception {
        Map<Behaviour, Plugin> all = new EnumMap<>(Behaviour.class);
        for (Behaviour behaviour : Behaviour.values()) {
            Plugin plugin = new Plugin(behaviour.name().toLowerCase(Locale.ROOT));
            plugin.deploy(plugin.jar(behaviour).set(settings(behaviour)));
            all.put(behaviour, plugin);
        }
        for (Plugin plugin : plugins) {
            plugin.awaitState("ACTIVE");
        }
        send();
        for (Map.Entry<Behaviour, Plugin> one : all.entrySet()) {
            one.getValue().awaitCall(one.getKey() + "-1.0.0");
        }
        goesOn();
        Plugin good = Objects.requireNonNull(all.get(Behaviour.GOOD));
        int arrived = good.count();
        appliance().await("so does another plug-in", SOON, () -> good.count() >= arrived + 9);
        isShown();

        for (Plugin plugin : plugins) {
            plugin.takeAway();
        }
        for (Plugin plugin : plugins) {
            plugin.awaitState("MISSING");
        }
        awaitLogged(" to late did not end when interrupted; its thread is abandoned");
        awaitLogged(" to late ended after it was abandoned; its outcome does not count");
        goesOn();
        for (Plugin plugin : plugins) {
            plugin.deploy(plugin.jar(Behaviour.GOOD));
        }
        for (Plugin plugin : plugins) {
            plugin.awaitState("ACTIVE");
        }
        allArrives();
        assertEquals(1, shown("hang", "abandoned-threads"), "it never ends");
        assertEquals(0, shown("late", "abandoned-threads"), "it has ended");
        assertEquals(SwapPlugin.LEAKED_THREADS, shown("leak", "plugin-threads"), "they never end");
        assertEquals(0, shown("good", "plugin-threads"));
    }

    /** While they misbehave people see how, before anything is taken away. */
    private void isShown() throws Exception {
        awaitMessage("throw", "5 deliveries failed in a row; one at a time is tried until one gets through");
        awaitReason("throw", "failed with IllegalStateException");
        awaitMessage("late", "1 call has made no progress for ");
        awaitReason("spin", "made no progress for 2s and was interrupted");
        awaitReason("hang", "made no progress for 1s and was interrupted; it did not end, and its thread is lost");
        awaitMessage("hang", "1 call did not end when interrupted and keeps a thread: update or restart its bundle");
        assertEquals(1, shown("hang", "abandoned-threads"));
        appliance()
                .await(
                        "the leaked threads are counted",
                        SOON,
                        () -> shown("leak", "plugin-threads") == SwapPlugin.LEAKED_THREADS);
        for (String well : List.of("good", "leak")) {
            assertEquals("", destination(well).path("message").asText(""), well);
        }
        assertEquals(0, shown("good", "plugin-threads"), "threads of the gateway's own are not counted as its");
        assertEquals(0, shown("outbox", "plugin-threads"));
        awaitLogged("a thread of destination throw ended with java.lang.IllegalStateException");
    }

    private JsonNode sheet(String name) throws Exception {
        return appliance().json("destination:show", name);
    }

    private int shown(String name, String key) throws Exception {
        return sheet(name).path(key).asInt(-1);
    }

    private void awaitMessage(String name, String part) throws IOException {
        appliance().await(name + " says: " + part, SOON, () -> destination(name)
                .path("message")
                .asText()
                .contains(part));
    }

    private void awaitReason(String name, String reason) throws IOException {
        appliance().await("a delivery to " + name + " says: " + reason, SOON, () -> {
            for (JsonNode one : appliance().jsonOnceThere("delivery:list --limit 10000 --state RETRYING")) {
                if (one.path("destination").asText().equals(name)
                        && one.path("reason").asText().equals(reason)) {
                    return true;
                }
            }
            return false;
        });
    }

    private void awaitLogged(String part) throws IOException {
        appliance().await("the log says: " + part, SOON, () -> appliance().log().contains(part));
    }

    private Path configure(String name, String... lines) throws IOException {
        Path cfg = appliance().data().resolve("etc/org.sallyport.destination.folder-" + name + ".cfg");
        return Files.writeString(cfg, "destination.name = " + name + "\n" + String.join("\n", lines) + "\n");
    }

    @Test
    void aConfigurationComesChangesAndGoes() throws Exception {
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Path three = folder.resolve("three");
        String wrong = "min-free = 0";
        // This one is wrong from its first moment on, and gets nothing until the end.
        Path mended = configure("mended", "directory = " + three, wrong);
        awaitMessage("mended", "min-free 0: must be 1");
        Path mistyped = configure("mistyped", "directory = " + folder.resolve("mistyped"), "filter = (Modalities=CT)");
        awaitMessage("mistyped", "no study has the attribute Modalities");
        Files.delete(mistyped);
        forget("mistyped");
        Path second = configure("second", "directory = " + one);
        awaitState("second", "ACTIVE");
        send();
        appliance()
                .await("files in the first folder", SOON, () -> !archives(one).isEmpty());
        configure("second", "directory = " + two);
        appliance()
                .await("files in the second folder", SOON, () -> !archives(two).isEmpty());
        goesOn();
        configure("second", "directory = " + two, wrong);
        awaitMessage("second", "min-free 0: must be 1");
        awaitState("second", "MISCONFIGURED");
        goesOn();
        configure("second", "directory = " + two);
        awaitState("second", "ACTIVE");
        Files.delete(second);
        awaitState("second", "MISSING");
        configure("second", "directory = " + two);

        awaitState("mended", "MISCONFIGURED");
        assertTrue(shown("mended", "waiting") > 0, "studies are queued for it all the same");
        assertFalse(Files.exists(three));
        configure("mended", "directory = " + three);
        Set<String> sent = allArrives();
        Set<String> inFirst = once(archives(one), "in the first folder");
        Set<String> inSecond = once(archives(two), "in the second folder");
        assertEquals(sent, once(archives(three), "in the folder of the one that was mended"));
        Set<String> inBoth = new TreeSet<>(inFirst);
        inBoth.retainAll(inSecond);
        // One delivery may be under way when the folder is changed: written, and not yet said to be.
        assertTrue(inBoth.size() <= SteadySender.IMAGES, "in both folders are " + inBoth);
        inSecond.addAll(inFirst);
        assertEquals(sent, inSecond);

        Path copy = Files.copy(second, second.resolveSibling("org.sallyport.destination.folder-copy.cfg"));
        awaitStates("second", "ACTIVE", "MISCONFIGURED");
        Files.delete(second);
        awaitStates("second", "ACTIVE");
        Files.delete(copy);
        forget("second");
        Files.delete(mended);
        forget("mended");
    }

    private static List<Path> archives(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".zip")).toList();
        }
    }

    /** The images of archives, none of which may be there twice. */
    private static Set<String> once(List<Path> archives, String where) throws IOException {
        Map<String, Integer> images = Delivered.images(archives);
        images.forEach((image, times) -> assertEquals(1, times, image + " " + where));
        return new TreeSet<>(images.keySet());
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
