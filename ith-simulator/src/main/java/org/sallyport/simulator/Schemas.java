package org.sallyport.simulator;

import com.fasterxml.jackson.databind.JsonNode;
import com.networknt.schema.Schema;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import java.util.stream.Collectors;

/** The JSON schemas beside this class, one for each kind of frame and body. Thread-safe. */
final class Schemas {

    private static final SchemaRegistry REGISTRY =
            SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private final Map<String, Schema> schemas = new ConcurrentHashMap<>();

    /**
     * @param kind file name without ending
     * @return what does not fit, in words; empty = all does
     */
    String problems(String kind, JsonNode value) {
        return schemas.computeIfAbsent(kind, Schemas::load).validate(value).stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                .collect(Collectors.joining("; "));
    }

    private static Schema load(String kind) {
        try (InputStream in = Schemas.class.getResourceAsStream("schemas/" + kind + ".json")) {
            if (in == null) {
                throw new IllegalArgumentException("no schema " + kind);
            }
            return REGISTRY.getSchema(in);
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
