package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.TreeMap;
import java.util.concurrent.TimeUnit;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.testkit.Certificates;
import org.sallyport.gateway.testkit.Modality;

/** Studies in every form go on to a stock storescp, which takes no compressed image, and to Orthanc, which commits itself to them. */
@Tag("peers")
class DicomDestinationIT {

    private static final int IMAGES = 3;
    private static final String PASSCODE = "a-passcode-like-no-other-7261";
    private static final String TITLE = "GATE_17";
    private static final String JPEG_2000 = "1.2.840.10008.1.2.4.90";
    private static final Duration DEADLINE = Duration.ofMinutes(5);

    @TempDir
    private Path folder;

    private final List<Process> peers = new ArrayList<>();

    DicomDestinationIT() {}

    @AfterEach
    void stopPeers() throws InterruptedException {
        for (Process peer : peers) {
            peer.destroyForcibly();
            peer.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private void start(Path log, String... command) throws IOException {
        peers.add(new ProcessBuilder(command)
                .redirectErrorStream(true)
                .redirectOutput(log.toFile())
                .start());
    }

    @Test
    void everyImageArrivesAtBothOnce() throws Exception {
        List<Integer> ports = Ports.free(4);
        Path received = Files.createDirectories(folder.resolve("received"));
        Path log = folder.resolve("storescp.log");
        start(log, "storescp", "-v", "-od", received.toString(), String.valueOf(ports.get(0)));
        Path secured = Files.createDirectories(folder.resolve("secured"));
        Path securedLog = folder.resolve("secured.log");
        Certificates ours = Certificates.make(folder, "ours", "dns:gate.example");
        Certificates theirs = Certificates.make(folder, "theirs", "ip:127.0.0.1");
        start(
                securedLog,
                "storescp",
                "-d",
                "+tls",
                theirs.key().toString(),
                theirs.certificate().toString(),
                "+cf",
                ours.certificate().toString(),
                "-od",
                secured.toString(),
                String.valueOf(ports.get(3)));
        try (Appliance appliance = new Appliance(folder.resolve("data"))
                .with("PACS_HOST", "127.0.0.1")
                .with("PACS_PORT", String.valueOf(ports.get(0)))
                .with("PACS_AE_TITLE", "STORESCP")
                .with("UPLOAD_RETRY_DELAY", "1")
                .with("PACS_USER", "gate")
                .with("PACS_PASSCODE", PASSCODE)
                .with("PACS_TLS_PASSWORD", Certificates.PASSWORD)
                .with("DICOM_AE_TITLE", TITLE)) {
            orthanc(ports.get(1), ports.get(2), appliance.dicomPort());
            Await.until(
                    "Orthanc answers", DEADLINE, () -> inOrthanc(ports.get(2)).isEmpty());
            appliance.start();
            Files.writeString(
                    appliance.data().resolve("etc/org.sallyport.destination.dicom-orthanc.cfg"),
                    "destination.name = orthanc\nhost = 127.0.0.1\nport = " + ports.get(1)
                            + "\ncalled-aet = ORTHANC\nassociations = 4\nstorage-commitment = yes\nuser = gate\n"
                            + ".passcode = $[env:PACS_PASSCODE]\n");
            Files.writeString(
                    appliance.data().resolve("etc/org.sallyport.destination.dicom-literal.cfg"),
                    "destination.name = literal\nhost = 127.0.0.1\ncalled-aet = X\nuser = gate\n.passcode = written\n");
            Files.writeString(
                    appliance.data().resolve("etc/org.sallyport.destination.dicom-secured.cfg"),
                    "destination.name = secured\nhost = 127.0.0.1\nport = " + ports.get(3)
                            + "\ncalled-aet = SECURED\ntls = yes\ntls-certificate = " + ours.pkcs12()
                            + "\n.tls-password = $[env:PACS_TLS_PASSWORD]\ntls-trusted = " + theirs.certificate()
                            + "\nuser = gate\n.passcode = $[env:PACS_PASSCODE]\n");
            appliance.await("all destinations", DEADLINE, () -> states(appliance)
                    .equals(Map.of(
                            "outbox",
                            "ACTIVE",
                            "pacs",
                            "ACTIVE",
                            "orthanc",
                            "ACTIVE",
                            "secured",
                            "ACTIVE",
                            "literal",
                            "MISCONFIGURED")));

            appliance.await("the literal secret is refused", DEADLINE, () -> appliance
                    .log()
                    .contains(".passcode: stands in the clear"));

            List<Variant.Made> studies = new ArrayList<>();
            for (Variant variant : Variant.ALL) {
                Variant.Made made = variant.make(Modality.CT, folder.resolve("sent"), IMAGES);
                appliance.send(variant.options(), made.sent());
                studies.add(made);
            }
            int all = studies.size();
            appliance.await("every delivery ended", DEADLINE, () -> {
                List<String> states = deliveries(appliance, "orthanc");
                states.addAll(deliveries(appliance, "pacs"));
                states.addAll(deliveries(appliance, "secured"));
                return states.size() == 3 * all
                        && states.stream().allMatch(state -> state.equals("DELIVERED") || state.startsWith("PARKED"));
            });

            assertEquals(List.of(), parked(appliance, "orthanc"));
            // What Orthanc lost it said by its report, and it was sent again.
            for (JsonNode row : appliance.json("delivery:list")) {
                if (row.get("destination").asText().equals("orthanc")) {
                    assertEquals("ORTHANC, committed", row.get("reason").asText());
                    assertEquals(2, row.get("attempts").asInt());
                }
            }
            assertTrue(appliance.log().contains("the PACS does not commit itself to 1 of 3 images, reason 0112"));
            appliance.shell("destination:probe orthanc").ok();
            appliance.shell("destination:probe pacs").ok();
            appliance.shell("destination:probe secured").ok();
            for (String storescp : List.of("pacs", "secured")) {
                List<String> parked = parked(appliance, storescp);
                assertEquals(1, parked.size(), parked::toString);
                assertTrue(parked.get(0).contains("JPEG 2000") && parked.get(0).contains("no way to rewrite"));
            }

            Map<String, Integer> expected = new TreeMap<>();
            Map<String, Integer> withoutWavelets = new TreeMap<>();
            for (JsonNode study : appliance.json("study:list")) {
                for (JsonNode image :
                        appliance.json("study:show --images", study.get("study").asText())) {
                    expected.put(image.get("image").asText(), 1);
                    if (!image.get("syntax").asText().equals(JPEG_2000)) {
                        withoutWavelets.put(image.get("image").asText(), 1);
                    }
                }
            }
            assertEquals(all * IMAGES, expected.size());
            assertEquals((all - 1) * IMAGES, withoutWavelets.size());
            assertEquals(expected, inOrthanc(ports.get(2)));
            assertEquals(withoutWavelets, inFolder(received, log));
            assertEquals(withoutWavelets, inFolder(secured, securedLog));
            assertEquals((all - 1) * IMAGES, assertPixelsAreThoseOf(studies, received));
            assertEquals((all - 1) * IMAGES, assertPixelsAreThoseOf(studies, secured));
            String heard = Files.readString(securedLog);
            assertTrue(heard.contains("Username: [gate]"), "the user is told over TLS");
            assertTrue(
                    heard.contains("Calling Application Name:    " + TITLE),
                    "a destination that names no title calls with ours");
            for (Path file : appliance.files()) {
                String bytes = new String(Appliance.bytes(file), StandardCharsets.ISO_8859_1);
                assertFalse(bytes.contains(PASSCODE), () -> "the passcode lies in " + file);
            }
            String shown = appliance
                    .shell("config:list '(service.pid=org.sallyport.destination.dicom*)'")
                    .ok()
                    .output();
            assertTrue(shown.contains("$[env:PACS_PASSCODE"), "the file's words are shown: " + shown.length());
            assertFalse(appliance.shell("config:list").ok().output().contains(PASSCODE), "config:list shows it");
        }
    }

    /** What was sent compressed was decompressed on the way. @return how many images were compared */
    private int assertPixelsAreThoseOf(List<Variant.Made> studies, Path received) throws Exception {
        Map<String, Path> expected = new TreeMap<>();
        for (Variant.Made made : studies) {
            for (int i = 0; i < IMAGES; i++) {
                Path source = made.sources().get(i);
                if (made.variant().isLossy()) {
                    source = folder.resolve("decompressed-" + i + ".dcm");
                    Command.run("dcmdjpeg", made.sent().get(i).toString(), source.toString())
                            .ok();
                }
                expected.put(made.study().number() + "/" + (i + 1), source);
            }
        }
        List<Path> files;
        try (Stream<Path> all = Files.list(received)) {
            files = all.toList();
        }
        for (Path file : files) {
            DataSet image = read(file);
            String key = image.string(org.sallyport.dicom.data.Tag.AcquisitionNumber) + "/"
                    + image.string(org.sallyport.dicom.data.Tag.InstanceNumber);
            Path source = Objects.requireNonNull(expected.get(key), key);
            byte[] wanted = pixels(read(source));
            byte[] found = pixels(image);
            // Two decoders of a lossy form may round differently.
            int apart = source.getFileName().toString().startsWith("decompressed") ? 1 : 0;
            assertEquals(wanted.length, found.length, key);
            for (int i = 0; i < wanted.length; i++) {
                if (Math.abs((wanted[i] & 0xFF) - (found[i] & 0xFF)) > apart) {
                    throw new AssertionError("byte " + i + " of the pixels of " + key + " in " + file);
                }
            }
        }
        return files.size();
    }

    private static DataSet read(Path file) throws IOException {
        return Part10Reader.open(new ByteArrayInputStream(Files.readAllBytes(file)), Limits.DEFAULT, BulkStore.REFUSE)
                .dataSet()
                .readAll();
    }

    private static byte[] pixels(DataSet image) {
        return Objects.requireNonNull(image.get(org.sallyport.dicom.data.Tag.PixelData))
                .bytes();
    }

    /** Orthanc answers with success to the second image of each study and loses it, once. */
    private Path loses() throws IOException {
        return Files.writeString(folder.resolve("loses.lua"), """
                local lost = {}
                function ReceivedInstanceFilter(dicom, origin, info)
                  if dicom.InstanceNumber == '2' and not lost[dicom.SOPInstanceUID] then
                    lost[dicom.SOPInstanceUID] = true
                    return false
                  end
                  return true
                end
                """);
    }

    private void orthanc(int dicomPort, int httpPort, int reportPort) throws IOException {
        Path storage = folder.resolve("orthanc");
        Path configuration = Files.writeString(
                folder.resolve("orthanc.json"),
                "{\"StorageDirectory\": \"" + storage + "\", \"IndexDirectory\": \"" + storage + "\", \"HttpPort\": "
                        + httpPort + ", \"DicomPort\": " + dicomPort
                        + ", \"DicomAet\": \"ORTHANC\", \"DicomScuTimeout\": 120, \"DicomModalities\": {\"gate\": {\"AET\": \""
                        + TITLE
                        + "\", \"Host\": \"127.0.0.1\", \"Port\": " + reportPort
                        + ", \"AllowStorageCommitment\": true}}, \"LuaScripts\": [\"" + loses() + "\"]}");
        start(folder.resolve("orthanc.log"), "Orthanc", configuration.toString());
    }

    private static Map<String, String> states(Appliance appliance) throws IOException, InterruptedException {
        Map<String, String> states = new TreeMap<>();
        for (JsonNode row : appliance.json("destination:list")) {
            states.put(row.get("destination").asText(), row.get("state").asText());
        }
        return states;
    }

    /** State of each delivery, with the reason of those that are parked. */
    private static List<String> deliveries(Appliance appliance, String destination)
            throws IOException, InterruptedException {
        List<String> states = new ArrayList<>();
        for (JsonNode row : appliance.json("delivery:list")) {
            if (row.get("destination").asText().equals(destination)) {
                String state = row.get("state").asText();
                states.add(
                        state.equals("PARKED") ? state + " " + row.get("reason").asText() : state);
            }
        }
        return states;
    }

    private static List<String> parked(Appliance appliance, String destination)
            throws IOException, InterruptedException {
        return deliveries(appliance, destination).stream()
                .filter(state -> state.startsWith("PARKED"))
                .toList();
    }

    /** SOP Instance UID → how often. */
    private static Map<String, Integer> inOrthanc(int httpPort) throws IOException, InterruptedException {
        HttpResponse<String> reply = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + "/instances?expand"))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        Map<String, Integer> found = new TreeMap<>();
        for (JsonNode instance : new ObjectMapper().readTree(reply.body())) {
            found.merge(instance.get("MainDicomTags").get("SOPInstanceUID").asText(), 1, Integer::sum);
        }
        return found;
    }

    /** storescp names files by modality and SOP Instance UID, and replaces those that come again: how often is told by its log. */
    private static Map<String, Integer> inFolder(Path received, Path log) throws IOException {
        String text = Files.readString(log);
        Map<String, Integer> found = new TreeMap<>();
        try (Stream<Path> files = Files.list(received)) {
            for (Path file : files.toList()) {
                String name = file.getFileName().toString();
                int times = text.split("storing DICOM file: .*" + name.replace(".", "\\."), -1).length - 1;
                found.put(name.substring(name.indexOf('.') + 1), times);
            }
        }
        return found;
    }
}
