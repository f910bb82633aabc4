package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.testkit.DestinationContract;

/** A folder for each study, with its manifest, is held to what every destination is held to. */
class TreeContractTest extends DestinationContract {

    @TempDir
    private Path folder;

    private Path outbox() {
        return folder.resolve("outbox");
    }

    @Override
    protected Destination open() throws IOException {
        return new FolderDestination(Files.createDirectory(outbox()), new FolderSettings(true, false, true, 0));
    }

    @Override
    protected void close(Destination destination) {}

    @Override
    protected boolean breakReceiver() throws IOException {
        Files.delete(outbox());
        return true;
    }

    @Override
    protected List<Received> received() throws Exception {
        List<Received> received = new ArrayList<>();
        try (Stream<Path> files = Files.walk(outbox())) {
            for (Path file :
                    files.filter(one -> one.toString().endsWith(".dcm")).toList()) {
                String name = file.getFileName().toString();
                received.add(new Received(name.substring(0, name.length() - ".dcm".length()), ShaManifest.of(file)));
            }
        }
        return received;
    }
}
