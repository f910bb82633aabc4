package org.sallyport.destination.folder.internal;

import java.io.BufferedOutputStream;
import java.io.IOException;
import java.io.OutputStream;
import java.nio.channels.Channels;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.DigestOutputStream;
import java.security.MessageDigest;
import java.util.Map;
import java.util.concurrent.CancellationException;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.archive.StudyArchive;

/**
 * One ZIP file for each delivery, {@code <pseudonym>_<StudyInstanceUID>[_part<n>].zip}, with its manifest {@code ….zip.sha256} on request. A file
 * appears whole, on stable storage, or not at all; the same delivery again replaces it.
 */
record ZipFiles(Path directory, FolderSettings settings) {

    private static final int BUFFER = 256 * 1024;

    /** @param study name of the study, checked */
    DeliveryOutcome write(String study, Delivery delivery) throws IOException {
        StudyArchive archive;
        try {
            archive = StudyArchive.of(delivery.study().studyInstanceUid(), delivery.instances());
        } catch (IllegalArgumentException e) {
            return DeliveryOutcome.refused(String.valueOf(e.getMessage()));
        }
        String name = study + (delivery.part() == 1 ? "" : "_part" + delivery.part()) + ".zip";
        Path hidden = directory.resolve(FolderDestination.HIDDEN + delivery.id());
        MessageDigest digest = ShaManifest.sha256();
        try (FileChannel channel = FileChannel.open(
                        hidden,
                        StandardOpenOption.CREATE,
                        StandardOpenOption.TRUNCATE_EXISTING,
                        StandardOpenOption.WRITE);
                OutputStream file = Channels.newOutputStream(channel);
                OutputStream out = new BufferedOutputStream(
                        settings.manifest() ? new DigestOutputStream(file, digest) : file, BUFFER)) {
            archive.writeTo(out, (instances, bytes) -> {
                delivery.progress(instances, bytes);
                if (delivery.isCancelled()) {
                    throw new CancellationException();
                }
            });
            out.flush();
            channel.force(true);
            if (settings.manifest()) {
                // First, so that a ZIP that is seen has its manifest beside it.
                Path manifest = directory.resolve(name + ".sha256");
                byte[] text = ShaManifest.text(Map.of(name, ShaManifest.hex(digest.digest())));
                DurableFiles.replace(manifest, hidden.resolveSibling(hidden.getFileName() + "-sha256"), text);
            }
            Files.move(hidden, directory.resolve(name), StandardCopyOption.ATOMIC_MOVE);
        } catch (CancellationException e) {
            return DeliveryOutcome.later("cancelled");
        } finally {
            Files.deleteIfExists(hidden);
        }
        DurableFiles.force(directory);
        return DeliveryOutcome.delivered(name);
    }
}
