package org.sallyport.benchmarks;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.net.HttpURLConnection;
import java.net.URI;
import java.nio.file.Files;
import java.util.ArrayList;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import org.sallyport.simulator.IthSimulator;

/**
 * How fast a study goes back to two unmodified storescp at the same time, with its identity restored on the way. It goes up to a stand-in for the back end
 * first; then that has it sent. The clock of sending runs from the first status "processing" to "completed", as the back end hears them; the whole
 * takes the download too. One JSON object a line for each run.
 */
public final class Dispatch {

    private static final int NODES = 2;
    private static final int STUDY = 2;
    private static final int RUNS = 5;
    private static final String AET = "DICOMRCV";

    private final Workbench bench;

    private Dispatch(Workbench bench) {
        this.bench = bench;
    }

    /** @param arguments {@code --quick}: a small study */
    public static void main(String[] arguments) {
        Workbench.main(() -> shape(List.of(arguments)), (bench, shape) -> new Dispatch(bench).run(shape));
    }

    private static Shape shape(List<String> arguments) {
        if (arguments.isEmpty()) {
            return Shape.CT500;
        }
        if (arguments.equals(List.of("--quick"))) {
            return Shape.CT100;
        }
        throw new IllegalArgumentException(
                "unknown argument " + arguments.get(0) + ". Usage: ./bench dispatch [--quick]");
    }

    private void run(Shape shape) throws IOException, InterruptedException {
        List<Image> images = shape.study(STUDY, Files.createDirectories(bench.studies()));
        try (IthSimulator simulator = new IthSimulator(bench.scratch().resolve("ith"))) {
            ObjectNode configuration = IthSimulator.configuration("public");
            for (int i = 1; i <= NODES; i++) {
                Receiver node = new Storescp()
                        .start(
                                bench.children(),
                                Files.createDirectory(bench.scratch().resolve("node" + i)),
                                16_384);
                IthSimulator.node(configuration, "n" + i, node.aet(), Receiver.HOST, node.port(), "read_write");
            }
            simulator.answersConfiguration(configuration);
            Receiver gateway = gateway(simulator);
            System.err.println(shape.name() + ": sending it up");
            Transfer.run(new OwnSender(), gateway, images, 1);
            Readiness.await(
                    "the upload",
                    gateway.process(),
                    () -> simulator.arrivals().size() == images.size() && simulator.socketsOpen() == 1);
            for (int run = 1; run <= RUNS; run++) {
                measure(simulator, gateway, shape, run);
            }
            if (!simulator.violations().isEmpty()) {
                throw new IOException("against the contract: " + simulator.violations());
            }
        }
    }

    private Receiver gateway(IthSimulator simulator) throws IOException {
        List<Integer> ports = Readiness.freePorts(3);
        Map<String, String> environment = Map.of(
                "SALLYPORT_DATA",
                bench.scratch().resolve("data").toString(),
                "SALLYPORT_HEAP",
                "512m",
                "DICOM_AE_TITLE",
                AET,
                "DICOM_PORT",
                ports.get(0).toString(),
                "API_PORT",
                ports.get(1).toString(),
                "SHELL_PORT",
                ports.get(2).toString(),
                "DICOM_STUDY_TIMEOUT",
                "2",
                "ITH_URL",
                simulator.url(),
                "ITH_TOKEN",
                IthSimulator.KEY,
                "SALLYPORT_TRUST_BACKEND_NODES",
                "yes");
        Child child = bench.children()
                .start(
                        List.of(bench.root().resolve("run").toString()),
                        environment,
                        bench.root(),
                        bench.scratch().resolve("gateway.out"));
        Readiness.await("./run", child, () -> isHealthy(ports.get(1)) && simulator.socketsOpen() == 1);
        return new Receiver(child, AET, ports.get(0));
    }

    private static boolean isHealthy(int port) throws IOException {
        HttpURLConnection connection =
                (HttpURLConnection) URI.create("http://" + Receiver.HOST + ":" + port + "/api/health/")
                        .toURL()
                        .openConnection();
        connection.setConnectTimeout(5_000);
        connection.setReadTimeout(5_000);
        try {
            return connection.getResponseCode() == HttpURLConnection.HTTP_OK;
        } finally {
            connection.disconnect();
        }
    }

    private void measure(IthSimulator simulator, Receiver gateway, Shape shape, int run) throws IOException {
        String study = simulator.studies().get(0);
        ObjectNode event = simulator.event("session.dispatch", "session", "ses-" + study);
        ObjectNode payload = (ObjectNode) event.get("payload");
        payload.put("subject_id", "sub-" + simulator.subjects().get(0));
        for (int i = 1; i <= NODES; i++) {
            payload.withArray("nodes").add("n" + i);
        }
        String correlation = event.get("correlation_id").asText();
        long start = System.nanoTime();
        simulator.push(event);
        List<Long> times = new ArrayList<>();
        Readiness.await("the dispatch", gateway.process(), () -> {
            List<JsonNode> frames = simulator.statuses(correlation);
            return !frames.isEmpty()
                    && List.of("completed", "failed")
                            .contains(frames.get(frames.size() - 1)
                                    .get("payload")
                                    .get("status")
                                    .asText());
        });
        long whole = System.nanoTime() - start;
        long begin = 0;
        for (IthSimulator.Frame frame : simulator.frames()) {
            if (frame.content().path("correlation_id").asText("").equals(correlation)) {
                String status = frame.content().get("payload").get("status").asText();
                long at = frame.at().toEpochMilli();
                if (status.equals("processing") && begin == 0) {
                    begin = at;
                } else if (status.equals("completed")) {
                    times.add(at - begin);
                } else if (status.equals("failed")) {
                    throw new IOException("the dispatch failed: " + frame.content());
                }
            }
        }
        double seconds = times.get(0) / 1e3;
        System.out.printf(
                Locale.ROOT,
                "{\"bench\":\"dispatch\",\"shape\":\"%s\",\"nodes\":%d,\"run\":%d,\"images\":%d,"
                        + "\"images_per_s_and_node\":%.1f,\"sending_s\":%.2f,\"with_download_s\":%.2f}%n",
                shape.name(),
                NODES,
                run,
                shape.images(),
                shape.images() / seconds,
                seconds,
                whole / 1e9);
    }
}
