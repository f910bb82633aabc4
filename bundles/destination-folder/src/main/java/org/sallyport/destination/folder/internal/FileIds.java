package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashMap;
import java.util.Map;
import java.util.regex.Pattern;
import java.util.stream.Stream;

/**
 * File IDs of a File-set: components of at most eight of A–Z, 0–9, _ (PS3.10 8.2, 8.5), made from the SHA-256 of a UID, so that an instance gets the
 * same name at every attempt. Where two UIDs would share a name the second one gets another. Owned by one thread.
 */
final class FileIds {

    /** A series and an instance in it. */
    static final Pattern PATH = Pattern.compile("S[0-9A-F]{7}/I[0-9A-F]{7}");

    /** 28 bits: two of 10,000 share a name in one of five studies. */
    private static final int DIGITS = 7;

    /** Component → UID that has it. */
    private final Map<String, String> taken = new HashMap<>();

    private FileIds() {}

    /** @param root folder of the study, which need not be there; what it holds keeps its names */
    static FileIds of(Path root) throws IOException {
        FileIds ids = new FileIds();
        if (!Files.isDirectory(root)) {
            return ids;
        }
        try (Stream<Path> files = Files.walk(root, 2)) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                String path = root.relativize(file).toString();
                if (PATH.matcher(path).matches()) {
                    InstanceHeader header = InstanceHeader.read(file);
                    ids.taken.put(path.substring(0, 8), header.seriesInstanceUid());
                    ids.taken.put(path.substring(9), header.sopInstanceUid());
                }
            }
        }
        return ids;
    }

    String path(String seriesInstanceUid, String sopInstanceUid) {
        return component('S', seriesInstanceUid) + "/" + component('I', sopInstanceUid);
    }

    private String component(char kind, String uid) {
        for (int number = 0; ; number++) {
            byte[] text = (number == 0 ? uid : uid + "#" + number).getBytes(StandardCharsets.US_ASCII);
            String digest = ShaManifest.hex(ShaManifest.sha256().digest(text));
            String component = kind + digest.substring(0, DIGITS).toUpperCase(java.util.Locale.ROOT);
            String owner = taken.putIfAbsent(component, uid);
            if (owner == null || owner.equals(uid)) {
                return component;
            }
        }
    }
}
