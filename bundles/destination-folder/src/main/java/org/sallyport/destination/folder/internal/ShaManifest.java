package org.sallyport.destination.folder.internal;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.Map;
import java.util.TreeMap;
import java.util.regex.Matcher;
import java.util.regex.Pattern;

/** SHA-256 digests of files, in the form that {@code sha256sum --check} reads: digest, two spaces, path. */
final class ShaManifest {

    private static final Pattern LINE = Pattern.compile("([0-9a-f]{64})  ([A-Za-z0-9._/-]{1,300})");
    private static final long LONGEST = 64 << 20;
    private static final int BUFFER = 1 << 16;

    private ShaManifest() {}

    /** Path → digest in hexadecimal; empty if there is no such file. Lines that are none of ours are left out. */
    static Map<String, String> read(Path file) throws IOException {
        Map<String, String> digests = new TreeMap<>();
        if (Files.isRegularFile(file) && Files.size(file) <= LONGEST) {
            for (String line : new String(Files.readAllBytes(file), StandardCharsets.UTF_8)
                    .lines()
                    .toList()) {
                Matcher matcher = LINE.matcher(line);
                if (matcher.matches()) {
                    digests.put(matcher.group(2), matcher.group(1));
                }
            }
        }
        return digests;
    }

    static byte[] text(Map<String, String> digests) {
        StringBuilder text = new StringBuilder();
        digests.forEach(
                (path, digest) -> text.append(digest).append("  ").append(path).append('\n'));
        return text.toString().getBytes(StandardCharsets.UTF_8);
    }

    static String of(Path file) throws IOException {
        MessageDigest digest = sha256();
        byte[] buffer = new byte[BUFFER];
        try (InputStream in = Files.newInputStream(file)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        return hex(digest.digest());
    }

    static String hex(byte[] digest) {
        return HexFormat.of().formatHex(digest);
    }

    static MessageDigest sha256() {
        try {
            return MessageDigest.getInstance("SHA-256");
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java has SHA-256", e);
        }
    }
}
