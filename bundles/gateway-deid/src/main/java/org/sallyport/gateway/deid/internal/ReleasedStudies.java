package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.stream.Collectors;
import org.sallyport.gateway.api.DataFolder;

/** Until when a person has vouched for what came of a study: pseudonymous Study Instance UID and time, a line each of a file. Not thread-safe. */
final class ReleasedStudies {

    private final Path file;
    private final Map<String, Instant> until = new LinkedHashMap<>();

    /** @param folder of the bundle in the data folder */
    ReleasedStudies(Path folder) throws IOException {
        this.file = folder.resolve("released-studies");
        if (Files.isRegularFile(file)) {
            for (String line : Files.readAllLines(file, StandardCharsets.US_ASCII)) {
                String[] words = line.split(" ", 2);
                if (words.length < 2 || !words[1].matches("-?[0-9]{1,18}")) {
                    throw new IOException(file + " is damaged: without it all studies are looked at again");
                }
                until.put(words[0], Instant.ofEpochMilli(Long.parseLong(words[1])));
            }
        }
    }

    /** Objects that came after it were not looked at by a person; {@link Instant#MIN} = none was. */
    Instant until(String studyInstanceUid) {
        return until.getOrDefault(studyInstanceUid, Instant.MIN);
    }

    /** Durable on return. */
    void add(String studyInstanceUid, Instant now) throws IOException {
        Map<String, Instant> more = new LinkedHashMap<>(until);
        // Times of objects are kept in whole milliseconds: one that comes in the same is looked at.
        more.put(studyInstanceUid, Instant.ofEpochMilli(now.toEpochMilli() - 1));
        String text = more.entrySet().stream()
                .map(entry -> entry.getKey() + " " + entry.getValue().toEpochMilli() + "\n")
                .collect(Collectors.joining());
        DataFolder.replace(file, text.getBytes(StandardCharsets.US_ASCII));
        until.putAll(more);
    }
}
