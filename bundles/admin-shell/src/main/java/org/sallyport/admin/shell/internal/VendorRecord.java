package org.sallyport.admin.shell.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.DataFolder;

/**
 * What an administrator installed beside the gateway: the file {@code installed.json}, with copies beside it. Immutable.
 *
 * @param bundles installed one by one
 * @param repositories of features
 * @param features as {@code name/version}
 */
record VendorRecord(List<KeptBundle> bundles, List<KeptRepository> repositories, List<String> features) {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final String FILE = "installed.json";

    /**
     * @param location what the framework knows it by
     * @param modified when it was installed or updated, milliseconds; tells a copy that is out of date
     * @param startLevel 0 = the framework's own
     * @param file name of its copy
     */
    record KeptBundle(String location, String name, long modified, int startLevel, boolean started, String file) {}

    /** @param file name of its copy, whose bundles are copies as well */
    record KeptRepository(String uri, String file) {}

    VendorRecord {
        bundles = List.copyOf(bundles);
        repositories = List.copyOf(repositories);
        features = List.copyOf(features);
    }

    static VendorRecord empty() {
        return new VendorRecord(List.of(), List.of(), List.of());
    }

    /** @throws IOException the file is there and cannot be understood */
    static VendorRecord read(Path folder) throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return empty();
        }
        JsonNode root;
        try {
            root = JSON.readTree(Files.readAllBytes(file));
        } catch (JsonProcessingException e) {
            throw new IOException(file + " is damaged: " + e.getOriginalMessage(), e);
        }
        List<KeptBundle> bundles = new ArrayList<>();
        for (JsonNode one : root.path("bundles")) {
            bundles.add(new KeptBundle(
                    one.path("location").asText(),
                    one.path("name").asText(),
                    one.path("modified").asLong(),
                    one.path("startLevel").asInt(),
                    one.path("started").asBoolean(),
                    one.path("file").asText()));
        }
        List<KeptRepository> repositories = new ArrayList<>();
        for (JsonNode one : root.path("repositories")) {
            repositories.add(new KeptRepository(
                    one.path("uri").asText(), one.path("file").asText()));
        }
        List<String> features = new ArrayList<>();
        root.path("features").forEach(one -> features.add(one.asText()));
        return new VendorRecord(bundles, repositories, features);
    }

    void write(Path folder) throws IOException {
        ObjectNode root = JSON.createObjectNode();
        var bundleNodes = root.putArray("bundles");
        for (KeptBundle one : bundles) {
            bundleNodes
                    .addObject()
                    .put("location", one.location)
                    .put("name", one.name)
                    .put("modified", one.modified)
                    .put("startLevel", one.startLevel)
                    .put("started", one.started)
                    .put("file", one.file);
        }
        var repositoryNodes = root.putArray("repositories");
        for (KeptRepository one : repositories) {
            repositoryNodes.addObject().put("uri", one.uri).put("file", one.file);
        }
        var featureNodes = root.putArray("features");
        features.forEach(featureNodes::add);
        DataFolder.replace(
                folder.resolve(FILE), JSON.writerWithDefaultPrettyPrinter().writeValueAsBytes(root));
    }

    /** Names of the copies that are needed. */
    Set<String> files() {
        Set<String> files = new HashSet<>(Set.of(FILE));
        bundles.forEach(one -> files.add(one.file));
        repositories.forEach(one -> files.add(one.file));
        return files;
    }
}
