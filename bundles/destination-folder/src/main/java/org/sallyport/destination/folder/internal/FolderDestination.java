package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.regex.Pattern;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;

/** Writes deliveries into a folder, as its {@link FolderSettings} say. One delivery at a time. */
final class FolderDestination implements Destination {

    /** What is being written; a crash leaves it, and the next start clears it away. */
    static final String HIDDEN = ".sallyport-";

    /** Ours are; one that is not must not name a file elsewhere. */
    private static final Pattern PSEUDONYM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final Path directory;
    private final FolderSettings settings;

    FolderDestination(Path directory, FolderSettings settings) throws IOException {
        this.directory = directory;
        this.settings = settings;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, HIDDEN + "*")) {
            for (Path file : left) {
                DurableFiles.deleteTree(file);
            }
        }
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws IOException {
        if (delivery.identity() != IdentityMode.PSEUDONYMOUS) {
            return DeliveryOutcome.refused("originals are not written into a folder");
        }
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free - delivery.study().bytes() < settings.minFree()) {
            return DeliveryOutcome.later("the disk of the folder has " + free / (1 << 20) + " MiB free, and "
                    + (settings.minFree() >> 20) + " MiB stay free (min-free): not enough");
        }
        if (!PSEUDONYM.matcher(delivery.study().patientName()).matches()) {
            return DeliveryOutcome.refused("the pseudonym is no file name");
        }
        String study = delivery.study().patientName() + "_" + delivery.study().studyInstanceUid();
        return settings.tree()
                ? new StudyTree(directory, settings).write(study, delivery)
                : new ZipFiles(directory, settings).write(study, delivery);
    }

    @Override
    public ProbeResult probe() {
        return Files.isWritable(directory)
                ? ProbeResult.reachable("writable")
                : ProbeResult.unreachable("the folder cannot be written");
    }
}
