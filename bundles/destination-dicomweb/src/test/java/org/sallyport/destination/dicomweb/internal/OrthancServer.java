package org.sallyport.destination.dicomweb.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.Base64;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;

/** Orthanc with its DICOMweb plug-in, on loopback, as Debian ships both. Used by one thread. */
final class OrthancServer implements AutoCloseable {

    static final String USER = "gate";
    static final String PASSWORD = "peer-test-5512";

    private static final Duration START = Duration.ofMinutes(2);

    private final Process process;
    private final int port;
    private final Path output;
    private final HttpClient http = HttpClient.newHttpClient();
    private boolean stalled;

    OrthancServer(Path folder) throws IOException {
        this(folder, true, "");
    }

    /**
     * @param answers whether the test itself can ask it: with basic authentication, in the clear
     * @param more further settings, JSON, with a comma before each
     */
    OrthancServer(Path folder, boolean answers, String more) throws IOException {
        try (ServerSocket free = new ServerSocket(0)) {
            port = free.getLocalPort();
        }
        Path configuration = Files.writeString(
                folder.resolve("orthanc.json"), """
                {"Name":"peer","StorageDirectory":"%1$s/storage","IndexDirectory":"%1$s/storage","HttpPort":%2$d,
                 "RemoteAccessAllowed":false,"AuthenticationEnabled":%5$s,"RegisteredUsers":{"%3$s":"%4$s"},
                 "DicomServerEnabled":false,"Plugins":["/usr/share/orthanc/plugins/libOrthancDicomWeb.so"],
                 "DicomWeb":{"Enable":true,"Root":"/dicom-web/"}%6$s}
                """.formatted(folder, port, USER, PASSWORD, answers, more));
        output = folder.resolve("orthanc.out");
        process = new ProcessBuilder("Orthanc", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(output.toFile())
                .start();
        try {
            if (answers) {
                awaitStart();
            } else {
                awaitPort();
            }
        } catch (AssertionError e) {
            close();
            throw e;
        }
    }

    private void awaitStart() throws IOException {
        long end = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < end) {
            try {
                if (get("/dicom-web/studies").statusCode() == 200) {
                    return;
                }
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError("Orthanc ended: " + Files.readString(output));
                }
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError("Orthanc does not answer within " + START + ": " + Files.readString(output));
    }

    private void awaitPort() throws IOException {
        long end = System.nanoTime() + START.toNanos();
        while (System.nanoTime() < end) {
            try (Socket there = new Socket(InetAddress.getLoopbackAddress(), port)) {
                if (there.isConnected()) {
                    return;
                }
            } catch (IOException e) {
                if (!process.isAlive()) {
                    throw new AssertionError("Orthanc ended: " + Files.readString(output));
                }
            }
            LockSupport.parkNanos(50_000_000);
        }
        throw new AssertionError("Orthanc does not listen within " + START + ": " + Files.readString(output));
    }

    int port() {
        return port;
    }

    String url() {
        return "http://127.0.0.1:" + port + "/dicom-web/";
    }

    HttpResponse<byte[]> get(String path) throws IOException {
        String pair = Base64.getEncoder().encodeToString((USER + ":" + PASSWORD).getBytes(StandardCharsets.UTF_8));
        try {
            return http.send(
                    HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + port + path))
                            .header("Authorization", "Basic " + pair)
                            .timeout(Duration.ofSeconds(30))
                            .build(),
                    HttpResponse.BodyHandlers.ofByteArray());
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            throw new IOException(e);
        }
    }

    /** Holds it: it keeps its connections and answers nothing any more. */
    void stall() throws IOException, InterruptedException {
        Process stop = new ProcessBuilder("sh", "-c", "kill -STOP " + process.pid()).start();
        if (stop.waitFor() != 0) {
            throw new IOException("Orthanc cannot be held");
        }
        stalled = true;
    }

    @Override
    public void close() {
        if (stalled) {
            // It would not hear a wish to end.
            process.destroyForcibly();
        }
        process.destroy();
        try {
            if (!process.waitFor(20, TimeUnit.SECONDS)) {
                process.destroyForcibly();
            }
        } catch (InterruptedException e) {
            process.destroyForcibly();
            Thread.currentThread().interrupt();
        }
    }
}
