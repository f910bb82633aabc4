package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.InterruptedIOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.LinkOption;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.security.MessageDigest;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;

/**
 * One folder for each study, {@code <pseudonym>_<StudyInstanceUID>/<series>/<instance>}. The folder of a new study appears whole, on stable storage,
 * or not at all; into one that is there, late images are moved file by file, each of them whole, then DICOMDIR and manifest are replaced. The
 * same delivery again replaces its files.
 *
 * <p>Without a DICOMDIR, series and instances are named by their UIDs, files end in {@code .dcm}. With one they are named by {@link FileIds}, as a
 * File-set asks for.
 */
record StudyTree(Path directory, FolderSettings settings) {

    static final String DICOMDIR = "DICOMDIR";
    static final String MANIFEST = "MANIFEST";

    private static final Pattern UID = Pattern.compile("[0-9]+(\\.[0-9]+)*");
    private static final int LONGEST_UID = 64;
    private static final int BUFFER = 1 << 18;

    /** @param study name of the study, its pseudonym checked */
    DeliveryOutcome write(String study, Delivery delivery) throws IOException {
        if (!isUid(delivery.study().studyInstanceUid())
                || !delivery.instances().stream()
                        .allMatch(
                                instance -> isUid(instance.seriesInstanceUid()) && isUid(instance.sopInstanceUid()))) {
            return DeliveryOutcome.refused("(0020,000D), (0020,000E) or (0008,0018) is no UID");
        }
        Path target = directory.resolve(study);
        Path staging = directory.resolve(FolderDestination.HIDDEN + delivery.id());
        DurableFiles.deleteTree(staging);
        Files.createDirectory(staging);
        try {
            FileIds ids = settings.dicomdir() ? FileIds.of(target) : null;
            Map<String, String> written = new LinkedHashMap<>();
            long bytes = 0;
            for (DeliveryInstance instance : delivery.instances()) {
                String path = ids == null
                        ? instance.seriesInstanceUid() + "/" + instance.sopInstanceUid() + ".dcm"
                        : ids.path(instance.seriesInstanceUid(), instance.sopInstanceUid());
                Path file = staging.resolve(path);
                Files.createDirectories(file.getParent());
                written.put(path, copy(instance, file, delivery));
                bytes += instance.length();
                delivery.progress(written.size(), bytes);
            }
            if (Files.isDirectory(target)) {
                for (String path : written.keySet()) {
                    Path file = target.resolve(path);
                    Files.createDirectories(file.getParent());
                    Files.move(staging.resolve(path), file, StandardCopyOption.ATOMIC_MOVE);
                }
                index(target, written);
                DurableFiles.forceTree(target);
            } else {
                index(staging, written);
                DurableFiles.forceTree(staging);
                Files.move(staging, target, StandardCopyOption.ATOMIC_MOVE);
            }
            DurableFiles.force(directory);
        } finally {
            DurableFiles.deleteTree(staging);
        }
        return DeliveryOutcome.delivered(study);
    }

    private static boolean isUid(String text) {
        return text.length() <= LONGEST_UID && UID.matcher(text).matches();
    }

    /** @return the SHA-256 of what was written */
    private static String copy(DeliveryInstance instance, Path file, Delivery delivery) throws IOException {
        MessageDigest digest = ShaManifest.sha256();
        byte[] buffer = new byte[BUFFER];
        long length = 0;
        try (InputStream in = instance.open();
                FileChannel out = FileChannel.open(file, StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                if (Thread.currentThread().isInterrupted() || delivery.isCancelled()) {
                    throw new InterruptedIOException("broken off");
                }
                digest.update(buffer, 0, n);
                length += n;
                for (ByteBuffer bytes = ByteBuffer.wrap(buffer, 0, n); bytes.hasRemaining(); ) {
                    out.write(bytes);
                }
            }
            byte[] found = digest.digest();
            if (length != instance.length() || !MessageDigest.isEqual(found, instance.sha256())) {
                throw new IOException("instance " + instance.sopInstanceUid()
                        + " in the store has not the length or the SHA-256 of the manifest");
            }
            out.force(true);
            return ShaManifest.hex(found);
        }
    }

    /** @param written path → digest */
    private void index(Path root, Map<String, String> written) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        if (settings.dicomdir()) {
            byte[] content = DicomDirectory.of(root, instances(root));
            DurableFiles.replace(root.resolve(DICOMDIR), root.resolve(FolderDestination.HIDDEN + DICOMDIR), content);
            digests.put(DICOMDIR, ShaManifest.hex(ShaManifest.sha256().digest(content)));
        }
        if (settings.manifest()) {
            Map<String, String> before = ShaManifest.read(root.resolve(MANIFEST));
            for (String path : instances(root)) {
                String digest = written.getOrDefault(path, before.get(path));
                digests.put(path, digest == null ? ShaManifest.of(root.resolve(path)) : digest);
            }
            DurableFiles.replace(
                    root.resolve(MANIFEST),
                    root.resolve(FolderDestination.HIDDEN + MANIFEST),
                    ShaManifest.text(digests));
        }
    }

    /** Paths of the instances in a study's folder, in order; what is not named as we name them is not looked at. */
    private List<String> instances(Path root) throws IOException {
        Pattern named = settings.dicomdir() ? FileIds.PATH : Pattern.compile("[0-9.]{1,64}/[0-9.]{1,64}\\.dcm");
        try (Stream<Path> files = Files.walk(root, 2)) {
            return files.filter(file -> Files.isRegularFile(file, LinkOption.NOFOLLOW_LINKS))
                    .map(file -> root.relativize(file).toString())
                    .filter(path -> named.matcher(path).matches())
                    .sorted()
                    .toList();
        }
    }
}
