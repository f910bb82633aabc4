package org.sallyport.destination.folder.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.regex.Pattern;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.archive.StudyArchive;

/**
 * Writes each delivery as one ZIP file, named {@code <pseudonym>_<StudyInstanceUID>[_part<n>].zip}. A file appears whole, on stable storage, or not at
 * all; the same delivery again replaces it.
 */
final class FolderDestination implements Destination {

    private static final String HIDDEN = ".sallyport-";

    /** Ours are; one that is not must not name a file elsewhere. */
    private static final Pattern PSEUDONYM = Pattern.compile("[A-Za-z0-9][A-Za-z0-9._-]{0,99}");

    private final Path directory;
    private final long minFree;

    FolderDestination(Path directory, long minFree) throws IOException {
        this.directory = directory;
        this.minFree = minFree;
        try (DirectoryStream<Path> left = Files.newDirectoryStream(directory, HIDDEN + "*")) {
            for (Path file : left) {
                Files.delete(file);
            }
        }
    }

    @Override
    public DeliveryOutcome deliver(Delivery delivery) throws IOException {
        long free = Files.getFileStore(directory).getUsableSpace();
        if (free - delivery.study().bytes() < minFree) {
            return DeliveryOutcome.later("the disk of the folder has " + free / (1 << 20) + " MiB free, not enough");
        }
        StudyArchive archive;
        try {
            archive = StudyArchive.of(delivery.study().studyInstanceUid(), delivery.instances());
        } catch (IllegalArgumentException e) {
            return DeliveryOutcome.refused(String.valueOf(e.getMessage()));
        }
        if (!PSEUDONYM.matcher(delivery.study().patientName()).matches()) {
            return DeliveryOutcome.refused("the pseudonym is no file name");
        }
        String name = delivery.study().patientName() + "_" + delivery.study().studyInstanceUid()
                + (delivery.part() == 1 ? "" : "_part" + delivery.part()) + ".zip";
        Path hidden = directory.resolve(HIDDEN + delivery.id());
        try (FileChannel channel = FileChannel.open(
                        hidden,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream out = new BufferedOutputStream(Channels.newOutputStream(channel), 256 * 1024)) {
            archive.writeTo(out, delivery::progress);
            out.flush();
            channel.force(true);
            Files.move(hidden, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } finally {
            Files.deleteIfExists(hidden);
        }
        try (FileChannel folder = FileChannel.open(directory, StandardOpenOption.READ)) {
            folder.force(true);
        }
        return DeliveryOutcome.delivered(name);
    }

    @Override
    public ProbeResult probe() {
        return Files.isWritable(directory)
                ? ProbeResult.reachable("writable")
                : ProbeResult.unreachable("the folder cannot be written");
    }
}
