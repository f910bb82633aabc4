package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

/** Uploads to the back end, which fails in every way it can. */
@Tag("peers")
class BackEndIT {

    private static final Duration SOON = Duration.ofSeconds(60);

    @TempDir
    Path folder;

    private final UploadedFiles check = new UploadedFiles();
    private IthSimulator simulator;
    private Appliance appliance;

    @BeforeEach
    void prepare() throws Exception {
        simulator = new IthSimulator(folder.resolve("ith"), check);
        appliance = new Appliance(folder.resolve("data"))
                .with("ITH_URL", simulator.url() + "/")
                .with("ITH_TOKEN", IthSimulator.KEY)
                .with("ITH_REFRESH", "1")
                .with("ITH_READ_TIMEOUT", "4")
                .with("UPLOAD_RETRY_DELAY", "1");
    }

    @AfterEach
    void stop() {
        appliance.close();
        simulator.close();
    }

    private List<Path> study(int number, int images) throws Exception {
        SyntheticStudy study = study(number, images, 64);
        check.expectNoneOf(List.of(study.patient()));
        return study.writeTo(folder.resolve("study" + number));
    }

    private static SyntheticStudy study(int number, int images, int size) {
        return new SyntheticStudy(new Patient(number), Modality.CT, number, 1, images, size, size);
    }

    /** Ends at once if an upload was not to the contract. */
    private void awaitArrivals(int images) throws IOException {
        appliance.await(images + " images arrive", Duration.ofMinutes(2), () -> {
            assertEquals(List.of(), simulator.violations());
            return simulator.arrivals().size() == images;
        });
    }

    private void awaitMode(String mode) throws IOException {
        appliance.await("mode " + mode, SOON, () -> appliance.log().contains("configuration of the back end: " + mode));
    }

    @Test
    void everyImageArrivesWhateverFails() throws Exception {
        appliance.start();
        awaitMode("PUBLIC");
        simulator.failNext(
                Fault.STATUS_500,
                Fault.CUT_WHILE_READING,
                Fault.STATUS_503_RETRY_AFTER,
                Fault.STALL,
                Fault.CUT_AFTER_ACCEPTING);
        int sent = 0;
        for (int number = 1; number <= 3; number++) {
            List<Path> files = study(number, 4);
            appliance.storescu(List.of(), files).ok();
            sent += files.size();
        }
        appliance.await("some faults were met", SOON, () -> simulator.faultsLeft() <= 3);
        assertEquals(0, appliance.stop());
        appliance.start();
        awaitArrivals(sent);
        assertEquals(0, simulator.faultsLeft());
        appliance.await("the queue shows them delivered", SOON, () -> {
            Set<String> states = states();
            return states.equals(Set.of("DELIVERED"));
        });
        assertEquals(List.of(), simulator.violations());
        assertFalse(Files.exists(appliance.outbox()), "with a back end nothing goes to the outbox");
    }

    private Set<String> states() throws Exception {
        Set<String> states = new TreeSet<>();
        for (JsonNode delivery : appliance.json("delivery:list")) {
            states.add(delivery.get("state").asText());
        }
        return states;
    }

    @Test
    void aRefusedKeyStopsUploadsUntilItIsTakenAgainAndLosesNothing() throws Exception {
        appliance.start();
        awaitMode("PUBLIC");
        simulator.answersConfiguration(401);
        simulator.failNext(Fault.STATUS_401);
        List<Path> first = study(1, 2);
        appliance.storescu(List.of(), first).ok();
        appliance.await(
                "the destination stops",
                SOON,
                () -> destination().get("state").asText().equals("STOPPED"));
        assertTrue(destination().get("message").asText().contains("ITH_TOKEN"), "the message tells the way out");
        int tried = simulator.uploads();
        List<Path> second = study(2, 2);
        appliance.storescu(List.of(), second).ok();
        appliance.await(
                "the second study waits",
                SOON,
                () -> appliance.json("delivery:list").size() == 2);
        assertEquals(Set.of("WAITING"), states());
        assertEquals(tried, simulator.uploads(), "a stopped destination is left alone");
        simulator.answersConfiguration(IthSimulator.configuration("public"));
        awaitArrivals(4);
        assertEquals(List.of(), simulator.violations());
    }

    private JsonNode destination() throws Exception {
        for (JsonNode destination : appliance.json("destination:list")) {
            if (destination.get("destination").asText().equals("ith")) {
                return destination;
            }
        }
        throw new IllegalStateException("no destination ith");
    }

    @Test
    void anArchiveThatIsTooLargeIsSplit() throws Exception {
        appliance.start();
        awaitMode("PUBLIC");
        simulator.failNext(Fault.STATUS_413);
        List<Path> files = study(1, 5);
        appliance.storescu(List.of(), files).ok();
        awaitArrivals(files.size());
        assertEquals(2, simulator.names().size(), "two halves");
        assertTrue(simulator.names().stream().allMatch(name -> name.contains(" - Part ")), "named as parts");
        assertEquals(List.of(), simulator.violations());
    }

    @Test
    void whatTheBackEndRefusesForGoodIsParkedWithItsReason() throws Exception {
        appliance.start();
        awaitMode("PUBLIC");
        simulator.failNext(Fault.STATUS_400);
        appliance.storescu(List.of(), study(1, 1)).ok();
        appliance.await("parked", SOON, () -> states().equals(Set.of("PARKED")));
        JsonNode parked = appliance.json("delivery:list").get(0);
        assertTrue(parked.get("reason").asText().contains("told to fail"), parked.toString());
        appliance.shell("delivery:retry " + parked.get("delivery").asText()).ok();
        appliance.await("delivered after delivery:retry", SOON, () -> states().equals(Set.of("DELIVERED")));
        assertEquals(List.of(), simulator.violations());
    }

    @Test
    void withoutAnyConfigurationTheGatewayIsPrivateAndKeepsTheLastGoodOneAfterwards() throws Exception {
        simulator.answersConfiguration(500);
        appliance.start();
        List<Path> files = study(1, 1);
        Command.Result rejected = appliance.storescu(List.of("-v"), files);
        assertNotEquals(0, rejected.exit(), "private, and no node is known");
        assertTrue(rejected.output().contains("Calling AE Title Not Recognized"), rejected.output());

        ObjectNode configuration = IthSimulator.configuration("private");
        IthSimulator.node(configuration, "ct", "CT1", "127.0.0.1", 104, "write");
        IthSimulator.node(configuration, "viewer", "VIEWER", "127.0.0.1", 105, "read");
        IthSimulator.node(configuration, "broken", "AE-TITLE-THAT-IS-TOO-LONG", "127.0.0.1", 106, "read");
        simulator.answersConfiguration(configuration);
        awaitMode("PRIVATE");
        assertTrue(appliance.log().contains("node \"broken\" is skipped"), "a malformed node is named");
        appliance.storescu(List.of("-aet", "CT1"), files).ok();
        Command.Result notAllowed = appliance.storescu(List.of("-v", "-aet", "VIEWER"), study(2, 1));
        assertTrue(notAllowed.output().contains("Unknown Status: 0x124"), notAllowed.output());

        appliance.stop();
        simulator.answersConfiguration(500);
        appliance.start();
        appliance.storescu(List.of("-aet", "CT1"), study(3, 1)).ok();
        List<String> aets = new ArrayList<>();
        appliance.json("node:list").forEach(node -> aets.add(node.get("aet").asText()));
        assertEquals(List.of("CT1", "VIEWER"), aets.stream().sorted().toList());
    }

    @Test
    void aGatewayThatTheBackEndSwitchedOffTakesNoNewAssociations() throws Exception {
        ObjectNode off = IthSimulator.configuration("public");
        off.put("is_active", false);
        simulator.answersConfiguration(off);
        appliance.launch();
        appliance.await("the log tells why", Duration.ofMinutes(2), () -> appliance
                .log()
                .contains("switched off"));
        appliance.await("rejected for the time being", SOON, () -> Command.run(
                        "echoscu", "-v", "-aec", Appliance.AET, "127.0.0.1", String.valueOf(appliance.dicomPort()))
                .output()
                .contains("Temporary Congestion"));
        appliance.await("the health page tells", SOON, () -> appliance.health() == 503);
        simulator.answersConfiguration(IthSimulator.configuration("public"));
        appliance.await("receives again", SOON, () -> appliance.health() == 200);
    }

    @Test
    void theKeyIsInNoFile() throws Exception {
        appliance.start();
        awaitMode("PUBLIC");
        appliance.storescu(List.of(), study(1, 1)).ok();
        awaitArrivals(1);
        List<String> found = new ArrayList<>();
        for (Path file : appliance.files()) {
            if (new String(Files.readAllBytes(file), java.nio.charset.StandardCharsets.ISO_8859_1)
                    .contains(IthSimulator.KEY)) {
                found.add(appliance.data().relativize(file).toString());
            }
        }
        assertEquals(List.of(), found);
    }
}
