package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;

/** A PACS that may have originals gets them as they were sent; one beside it gets pseudonyms; one that may not gets nothing. */
@Tag("peers")
class OriginalsIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    private final List<Process> peers = new ArrayList<>();

    @AfterEach
    void stopPeers() throws InterruptedException {
        for (Process peer : peers) {
            peer.destroyForcibly();
            peer.waitFor(20, TimeUnit.SECONDS);
        }
    }

    /** Starts a storescp that takes every transfer syntax. @return its port */
    private int pacs(String name) throws IOException {
        int port = Ports.free(1).get(0);
        Path received = Files.createDirectories(folder.resolve(name));
        peers.add(new ProcessBuilder("storescp", "+xa", "-od", received.toString(), String.valueOf(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve(name + ".log").toFile())
                .start());
        return port;
    }

    private static void node(Appliance appliance, String name, int port, String identity) throws IOException {
        Files.writeString(
                appliance.data().resolve("etc/org.sallyport.node-" + name + ".cfg"),
                "aet = " + name.toUpperCase(Locale.ROOT) + "\naddress = 127.0.0.1\nport = " + port
                        + "\npermission = read\nidentity = " + identity + "\nactive = true\n");
    }

    private static void destination(Appliance appliance, String name, int port, String identity) throws IOException {
        Files.writeString(
                appliance.data().resolve("etc/org.sallyport.destination.dicom-" + name + ".cfg"),
                "destination.name = " + name + "\nhost = 127.0.0.1\nport = " + port + "\ncalled-aet = "
                        + name.toUpperCase(Locale.ROOT) + "\nassociations = 2\nidentity = " + identity
                        + "\n");
    }

    static DataSet read(Path file) throws IOException {
        try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
            return Part10Reader.open(in, Limits.DEFAULT, BulkStore.REFUSE)
                    .dataSet()
                    .readAll();
        }
    }

    /** SOP Instance UID → what lies in a PACS. */
    private Map<String, DataSet> in(String name) throws IOException {
        Map<String, DataSet> images = new TreeMap<>();
        try (Stream<Path> files = Files.list(folder.resolve(name))) {
            for (Path file : files.toList()) {
                DataSet image = read(file);
                images.put(String.valueOf(image.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)), image);
            }
        }
        return images;
    }

    /** State of the newest delivery to a destination, and its reason. */
    private static String newest(Appliance appliance, String destination) throws Exception {
        for (JsonNode row : appliance.jsonOnceThere("delivery:list")) {
            if (row.path("destination").asText().equals(destination)) {
                return row.path("state").asText() + " " + row.path("reason").asText();
            }
        }
        return "";
    }

    private static void awaitNewest(Appliance appliance, String destination, String state) throws IOException {
        appliance.await(destination + " " + state, SOON, () -> newest(appliance, destination)
                .startsWith(state));
    }

    private static void awaitActive(Appliance appliance, String... names) throws IOException {
        appliance.await(List.of(names) + " are active", SOON, () -> {
            int active = 0;
            for (JsonNode row : appliance.jsonOnceThere("destination:list")) {
                active += List.of(names).contains(row.path("destination").asText())
                                && row.path("state").asText().equals("ACTIVE")
                        ? 1
                        : 0;
            }
            return active == names.length;
        });
    }

    private static List<String> audited(Appliance appliance, String action) throws Exception {
        List<String> found = new ArrayList<>();
        for (JsonNode row : appliance.json("audit:list --limit 1000")) {
            if (row.path("action").asText().equals(action)) {
                found.add(row.path("actor").asText() + "|" + row.path("source").asText() + "|"
                        + row.path("subject").asText().replaceAll(", study .*", "") + "|"
                        + row.path("outcome").asText());
            }
        }
        return found;
    }

    @Test
    void originalsGoWhereTheyMayAndNowhereElse() throws Exception {
        int ward = pacs("ward");
        int research = pacs("research");
        int stranger = pacs("stranger");
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            Files.createDirectories(appliance.data().resolve("etc"));
            node(appliance, "ward", ward, "original");
            node(appliance, "stranger", stranger, "pseudonymous");
            destination(appliance, "ward", ward, "original");
            destination(appliance, "research", research, "pseudonymous");
            destination(appliance, "stranger", stranger, "original");
            appliance.start();
            awaitActive(appliance, "ward", "research", "stranger");

            Map<String, DataSet> sent = new TreeMap<>();
            List<Patient> patients = new ArrayList<>();
            for (Variant variant : Variant.ALL) {
                Variant.Made made = variant.make(Modality.CT, folder.resolve("sent"), 2);
                appliance.send(variant.options(), made.sent());
                patients.add(made.study().patient());
                for (Path file : made.expected()) {
                    DataSet image = read(file);
                    sent.put(String.valueOf(image.string(org.sallyport.dicom.data.Tag.SOPInstanceUID)), image);
                }
            }
            PlantedIdentifiers planted = new PlantedIdentifiers(patients);
            appliance.await("every original", SOON, () -> in("ward").keySet().equals(sent.keySet()));
            appliance.await(
                    "as many pseudonymous ones", SOON, () -> in("research").size() == sent.size());
            appliance.await("all that go to the stranger are parked", SOON, () -> {
                int parked = 0;
                for (JsonNode row : appliance.json("delivery:list --state PARKED")) {
                    parked += row.path("destination").asText().equals("stranger") ? 1 : 0;
                }
                return parked == Variant.ALL.size();
            });

            // Equal, attribute by attribute, nested and private ones and pixels included.
            Map<String, DataSet> received = in("ward");
            for (Map.Entry<String, DataSet> image : sent.entrySet()) {
                DataSet there = Objects.requireNonNull(received.get(image.getKey()));
                assertEquals(List.of(), DataSetDifference.between(image.getValue(), there), image.getKey());
            }
            for (DataSet image : in("research").values()) {
                assertTrue(String.valueOf(image.string(org.sallyport.dicom.data.Tag.PatientName))
                        .startsWith("ANON-"));
            }
            try (Stream<Path> files = Files.list(folder.resolve("research"))) {
                for (Path file : files.toList()) {
                    assertEquals(Optional.empty(), planted.firstIn(Files.readAllBytes(file)), file.toString());
                }
            }
            assertTrue(
                    newest(appliance, "stranger")
                            .contains("no active node STRANGER at 127.0.0.1:" + stranger
                                    + " is marked identity = original"),
                    newest(appliance, "stranger"));
            assertEquals(Map.of(), in("stranger"));

            // Who, what, where to, how many and how it ended; refused attempts too. Images are there before that is
            // recorded.
            appliance.await("the queue knows", SOON, () -> {
                int done = 0;
                for (JsonNode row : appliance.jsonOnceThere("delivery:list --state DELIVERED")) {
                    done += row.path("destination").asText().equals("ward") ? 1 : 0;
                }
                return done == Variant.ALL.size();
            });
            String toWard = "dicom://WARD@127.0.0.1:" + ward;
            List<String> delivered = audited(appliance, "identity.deliver");
            assertEquals(
                    Variant.ALL.size(),
                    delivered.stream()
                            .filter(line ->
                                    line.startsWith("destination ward|" + toWard + "|") && line.endsWith("|done"))
                            .count());
            assertEquals(
                    Variant.ALL.size(),
                    delivered.stream()
                            .filter(line -> line.startsWith("destination stranger|") && line.endsWith("|refused"))
                            .count());
            assertEquals(
                    Variant.ALL.size(),
                    audited(appliance, "identity.read").stream()
                            .filter(line -> line.startsWith("destination ward|" + toWard + "|"))
                            .count(),
                    "one reading for each delivery");

            // By a person's order, to a node that is marked by then; and not without a reason.
            String study =
                    appliance.json("study:list --limit 1").get(0).get("study").asText();
            assertNotEquals(
                    0,
                    appliance
                            .shell("delivery:replay --identity original " + study + " research")
                            .exit());
            int before = in("research").size();
            appliance
                    .shell("delivery:replay --identity original --reason 'the trial was unblinded' " + study
                            + " research")
                    .ok();
            awaitNewest(appliance, "research", "PARKED originals are not handed over");
            assertEquals(before, in("research").size(), "nothing went, with identity or without");
            node(appliance, "research", research, "original");
            appliance.await(
                    "the node",
                    SOON,
                    () -> appliance.shell("node:list").ok().output().contains("RESEARCH"));
            String parked = "";
            for (JsonNode row : appliance.json("delivery:list --state PARKED")) {
                parked = row.path("destination").asText().equals("research")
                        ? row.path("delivery").asText()
                        : parked;
            }
            appliance.shell("delivery:retry --reason 'now it may' " + parked).ok();
            awaitNewest(appliance, "research", "DELIVERED");
            assertEquals(before + 2, in("research").size());
            JsonNode sheet = appliance.json("delivery:show", parked);
            assertEquals("ORIGINAL", sheet.path("identity").asText());
            assertEquals("the trial was unblinded", sheet.path("request-reason").asText());
            assertEquals(2, audited(appliance, "identity.order").size(), "the one without a reason too");

            // A node that is no longer marked gets nothing more.
            node(appliance, "ward", ward, "pseudonymous");
            appliance.await("the node is changed", SOON, () -> {
                for (JsonNode row : appliance.json("node:list")) {
                    if (row.path("aet").asText().equals("WARD")) {
                        return !row.path("approved").asBoolean();
                    }
                }
                return false;
            });
            appliance.shell("delivery:replay " + study + " ward").ok();
            awaitNewest(appliance, "ward", "PARKED");

            for (Path file : appliance.files()) {
                assertEquals(Optional.empty(), planted.firstIn(Appliance.bytes(file)), file.toString());
            }
            assertTrue(appliance.json("audit:verify").get(0).path("whole").asBoolean());
            assertEquals(0, appliance.stop());
        }
    }
}
