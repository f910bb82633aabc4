package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
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
import java.util.Base64;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The appliance stores studies on Orthanc by DICOMweb. */
@Tag("peers")
class DicomwebDestinationIT {

    private static final String USER = "gate";
    private static final String PASSWORD = "a-secret-of-the-test-5512";
    private static final int IMAGES = 7;
    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    private final HttpClient http = HttpClient.newHttpClient();
    private @Nullable Process orthanc;
    private int port;
    private @Nullable Appliance started;

    @AfterEach
    void stop() throws Exception {
        if (started != null) {
            started.close();
        }
        if (orthanc != null) {
            orthanc.destroy();
            orthanc.waitFor();
        }
    }

    private void startOrthanc() throws IOException {
        Path home = Files.createDirectories(folder.resolve("orthanc"));
        Path configuration = Files.writeString(home.resolve("orthanc.json"), """
                {"Name":"peer","StorageDirectory":"%1$s/storage","IndexDirectory":"%1$s/storage","HttpPort":%2$d,
                 "RemoteAccessAllowed":false,"AuthenticationEnabled":true,"RegisteredUsers":{"%3$s":"%4$s"},
                 "DicomServerEnabled":false,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"]}
                """.formatted(home, port, USER, PASSWORD));
        orthanc = new ProcessBuilder("Orthanc", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(home.resolve("orthanc.out").toFile())
                .start();
        Await.until(
                "Orthanc answers", Duration.ofMinutes(3), () -> json("/system").has("Version"));
    }

    private byte[] get(String path) throws IOException, InterruptedException {
        String pair = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        HttpResponse<byte[]> response = http.send(
                HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                        .header("Authorization", "Basic " + pair)
                        .timeout(SOON)
                        .build(),
                HttpResponse.BodyHandlers.ofByteArray());
        if (response.statusCode() != 200) {
            throw new IOException(path + ": " + response.statusCode());
        }
        return response.body();
    }

    private JsonNode json(String path) throws IOException, InterruptedException {
        return new ObjectMapper().readTree(get(path));
    }

    private void configure(Appliance appliance, String name, String password) throws IOException {
        Path etc = Files.createDirectories(appliance.data().resolve("etc"));
        Files.writeString(etc.resolve("org.sallyport.destination.dicomweb-" + name + ".cfg"), """
                destination.name = %s
                url = http://127.0.0.1:%d/dicom-web/
                authentication = basic
                user = %s
                .password = %s
                most-instances = 3
                """.formatted(
                        name, port, USER, password));
    }

    @Test
    void everyImageIsThereOnceAndNoSecretIsKept() throws Exception {
        port = Ports.free(1).get(0);
        Appliance appliance = new Appliance(folder.resolve("data")).with("UPLOAD_RETRY_DELAY", "1");
        Path secret = Files.writeString(folder.resolve("secret"), PASSWORD + "\n");
        configure(appliance, "orthanc", "FILE(" + secret + ")");
        configure(appliance, "literal", "written-into-the-file");
        started = appliance.start();
        Senders senders = new Senders(folder.resolve("send"));
        senders.start(2, IMAGES, appliance.dicomPort());
        senders.await();
        // Orthanc comes late: what was to be stored waits for it.
        appliance.await("the first attempt failed", SOON, () -> appliance.log().contains("to orthanc is tried again"));
        startOrthanc();
        appliance.await(
                "all images are there",
                Duration.ofMinutes(2),
                () -> json("/instances").size() == 2 * IMAGES);
        appliance.await("both deliveries are confirmed", SOON, () -> states(appliance, "orthanc")
                .equals(List.of("DELIVERED", "DELIVERED")));

        List<Path> archives = new ArrayList<>();
        for (JsonNode id : json("/studies")) {
            Path zip = folder.resolve(id.asText() + ".zip");
            archives.add(Files.write(zip, get("/studies/" + id.asText() + "/archive")));
        }
        Map<String, Integer> once = new TreeMap<>();
        senders.acknowledged().forEach(key -> once.put(key, 1));
        assertEquals(2 * IMAGES, once.size());
        // Fails if pixels differ.
        assertEquals(once, new TreeMap<>(Delivered.images(archives)));

        appliance.await("a literal secret is refused with the way out", SOON, () -> appliance
                .log()
                .contains("write .password = $[env:VARIABLE] or .password = FILE(/path/of/a/file)"));
        List<String> found = new ArrayList<>();
        for (Path file : appliance.files()) {
            if (new String(Appliance.bytes(file), StandardCharsets.ISO_8859_1).contains(PASSWORD)) {
                found.add(appliance.data().relativize(file).toString());
            }
        }
        assertEquals(List.of(), found);
        for (String command : List.of("service:list", "config:list", "destination:list")) {
            String output = appliance.shell(command).ok().output();
            assertEquals(false, output.contains(PASSWORD), command + " shows the secret");
        }
    }

    private static List<String> states(Appliance appliance, String destination) throws Exception {
        List<String> states = new ArrayList<>();
        for (JsonNode delivery : appliance.json("delivery:list")) {
            if (delivery.get("destination").asText().equals(destination)) {
                states.add(delivery.get("state").asText());
            }
        }
        return states;
    }
}
