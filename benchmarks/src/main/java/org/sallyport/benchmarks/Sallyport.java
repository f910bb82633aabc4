package org.sallyport.benchmarks;

import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/**
 * The appliance, started by {@code ./run} as users do. What a file {@code .env} may say about reception is overruled by the defaults.
 *
 * @param root folder of the project
 * @param durability {@code instance} or {@code os}
 */
record Sallyport(Path root, String durability) implements ReceivingSystem {

    private static final String AET = "DICOMRCV";
    private static final int LOOK_MILLIS = 5_000;

    @Override
    public String name() {
        return "sallyport";
    }

    @Override
    public Receiver start(Children children, Path folder, int maxPdu) throws IOException {
        List<Integer> ports = Readiness.freePorts(3);
        Map<String, String> environment = Map.ofEntries(
                Map.entry("SALLYPORT_DATA", folder.resolve("data").toString()),
                Map.entry("SALLYPORT_DURABILITY", durability),
                Map.entry("SALLYPORT_HEAP", "512m"),
                Map.entry("DATABASE_ENGINE", "derby"),
                Map.entry("DICOM_AE_TITLE", AET),
                Map.entry("DICOM_PORT", ports.get(0).toString()),
                Map.entry("API_PORT", ports.get(1).toString()),
                Map.entry("SHELL_PORT", ports.get(2).toString()),
                Map.entry("DICOM_MAX_PDU_SIZE", String.valueOf(maxPdu)),
                // A day: no study is delivered while images are still counted.
                Map.entry("DICOM_STUDY_TIMEOUT", "86400"),
                Map.entry("ITH_URL", ""));
        List<String> command = List.of(root.resolve("run").toString());
        Child child = children.start(command, environment, root, folder.resolve("output"));
        Readiness.await("./run", child, () -> isHealthy(ports.get(1)));
        return new Receiver(child, AET, ports.get(0));
    }

    private static boolean isHealthy(int port) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://" + Receiver.HOST + ":" + port + "/api/health/")
                        .toURL()
                        .openConnection();
        connection.setConnectTimeout(LOOK_MILLIS);
        connection.setReadTimeout(LOOK_MILLIS);
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } finally {
            connection.disconnect();
        }
    }
}
