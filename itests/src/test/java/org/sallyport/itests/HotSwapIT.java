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
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.itests.plugin.SwapPlugin.Behaviour;

/**
 * A vendor's destination comes, goes and misbehaves while storescu sends without a pause. Receiving goes on, the folder's deliveries go on, its own
 * queue waits and is then worked off, and every image is there in the end, once.
 */
@Tag("peers")
class HotSwapIT {

    private static final String NAME = "swap";
    private static final Duration SOON = Duration.ofSeconds(60);

    /** A claim that nobody ends runs out after two minutes. */
    private static final Duration AFTER_A_LEASE = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private Appliance appliance;

    @SuppressWarnings("NullAway.Init")
    private SteadySender sender;

    @BeforeEach
    void start() throws IOException {
        appliance = new Appliance(folder.resolve("data"))
                .with("DICOM_STUDY_TIMEOUT", "1")
                .with("UPLOAD_MAX_RETRIES", "100")
                .with("UPLOAD_RETRY_DELAY", "1")
                .start();
        deploy(Behaviour.GOOD);
        awaitState("ACTIVE");
        sender = new SteadySender(folder.resolve("sent"), appliance.dicomPort());
        goesOn();
    }

    @AfterEach
    void stop() throws InterruptedException {
        sender.close();
        appliance.close();
    }

    private PluginJar plugin(Behaviour behaviour) {
        return new PluginJar(NAME, kept(), behaviour);
    }

    private Path kept() {
        return folder.resolve("kept");
    }

    private Path deployed() {
        return appliance.data().resolve("deploy/swap.jar");
    }

    private void deploy(Behaviour behaviour) throws IOException {
        plugin(behaviour).writeTo(deployed());
    }

    private JsonNode destination(String name) throws Exception {
        for (JsonNode one : appliance.jsonOnceThere("destination:list")) {
            if (one.path("destination").asText().equals(name)) {
                return one;
            }
        }
        throw new IOException("no destination " + name);
    }

    private void awaitState(String state) throws IOException {
        appliance.await(
                NAME + " is " + state,
                SOON,
                () -> destination(NAME).path("state").asText().equals(state));
    }

    /** More studies are received, and reach the folder, than there are now. */
    private void goesOn() throws IOException {
        int studies = sender.studies();
        appliance.await("receiving goes on", SOON, () -> sender.studies() >= studies + 3);
        int archives = appliance.archives().size();
        appliance.await(
                "the folder's deliveries go on",
                SOON,
                () -> appliance.archives().size() >= archives + 3);
    }

    /** All that was acknowledged is in the folder and at the plug-in, each image once. */
    private void allArrivesWithin(Duration deadline) throws Exception {
        Set<String> sent = sender.acknowledged();
        appliance.await("all is delivered", deadline, () -> images().keySet().equals(sent));
        appliance.await("the folder has all", SOON, () -> appliance.archives().size() == sender.studies());
        Map<String, Integer> archived = Delivered.images(appliance.archives());
        assertEquals(sent, archived.keySet());
        archived.forEach((image, times) -> assertEquals(1, times, image + " in the folder"));
        images().forEach((image, times) -> assertEquals(1, times, image + " at the plug-in"));
        appliance.await("the queue is empty", deadline, () -> {
            for (String state : List.of("WAITING", "RUNNING", "RETRYING", "PARKED")) {
                if (!appliance.jsonOnceThere("delivery:list --state " + state).isEmpty()) {
                    return false;
                }
            }
            return true;
        });
        assertFalse(appliance.log().contains("HIDDENQUILL"), "what a plug-in quotes stands in the log");
    }

    /** What the plug-in has, a file for each SOP Instance UID: image by its numbers → how many UIDs hold it. */
    private Map<String, Integer> images() throws IOException {
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

    @Test
    void updatedStoppedAndTakenAway() throws Exception {
        appliance
                .shell("bundle:update " + plugin(Behaviour.GOOD).symbolicName())
                .ok();
        awaitState("ACTIVE");
        goesOn();

        appliance.shell("bundle:stop " + plugin(Behaviour.GOOD).symbolicName()).ok();
        awaitState("MISSING");
        goesOn();
        appliance.shell("bundle:start " + plugin(Behaviour.GOOD).symbolicName()).ok();
        awaitState("ACTIVE");

        Files.delete(deployed());
        awaitState("MISSING");
        goesOn();
        deploy(Behaviour.GOOD);
        awaitState("ACTIVE");

        Files.delete(deployed());
        awaitState("MISSING");
        Path jar = plugin(Behaviour.GOOD).writeTo(folder.resolve("swap.jar"));
        Path xml = plugin(Behaviour.GOOD).writeFeature(folder.resolve("features.xml"), jar);
        appliance.shell("feature:repo-add " + xml.toUri()).ok();
        appliance.shell("feature:install swap-swap").ok();
        awaitState("ACTIVE");
        goesOn();
        appliance.shell("feature:uninstall swap-swap").ok();
        awaitState("MISSING");
        goesOn();
        appliance.shell("feature:install swap-swap").ok();
        awaitState("ACTIVE");
        allArrivesWithin(SOON);
    }

    @ParameterizedTest
    @EnumSource(
            value = Behaviour.class,
            names = {"THROW", "SPIN", "LEAK", "HANG", "LATE"})
    void misbehavesAndIsReplaced(Behaviour behaviour) throws Exception {
        Files.delete(deployed());
        awaitState("MISSING");
        deploy(behaviour);
        appliance.await("it was called", SOON, () -> Files.exists(kept().resolve("called-" + behaviour)));
        goesOn();
        Files.delete(deployed());
        awaitState("MISSING");
        goesOn();
        deploy(Behaviour.GOOD);
        awaitState("ACTIVE");
        boolean abandoned = behaviour == Behaviour.HANG || behaviour == Behaviour.LATE;
        allArrivesWithin(abandoned ? AFTER_A_LEASE : SOON);
        if (behaviour == Behaviour.HANG) {
            assertTrue(appliance.log().contains("abandoned"), "a call that does not end is reported");
        }
    }

    @Test
    void aConfigurationComesChangesAndGoes() throws Exception {
        Path cfg = appliance.data().resolve("etc/org.sallyport.destination.folder-second.cfg");
        Path one = folder.resolve("one");
        Path two = folder.resolve("two");
        Files.writeString(cfg, "destination.name = second\ndirectory = " + one + "\n");
        appliance.await("files in the first folder", SOON, () -> count(one) > 0);
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\n");
        appliance.await("files in the second folder", SOON, () -> count(two) > 0);
        goesOn();
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\nmin-free = 0\n");
        appliance.await("it is misconfigured, and says so", SOON, () -> {
            JsonNode second = destination("second");
            return second.path("state").asText().equals("MISCONFIGURED")
                    && second.path("message").asText().contains("min-free 0: must be 1");
        });
        goesOn();
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\n");
        appliance.await(
                "it works again",
                SOON,
                () -> destination("second").path("state").asText().equals("ACTIVE"));
        Files.delete(cfg);
        appliance.await(
                "it is missing",
                SOON,
                () -> destination("second").path("state").asText().equals("MISSING"));
        Files.writeString(cfg, "destination.name = second\ndirectory = " + two + "\n");
        allArrivesWithin(SOON);
    }

    private static long count(Path directory) throws IOException {
        try (Stream<Path> files = Files.list(directory)) {
            return files.filter(file -> file.toString().endsWith(".zip")).count();
        }
    }

    @Test
    void aMissingImportIsNamed() throws Exception {
        new PluginJar("lacking", kept(), Behaviour.GOOD)
                .importing("com.example.nowhere")
                .writeTo(appliance.data().resolve("deploy/lacking.jar"));
        appliance.await("vendor:list names what is missing", SOON, () -> {
            for (JsonNode one : appliance.jsonOnceThere("vendor:list")) {
                if (one.path("bundle").asText().equals("swap.lacking")) {
                    return one.path("state").asText().equals("Installed")
                            && one.path("message").asText().contains("(osgi.wiring.package=com.example.nowhere)");
                }
            }
            return false;
        });
        goesOn();
        allArrivesWithin(SOON);
    }
}
