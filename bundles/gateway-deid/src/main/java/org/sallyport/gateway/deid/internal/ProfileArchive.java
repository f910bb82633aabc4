package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.stream.Stream;
import org.sallyport.gateway.api.DataFolder;

/**
 * Every version of a profile that was ever in force, in a folder {@code profiles/<hash>} of its own, and which is in force now. Late images of a study
 * are treated by the version that its first was. The map of what was read is guarded by this object's monitor.
 */
final class ProfileArchive {

    private static final String IN_FORCE = "in-force";
    private static final String SUFFIX = ".yaml";

    private final Path folder;
    private final Path versions;
    private final Map<String, Profile> read = new HashMap<>();

    /** @param folder of the bundle in the data folder */
    ProfileArchive(Path folder) throws IOException {
        this.folder = folder;
        this.versions = DataFolder.privateFolder(folder.resolve("profiles"));
    }

    /** Keeps a version and makes it the one in force; durable on return. */
    synchronized void putInForce(ProfileSource source, Profile profile) throws IOException {
        keep(source, profile);
        DataFolder.replace(folder.resolve(IN_FORCE), (profile.hash() + "\n").getBytes(StandardCharsets.US_ASCII));
    }

    /** Keeps a version; durable on return. */
    synchronized void keep(ProfileSource source, Profile profile) throws IOException {
        read.put(profile.hash(), profile);
        Path kept = versions.resolve(profile.hash());
        if (Files.isDirectory(kept)) {
            return;
        }
        Path part = versions.resolve(profile.hash() + ".part");
        deleteFolder(part);
        DataFolder.privateFolder(part);
        source.writeTo(part);
        for (Path file : files(part)) {
            force(file, StandardOpenOption.WRITE);
        }
        force(part, StandardOpenOption.READ);
        Files.move(part, kept, StandardCopyOption.ATOMIC_MOVE);
        force(versions, StandardOpenOption.READ);
    }

    private static void deleteFolder(Path part) throws IOException {
        if (Files.isDirectory(part)) {
            for (Path file : files(part)) {
                Files.delete(file);
            }
            Files.delete(part);
        }
    }

    private static List<Path> files(Path folder) throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.toList();
        }
    }

    private static void force(Path path, StandardOpenOption option) throws IOException {
        try (FileChannel channel = FileChannel.open(path, option)) {
            channel.force(true);
        }
    }

    /**
     * A version.
     *
     * @throws IOException if it is not there, or not what it was
     */
    synchronized Profile version(String hash) throws IOException {
        Profile known = read.get(hash);
        if (known != null) {
            return known;
        }
        Path kept = versions.resolve(hash);
        if (!hash.matches("[0-9a-f]{64}") || !Files.isDirectory(kept)) {
            throw new ProfileException("version " + hash + " of a profile is not kept in " + versions);
        }
        for (Path file : files(kept)) {
            String name = String.valueOf(file.getFileName());
            if (name.endsWith(SUFFIX)) {
                ProfileSource source = ProfileSource.read(kept, name.substring(0, name.length() - SUFFIX.length()));
                if (!source.hash().equals(hash)) {
                    throw new ProfileException(kept + " is not what was put there");
                }
                Profile profile = ProfileParser.parse(source);
                read.put(hash, profile);
                return profile;
            }
        }
        throw new ProfileException(kept + " holds no profile");
    }

    /** The version that was in force last; empty if none ever was. */
    Optional<Profile> lastInForce() throws IOException {
        Path file = folder.resolve(IN_FORCE);
        if (!Files.isRegularFile(file)) {
            return Optional.empty();
        }
        return Optional.of(version(Files.readString(file).strip()));
    }
}
