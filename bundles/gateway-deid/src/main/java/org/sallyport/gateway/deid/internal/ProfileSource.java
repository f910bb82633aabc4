package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.HexFormat;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;

/** The files that a profile consists of, as they were read. Immutable. */
final class ProfileSource {

    private static final long LONGEST = 1 << 20;
    private static final String PROFILE = ".yaml";
    private static final String TERMS = ".terms";
    private static final String NAME = "[a-z0-9-]{1,40}";
    private static final List<String> USUAL_TERMS = List.of("descriptors");
    private static final List<String> CLEANING =
            List.of(Option.CLEAN_DESCRIPTORS.id(), Option.CLEAN_STRUCTURED_CONTENT.id(), Option.CLEAN_GRAPHICS.id());

    private final String name;
    private final String file;
    private final YamlValue document;
    private final Map<String, byte[]> files;

    private ProfileSource(String name, String file, YamlValue document, Map<String, byte[]> files) {
        this.name = name;
        this.file = file;
        this.document = document;
        this.files = files;
    }

    /**
     * @param name the file's name without {@code .yaml}; letters, digits and hyphens
     * @throws IOException naming file, line and what is allowed
     */
    static ProfileSource read(Path folder, String name) throws IOException {
        if (!name.matches(NAME)) {
            throw new ProfileException(
                    "profile \"" + name + "\": must be 1–40 small letters, digits or hyphens (org.sallyport.deid.cfg)");
        }
        Path file = folder.resolve(name + PROFILE);
        Map<String, byte[]> files = new LinkedHashMap<>();
        byte[] bytes = bytes(file);
        files.put(name + PROFILE, bytes);
        YamlValue document = YamlValue.parse(file.toString(), new String(bytes, StandardCharsets.UTF_8));
        for (String terms : termNames(document)) {
            files.put(terms + TERMS, bytes(folder.resolve(terms + TERMS)));
        }
        return new ProfileSource(name, file.toString(), document, files);
    }

    private static byte[] bytes(Path file) throws IOException {
        if (!Files.isRegularFile(file) || Files.size(file) > LONGEST) {
            throw new ProfileException(file + " is missing or larger than 1 MiB");
        }
        return Files.readAllBytes(file);
    }

    /** Those that are named; the schema has not been asked yet. */
    private static List<String> termNames(YamlValue document) throws ProfileException {
        YamlValue terms = document.field("terms");
        if (terms == null) {
            boolean cleans = false;
            YamlValue options = document.field("options");
            for (YamlValue option : options == null ? List.<YamlValue>of() : options.items()) {
                cleans |= CLEANING.contains(option.text());
            }
            return cleans ? USUAL_TERMS : List.of();
        }
        List<String> names = new ArrayList<>();
        for (YamlValue item : terms.items()) {
            if (!item.text().matches(NAME)) {
                throw item.problem("terms: \"" + item.text() + "\" must match " + NAME);
            }
            names.add(item.text());
        }
        return names;
    }

    String name() {
        return name;
    }

    /** The file's path, for messages. */
    String file() {
        return file;
    }

    YamlValue document() {
        return document;
    }

    /** The words of all lists together. */
    TermList terms() throws ProfileException {
        StringBuilder all = new StringBuilder();
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            if (each.getKey().endsWith(TERMS)) {
                String text = new String(each.getValue(), StandardCharsets.UTF_8);
                try {
                    TermList.of(text);
                } catch (IllegalArgumentException e) {
                    throw new ProfileException(each.getKey() + " " + e.getMessage());
                }
                all.append(text).append('\n');
            }
        }
        return TermList.of(all.toString());
    }

    /** SHA-256 over all files, 64 hexadecimal digits. */
    String hash() {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            new TreeMap<>(files).forEach((fileName, bytes) -> {
                digest.update((fileName + " " + bytes.length + "\n").getBytes(StandardCharsets.UTF_8));
                digest.update(bytes);
            });
            return HexFormat.of().formatHex(digest.digest());
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }

    /** Writes the files into a folder; not forced. */
    void writeTo(Path folder) throws IOException {
        for (Map.Entry<String, byte[]> each : files.entrySet()) {
            Files.write(folder.resolve(each.getKey()), each.getValue());
        }
    }
}
