package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.LinkedHashSet;
import java.util.Set;
import org.sallyport.gateway.api.DataFolder;

/** Studies that a person has released, by pseudonymous Study Instance UID: a line each of a file. Not thread-safe. */
final class ReleasedStudies {

    private final Path file;
    private final Set<String> studies = new LinkedHashSet<>();

    /** @param folder of the bundle in the data folder */
    ReleasedStudies(Path folder) throws IOException {
        this.file = folder.resolve("released-studies");
        if (Files.isRegularFile(file)) {
            studies.addAll(Files.readAllLines(file, StandardCharsets.US_ASCII));
        }
    }

    boolean contains(String studyInstanceUid) {
        return studies.contains(studyInstanceUid);
    }

    /** Durable on return. */
    void add(String studyInstanceUid) throws IOException {
        Set<String> more = new LinkedHashSet<>(studies);
        more.add(studyInstanceUid);
        DataFolder.replace(file, (String.join("\n", more) + "\n").getBytes(StandardCharsets.US_ASCII));
        studies.add(studyInstanceUid);
    }
}
