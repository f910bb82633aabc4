package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;

/** Orthanc with its built-in configuration but for ports and folders; it forces each image to disk ({@code SyncStorageArea}). */
record Orthanc() implements ReceivingSystem {

    @Override
    public String name() {
        return "orthanc";
    }

    @Override
    public String durability() {
        return "stock";
    }

    @Override
    public Receiver start(Children children, Path folder, int maxPdu) throws IOException {
        int port = Readiness.freePorts(1).get(0);
        Path images = Files.createDirectory(folder.resolve("images"));
        Path configuration = folder.resolve("orthanc.json");
        Files.writeString(configuration, """
                {
                  "StorageDirectory": "%1$s",
                  "IndexDirectory": "%1$s",
                  "DicomPort": %2$d,
                  "HttpServerEnabled": false,
                  "RemoteAccessAllowed": true,
                  "MaximumPduLength": %3$d
                }
                """.formatted(images, port, maxPdu));
        Child child = children.start(
                List.of("Orthanc", configuration.toString()), Map.of(), folder, folder.resolve("output"));
        Receiver receiver = new Receiver(child, "ORTHANC", port);
        Readiness.await(name(), child, () -> Readiness.echoes(receiver));
        return receiver;
    }
}
