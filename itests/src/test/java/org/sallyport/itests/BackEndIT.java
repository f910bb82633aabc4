package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

/** Uploads to the back end, which fails in every way it can. */
@Tag("peers")
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class BackEndIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    private static final UploadedFiles CHECK = new UploadedFiles();

    private Path folder;
    private IthSimulator simulator;
    private Appliance appliance;

    /** What was there when the test began: the appliance is shared. */
    private Set<String> earlierDeliveries;

    private int earlierArrivals;

    /** With the index on the database that is tried. */
    Appliance appliance(Path data) throws Exception {
        return new Appliance(data);
    }

    @BeforeAll
    void start(@TempDir Path temporary) throws Exception {
        folder = temporary;
        simulator = new IthSimulator(folder.resolve("ith"), CHECK);
        appliance = appliance(simulator, "data");
        appliance.start();
        awaitMode("PUBLIC");
    }

    private Appliance appliance(IthSimulator backEnd, String data) throws Exception {
        return appliance(folder.resolve(data))
                .with("ITH_URL", backEnd.url() + "/")
                .with("ITH_TOKEN", IthSimulator.KEY)
                .with("ITH_REFRESH", "1")
                .with("ITH_READ_TIMEOUT", "15")
                .with("UPLOAD_RETRY_DELAY", "1")
                .with("UPLOAD_MAX_RETRIES", "0")
                .with("CLEANUP_AFTER_UPLOAD", "false")
                .with("PROXY_API_URL", "")
                .with("SALLYPORT_ALLOW_IDENTIFIED_UPLOAD", "yes");
    }

    @BeforeEach
    void look() throws Exception {
        earlierDeliveries = new TreeSet<>();
        appliance
                .json("delivery:list")
                .forEach(delivery ->
                        earlierDeliveries.add(delivery.get("delivery").asText()));
        earlierArrivals = simulator.arrivals().size();
    }

    @AfterEach
    void nothingOfATestStays() {
        simulator.expectsIdentity(false);
        CHECK.expectIdentityOf(null);
        simulator.answersConfiguration(IthSimulator.configuration("public"));
    }

    @AfterAll
    void stop() {
        appliance.close();
        simulator.close();
    }

    private List<Path> study(int number, int images) throws Exception {
        SyntheticStudy study = study(number, images, 64);
        CHECK.expectNoneOf(List.of(study.patient()));
        return study.writeTo(folder.resolve("study" + number));
    }

    private static SyntheticStudy study(int number, int images, int size) {
        return new SyntheticStudy(new Patient(number), Modality.CT, number, 1, images, size, size);
    }

    /** Ends at once if an upload was not to the contract. */
    private void awaitArrivals(int images) throws IOException {
        appliance.await(images + " images arrive", Duration.ofMinutes(2), () -> {
            assertEquals(List.of(), simulator.violations());
            return simulator.arrivals().size() == earlierArrivals + images;
        });
    }

    private void awaitMode(String mode) throws IOException {
        appliance.await("mode " + mode, SOON, () -> appliance.log().contains("configuration of the back end: " + mode));
    }

    /** Also after the quick tries have ended: with none, the first failure ends them. */
    @Test
    void everyImageArrivesWhateverFails() throws Exception {
        simulator.failNext(
                Fault.STATUS_500,
                Fault.CUT_WHILE_READING,
                Fault.STATUS_503_RETRY_AFTER,
                Fault.STALL,
                Fault.CUT_AFTER_ACCEPTING);
        int sent = 0;
        for (int number = 1; number <= 3; number++) {
            List<Path> files = study(number, 4);
            appliance.send(List.of(), files);
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
        int most = 0;
        for (JsonNode delivery : deliveries()) {
            most = Math.max(most, delivery.get("attempts").asInt());
        }
        assertTrue(most > 1, "UPLOAD_MAX_RETRIES=0: a delivery that failed was tried again all the same");
        assertFalse(Files.exists(appliance.outbox()), "with a back end nothing goes to the outbox");
    }

    private Set<String> states() throws Exception {
        Set<String> states = new TreeSet<>();
        for (JsonNode delivery : deliveries()) {
            states.add(delivery.get("state").asText());
        }
        return states;
    }

    /** Those of this test. */
    private List<JsonNode> deliveries() throws Exception {
        List<JsonNode> own = new ArrayList<>();
        for (JsonNode delivery : appliance.json("delivery:list")) {
            if (!earlierDeliveries.contains(delivery.get("delivery").asText())) {
                own.add(delivery);
            }
        }
        return own;
    }

    @Test
    void aRefusedKeyStopsUploadsUntilItIsTakenAgainAndLosesNothing() throws Exception {
        simulator.answersConfiguration(401);
        simulator.failNext(Fault.STATUS_401);
        List<Path> first = study(11, 2);
        appliance.send(List.of(), first);
        appliance.await(
                "the destination stops",
                SOON,
                () -> destination().get("state").asText().equals("STOPPED"));
        assertTrue(destination().get("message").asText().contains("ITH_TOKEN"), "the message tells the way out");
        int tried = simulator.uploads();
        List<Path> second = study(12, 2);
        appliance.send(List.of(), second);
        appliance.await("the second study waits", SOON, () -> deliveries().size() == 2);
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
    void whatTheBackEndRefusesForGoodIsParkedWithItsReason() throws Exception {
        simulator.failNext(Fault.STATUS_400);
        appliance.send(List.of(), study(31, 1));
        appliance.await("parked", SOON, () -> states().equals(Set.of("PARKED")));
        JsonNode parked = deliveries().get(0);
        assertTrue(parked.get("reason").asText().contains("told to fail"), parked.toString());
        appliance.shell("delivery:retry " + parked.get("delivery").asText()).ok();
        appliance.await("delivered after delivery:retry", SOON, () -> states().equals(Set.of("DELIVERED")));
        assertEquals(List.of(), simulator.violations());
    }

    /** It is told to skip what it has: it would say that it took the newer one, and keep the first. */
    @Test
    void aChangedImageIsParkedAndShownBecauseTheBackEndKeepsTheFirst() throws Exception {
        appliance.send(List.of(), study(51, 2));
        awaitArrivals(2);
        appliance.await("delivered", SOON, () -> states().equals(Set.of("DELIVERED")));
        String study = deliveries().get(0).get("study").asText();
        Map<String, Integer> arrived = simulator.arrivals();
        DataSet changed = study(51, 2, 64).image(1, 1);
        changed.setString(org.sallyport.dicom.data.Tag.SliceThickness, "7.5");
        appliance.send(List.of(), List.of(IthCommandsIT.write(changed, folder.resolve("changed.dcm"))));
        appliance.await("parked", SOON, () -> states().equals(Set.of("DELIVERED", "PARKED")));
        JsonNode parked = deliveries().get(0);
        assertEquals(
                "holds a changed version of an image, and the receiver keeps the first one it has",
                parked.get("reason").asText());
        assertEquals(arrived, simulator.arrivals());
        for (JsonNode row : appliance.json("study:list")) {
            if (row.get("study").asText().equals(study)) {
                assertEquals(1, row.get("conflicts").asInt(), row::toString);
            }
        }
    }

    @Test
    void withoutAnyConfigurationTheGatewayIsPrivateAndKeepsTheLastGoodOneAfterwards() throws Exception {
        try (IthSimulator backEnd = new IthSimulator(folder.resolve("ith-private"), CHECK);
                Appliance fresh = appliance(backEnd, "data-private").with("SALLYPORT_TRUST_BACKEND_NODES", "1")) {
            backEnd.answersConfiguration(500);
            fresh.start();
            List<Path> files = study(41, 1);
            Command.Result rejected = fresh.storescu(List.of("-v"), files);
            assertNotEquals(0, rejected.exit(), "private, and no node is known");
            assertTrue(rejected.output().contains("Calling AE Title Not Recognized"), rejected.output());

            localNodesMayWhatTheirPermissionSays(fresh, files);

            ObjectNode configuration = IthSimulator.configuration("private");
            IthSimulator.node(configuration, "ct", "CT1", "127.0.0.1", 104, "write");
            IthSimulator.node(configuration, "viewer", "VIEWER", "127.0.0.1", 105, "read");
            IthSimulator.node(configuration, "broken", "AE-TITLE-THAT-IS-TOO-LONG", "127.0.0.1", 106, "read");
            backEnd.answersConfiguration(configuration);
            fresh.await("mode PRIVATE", SOON, () -> fresh.log().contains("configuration of the back end: PRIVATE"));
            assertTrue(fresh.log().contains("node \"broken\" is skipped"), "a malformed node is named");
            for (JsonNode node : fresh.json("node:list")) {
                assertTrue(node.get("approved").asBoolean(), "SALLYPORT_TRUST_BACKEND_NODES: " + node);
            }
            fresh.send(List.of("-aet", "CT1"), files);
            Command.Result notAllowed = fresh.storescu(List.of("-v", "-aet", "VIEWER"), study(42, 1));
            assertTrue(notAllowed.output().contains("Unknown Status: 0x124"), notAllowed.output());

            fresh.stop();
            backEnd.answersConfiguration(500);
            fresh.start();
            fresh.send(List.of("-aet", "CT1"), study(43, 1));
            List<String> aets = new ArrayList<>();
            fresh.json("node:list").forEach(node -> aets.add(node.get("aet").asText()));
            assertEquals(List.of("CT1", "VIEWER"), aets.stream().sorted().toList());
        }
    }

    /** In private mode, added and removed while it runs. */
    private static void localNodesMayWhatTheirPermissionSays(Appliance appliance, List<Path> files) throws Exception {
        appliance.shell("node:add --permission write own OWNCT 127.0.0.1 104").ok();
        appliance.shell("node:add --permission read desk DESK 127.0.0.1 105").ok();
        appliance.await(
                "one may store",
                SOON,
                () -> appliance.storescu(List.of("-aet", "OWNCT"), files).exit() == 0);
        appliance.await("the other may not", SOON, () -> appliance
                .storescu(List.of("-v", "-aet", "DESK"), files)
                .output()
                .contains("Unknown Status: 0x124"));
        appliance.shell("node:remove own").ok();
        appliance.shell("node:remove desk").ok();
        for (String aet : List.of("OWNCT", "DESK")) {
            appliance.await(aet + " is no node any more", SOON, () -> appliance
                    .storescu(List.of("-v", "-aet", aet), files)
                    .output()
                    .contains("Calling AE Title Not Recognized"));
        }
    }

    @Test
    void aGatewayThatTheBackEndSwitchedOffTakesNoNewAssociations() throws Exception {
        ObjectNode off = IthSimulator.configuration("public");
        off.put("is_active", false);
        simulator.answersConfiguration(off);
        appliance.await("the log tells why", SOON, () -> appliance.log().contains("switched off"));
        appliance.await("rejected for the time being", SOON, () -> Command.run(
                        "echoscu", "-v", "-aec", Appliance.AET, "127.0.0.1", String.valueOf(appliance.dicomPort()))
                .output()
                .contains("Temporary Congestion"));
        appliance.await("the health page tells", SOON, () -> appliance.health() == 503);
        simulator.answersConfiguration(IthSimulator.configuration("public"));
        appliance.await("receives again", SOON, () -> appliance.health() == 200);
    }

    /** One side alone changes nothing; and neither identity nor key is in a file here afterwards. */
    @Test
    void identityGoesUpOnlyWhereBothSidesSaySo() throws Exception {
        assertUploads("de-identified: the back end does not ask for originals, though");
        appliance.send(List.of(), study(61, 1));
        awaitArrivals(1);
        assertEquals(List.of(), deliveriesWithIdentity());

        ObjectNode asks = IthSimulator.configuration("public");
        ((ObjectNode) asks.get("config")).put("enable_phi_anonymization", false);
        simulator.answersConfiguration(asks);
        assertUploads("with identity: ");
        appliance.await("the log says it", SOON, () -> appliance.log().contains("uploads go with identity"));
        SyntheticStudy named = study(62, 2, 64);
        simulator.expectsIdentity(true);
        CHECK.expectIdentityOf(named.patient());
        List<Path> sent = named.writeTo(folder.resolve("named"));
        appliance.send(List.of(), sent);
        awaitArrivals(3);
        for (Path file : sent) {
            DataSet image = OriginalsIT.read(file);
            String sop = String.valueOf(image.string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
            assertEquals(1, simulator.arrivals().get(sop), "under its own UID");
            assertEquals(List.of(), DataSetDifference.between(image, OriginalsIT.read(simulator.held(sop))), sop);
        }
        JsonNode form = simulator.forms().get(simulator.forms().size() - 1);
        assertEquals(named.patient().name(), form.get("name").asText());
        assertEquals(named.patient().id(), form.get("patient_id").asText());
        appliance.await("it is delivered", SOON, () -> states().equals(Set.of("DELIVERED")));
        assertTrue(deliveries().get(0).get("reason").asText().startsWith("with identity: "));
        List<String> audited = deliveriesWithIdentity();
        assertEquals(1, audited.size(), "each such delivery, and no other");
        assertTrue(
                audited.get(0).startsWith("destination ith|" + simulator.url())
                        && audited.get(0).endsWith("|done"),
                audited.get(0));

        JsonNode uploaded = appliance.json("retention:list");
        assertTrue(uploaded.size() >= 2, "CLEANUP_AFTER_UPLOAD=false: what was uploaded stays");
        for (JsonNode kept : uploaded) {
            assertTrue(kept.get("stays because").asText().contains("let nothing go"), kept::toString);
        }
        assertEquals(
                "http://127.0.0.1:" + appliance.apiPort() + "/api",
                simulator.frames("config_update").get(0).get("api_url").asText(),
                "an empty PROXY_API_URL is none");

        PlantedIdentifiers planted = new PlantedIdentifiers(List.of(new Patient(61), named.patient()));
        List<String> found = new ArrayList<>();
        for (Path file : appliance.files()) {
            byte[] bytes = Appliance.bytes(file);
            if (new String(bytes, StandardCharsets.ISO_8859_1).contains(IthSimulator.KEY)
                    || planted.firstIn(bytes).isPresent()) {
                found.add(appliance.data().relativize(file).toString());
            }
        }
        assertEquals(List.of(), found);
        simulator.answersConfiguration(IthSimulator.configuration("public"));
        assertUploads("de-identified: ");
    }

    private void assertUploads(String words) throws IOException {
        appliance.await("uploads go " + words, SOON, () -> appliance
                .jsonOnceThere("ith:status")
                .get("uploads")
                .asText()
                .startsWith(words));
    }

    private List<String> deliveriesWithIdentity() throws Exception {
        List<String> found = new ArrayList<>();
        for (JsonNode record : appliance.json("audit:list --limit 1000")) {
            if (record.get("action").asText().equals("identity.deliver")) {
                found.add(record.get("actor").asText() + "|"
                        + record.get("source").asText() + "|"
                        + record.get("outcome").asText());
            }
        }
        return found;
    }
}
