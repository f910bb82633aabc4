package org.sallyport.gateway.store.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.IOException;
import java.time.Instant;
import java.util.HashMap;
import java.util.HashSet;
import java.util.HexFormat;
import java.util.Map;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.InstanceFacts;

/** An instance's facts as they stand in its frame and in its row. */
final class FactsJson {

    /** Characters; what a column of the index can hold. */
    static final int LONGEST = 16_000;

    /** The same in UTF-8. */
    static final int MOST_BYTES = 3 * LONGEST;

    private static final int LONGEST_NAME = 64;
    private static final int LONGEST_AET = 16;

    private static final ObjectMapper JSON = new ObjectMapper();

    private FactsJson() {}

    /** @throws IOException if the facts are too long for the index */
    static String write(InstanceFacts facts) throws IOException {
        check("Study Instance UID", facts.studyInstanceUid(), LONGEST_NAME);
        check("Series Instance UID", facts.seriesInstanceUid(), LONGEST_NAME);
        check("SOP Instance UID", facts.sopInstanceUid(), LONGEST_NAME);
        check("pseudonym", facts.pseudonym(), LONGEST_NAME);
        check("calling AE title", facts.callingAet(), LONGEST_AET);
        check("Modality", facts.modality(), LONGEST_AET);
        ObjectNode node = JSON.createObjectNode();
        node.put("study", facts.studyInstanceUid());
        node.put("series", facts.seriesInstanceUid());
        node.put("sop", facts.sopInstanceUid());
        node.put("class", facts.sopClassUid());
        node.put("syntax", facts.transferSyntaxUid());
        node.put("digest", HexFormat.of().formatHex(facts.originalDigest()));
        node.put("pseudonym", facts.pseudonym());
        node.put("generation", facts.keyGeneration());
        node.put("shift", facts.dateShiftDays());
        node.put("modality", facts.modality());
        if (facts.seriesNumber() != null) {
            node.put("seriesNumber", facts.seriesNumber());
        }
        if (facts.instanceNumber() != null) {
            node.put("instanceNumber", facts.instanceNumber());
        }
        node.put("calling", facts.callingAet());
        node.put("called", facts.calledAet());
        node.put("address", facts.address());
        node.put("at", facts.receivedAt().toEpochMilli());
        ObjectNode attributes = node.putObject("attributes");
        facts.attributes().forEach(attributes::put);
        if (!facts.lookupKeys().isEmpty()) {
            ArrayNode keys = node.putArray("keys");
            facts.lookupKeys().stream().sorted().forEach(keys::add);
        }
        String text = JSON.writeValueAsString(node);
        if (text.length() > LONGEST) {
            throw new IOException(
                    "the facts of an instance take " + text.length() + " characters, more than " + LONGEST);
        }
        return text;
    }

    private static void check(String what, String value, int longest) throws IOException {
        if (value.length() > longest) {
            throw new IOException(what + " of " + value.length() + " characters, more than " + longest);
        }
    }

    static InstanceFacts read(String text) throws IOException {
        JsonNode node = JSON.readTree(text);
        Map<String, String> attributes = new HashMap<>();
        node.path("attributes")
                .properties()
                .forEach(
                        field -> attributes.put(field.getKey(), field.getValue().asText()));
        Set<String> keys = new HashSet<>();
        node.path("keys").forEach(key -> keys.add(key.asText()));
        return new InstanceFacts(
                node.path("study").asText(),
                node.path("series").asText(),
                node.path("sop").asText(),
                node.path("class").asText(),
                node.path("syntax").asText(),
                HexFormat.of().parseHex(node.path("digest").asText()),
                node.path("pseudonym").asText(),
                node.path("generation").asInt(),
                node.path("shift").asInt(),
                node.path("modality").asText(),
                number(node.path("seriesNumber")),
                number(node.path("instanceNumber")),
                node.path("calling").asText(),
                node.path("called").asText(),
                node.path("address").asText(),
                Instant.ofEpochMilli(node.path("at").asLong()),
                attributes,
                keys);
    }

    private static @Nullable Integer number(JsonNode node) {
        return node.isInt() ? node.asInt() : null;
    }
}
