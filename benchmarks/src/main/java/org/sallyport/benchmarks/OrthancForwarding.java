package org.sallyport.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;

/**
 * Orthanc with its built-in configuration but for ports, folders and the node to send to: the study is received, anonymised by REST, and the copy stored at
 * the node.
 *
 * @param helpsReceiver whether it and the receiver run with TCP_NODELAY=1
 */
record OrthancForwarding(boolean helpsReceiver) implements ForwardingSystem {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Duration PATIENCE = Duration.ofMinutes(10);

    @Override
    public String name() {
        return "orthanc";
    }

    @Override
    public String settings() {
        return helpsReceiver ? "TCP_NODELAY, storescp too" : "stock";
    }

    @Override
    public long idleMillis() {
        return 0;
    }

    @Override
    public Running start(Workbench bench, Path folder, int port) throws IOException {
        List<Integer> ports = Readiness.freePorts(2);
        Path images = Files.createDirectory(folder.resolve("images"));
        Path configuration = folder.resolve("orthanc.json");
        Files.writeString(configuration, """
                {
                  "StorageDirectory": "%1$s",
                  "IndexDirectory": "%1$s",
                  "DicomPort": %2$d,
                  "HttpPort": %3$d,
                  "RemoteAccessAllowed": false,
                  "DicomModalities": {"target": ["%4$s", "%5$s", %6$d]}
                }
                """.formatted(
                        images, ports.get(0), ports.get(1), StorescpTarget.AET, Receiver.HOST, port));
        Child child = bench.children()
                .start(
                        List.of("Orthanc", configuration.toString()),
                        StorescpTarget.environment(helpsReceiver),
                        folder,
                        folder.resolve("output"));
        Receiver receiver = new Receiver(child, "ORTHANC", ports.get(0));
        RunningOrthanc running =
                new RunningOrthanc(receiver, URI.create("http://" + Receiver.HOST + ":" + ports.get(1)));
        Readiness.await(name(), child, () -> Readiness.echoes(receiver) && running.answers());
        return running;
    }

    private record RunningOrthanc(Receiver receiver, URI base, HttpClient http) implements Running {

        RunningOrthanc(Receiver receiver, URI base) {
            this(receiver, base, HttpClient.newHttpClient());
        }

        boolean answers() throws IOException {
            HttpURLConnection connection =
                    (HttpURLConnection) base.resolve("/system").toURL().openConnection();
            try {
                return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
            } finally {
                connection.disconnect();
            }
        }

        @Override
        public void forward(String studyInstanceUid) throws IOException, InterruptedException {
            JsonNode found = post("/tools/lookup", studyInstanceUid);
            String study = "";
            for (JsonNode one : found) {
                if (one.path("Type").asText().equals("Study")) {
                    study = one.path("ID").asText();
                }
            }
            JsonNode copy = post("/studies/" + study + "/anonymize", "{\"Synchronous\": true}");
            post("/modalities/target/store", copy.path("ID").asText());
        }

        private JsonNode post(String path, String body) throws IOException, InterruptedException {
            HttpResponse<String> reply = http.send(
                    HttpRequest.newBuilder(base.resolve(path))
                            .timeout(PATIENCE)
                            .POST(HttpRequest.BodyPublishers.ofString(body))
                            .build(),
                    HttpResponse.BodyHandlers.ofString());
            if (reply.statusCode() != HttpURLConnection.HTTP_OK) {
                throw new IOException("orthanc answered POST " + path + " with " + reply.statusCode());
            }
            return JSON.readTree(reply.body());
        }

        @Override
        public void close() {
            receiver.close();
        }
    }
}
