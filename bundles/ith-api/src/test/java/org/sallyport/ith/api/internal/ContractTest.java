package org.sallyport.ith.api.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import com.networknt.schema.SchemaRegistry;
import com.networknt.schema.SpecificationVersion;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.stream.Collectors;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/**
 * Paths and shapes as the contract with ITH has them. The schemas in {@code contract/} are written from the contract; the served description has to say
 * the same of the same replies.
 */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ContractTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SchemaRegistry SCHEMAS = SchemaRegistry.withDefaultDialect(SpecificationVersion.DRAFT_2020_12);

    private static final String STUDY = "{\"study_instance_uid\":\"2.25.1\"}";
    private static final String NOWHERE = "{\"study_instance_uid\":\"2.25.999\"}";
    private static final String TOO_MANY = "{\"study_instance_uids\":["
            + java.util.stream.Stream.generate(() -> "\"2.25.1\"").limit(101).collect(Collectors.joining(",")) + "]}";

    private ApiServer server;

    @BeforeAll
    void start() throws Exception {
        server = new ApiServer(ApiServer.SETTINGS);
    }

    @AfterAll
    void stop() throws Exception {
        server.stop();
    }

    /** @param schema file in contract/ */
    record Case(String method, String path, String body, int status, String schema) {

        @Override
        public String toString() {
            return method + " " + path + " " + (body.length() > 60 ? body.substring(0, 60) + "…" : body) + " → "
                    + status;
        }
    }

    static List<Case> cases() {
        return List.of(
                new Case("GET", "/api/health/", "", 200, "health"),
                new Case("GET", "/api/status/", "", 200, "status"),
                new Case("POST", "/api/phi-metadata/", STUDY, 200, "whole"),
                new Case("POST", "/api/phi-metadata/", "{}", 400, "field-errors"),
                new Case("POST", "/api/phi-metadata/", NOWHERE, 404, "error"),
                new Case(
                        "POST",
                        "/api/phi-metadata/patient/",
                        "{\"anonymous_patient_id\":\"ANON-0123456789AB\"}",
                        200,
                        "patient"),
                new Case("POST", "/api/phi-metadata/patient/", "{\"anonymous_patient_id\":\"ANON-00\"}", 404, "error"),
                new Case("POST", "/api/phi-metadata/patient/", "{\"anonymous_patient_id\":17}", 400, "field-errors"),
                new Case("POST", "/api/phi-metadata/study/", STUDY, 200, "study"),
                new Case("POST", "/api/phi-metadata/study/", NOWHERE, 404, "error"),
                new Case("POST", "/api/phi-metadata/series/", "{\"series_instance_uid\":\"2.25.11\"}", 200, "series"),
                new Case("POST", "/api/phi-metadata/series/", "{\"series_instance_uid\":\"2.25.12\"}", 200, "series"),
                new Case("POST", "/api/phi-metadata/series/", "{\"series_instance_uid\":\"2.25.9\"}", 404, "error"),
                new Case("POST", "/api/phi-metadata/series/", "{\"series_instance_uid\":\"x\"}", 400, "field-errors"),
                new Case(
                        "POST",
                        "/api/phi-metadata/patient/batch/",
                        "{\"anonymous_patient_ids\":[\"ANON-0123456789AB\",\"ANON-000000000000\"]}",
                        200,
                        "patient-batch"),
                new Case(
                        "POST",
                        "/api/phi-metadata/study/batch/",
                        "{\"study_instance_uids\":[\"2.25.1\",\"2.25.2\"]}",
                        200,
                        "study-batch"),
                new Case(
                        "POST",
                        "/api/phi-metadata/series/batch/",
                        "{\"series_instance_uids\":[\"2.25.8\",\"2.25.9\"]}",
                        200,
                        "series-batch"),
                new Case(
                        "POST",
                        "/api/phi-metadata/series/batch/",
                        "{\"series_instance_uids\":[]}",
                        400,
                        "field-errors"),
                new Case("POST", "/api/phi-metadata/study/batch/", TOO_MANY, 400, "field-errors"));
    }

    @ParameterizedTest
    @MethodSource("cases")
    void aReplyHasTheShapeOfTheContractAndOfTheDescription(Case one) throws Exception {
        ApiServer.Reply reply = one.method.equals("GET") ? server.get(one.path) : server.post(one.path, one.body);
        assertEquals(one.status, reply.status(), reply.body().toString());
        assertEquals("application/json", reply.header("Content-Type"));
        assertEquals("no-store", reply.header("Cache-Control"));
        assertEquals("", problems(contract(one.schema), reply.body()));
        assertEquals("", problems(described(one.path, one.method, one.status), reply.body()));
    }

    private static JsonNode contract(String name) throws Exception {
        try (InputStream in = ContractTest.class.getResourceAsStream("/contract/" + name + ".json")) {
            return JSON.readTree(in);
        }
    }

    /** What the served description says of a reply. */
    private JsonNode described(String path, String method, int status) throws Exception {
        JsonNode document = server.get("/api/openapi.json").body();
        JsonNode operation = document.at("/paths").path(path).path(method.toLowerCase(java.util.Locale.ROOT));
        JsonNode schema = operation
                .path("responses")
                .path(String.valueOf(status))
                .path("content")
                .path("application/json")
                .path("schema");
        assertTrue(schema.has("$ref"), method + " " + path + " " + status + " is not described");
        ObjectNode whole = JSON.createObjectNode();
        whole.put("$ref", schema.get("$ref").asText());
        whole.set("components", document.get("components"));
        return whole;
    }

    private static String problems(JsonNode schema, JsonNode value) {
        return SCHEMAS.getSchema(schema).validate(value).stream()
                .map(error -> error.getInstanceLocation() + ": " + error.getMessage())
                .collect(Collectors.joining("; "));
    }

    /** A schema that takes anything would prove nothing. */
    @Test
    void theSchemasRefuseWhatLacksAKeyOrHasOneTooMany() throws Exception {
        ObjectNode health = (ObjectNode) server.get("/api/health/").body();
        assertEquals("", problems(contract("health"), health));
        health.put("more", 1);
        assertTrue(problems(contract("health"), health).contains("more"));
        health.remove(List.of("more", "version"));
        assertTrue(problems(contract("health"), health).contains("version"));
    }

    @Test
    void theDescriptionHasThePathsOfTheContractAndNoOther() throws Exception {
        JsonNode document = server.get("/api/openapi.json").body();
        assertEquals("3.1.0", document.get("openapi").asText());
        Map<String, String> described = new TreeMap<>();
        document.get("paths").properties().forEach(path -> {
            List<String> methods = new ArrayList<>();
            path.getValue().fieldNames().forEachRemaining(methods::add);
            described.put(path.getKey(), String.join(",", methods));
        });
        assertEquals(
                new TreeMap<>(Map.of(
                        "/api/health/", "get",
                        "/api/status/", "get",
                        "/api/phi-metadata/", "post",
                        "/api/phi-metadata/patient/", "post",
                        "/api/phi-metadata/study/", "post",
                        "/api/phi-metadata/series/", "post",
                        "/api/phi-metadata/patient/batch/", "post",
                        "/api/phi-metadata/study/batch/", "post",
                        "/api/phi-metadata/series/batch/", "post")),
                described);
        TreeSet<String> dangling = new TreeSet<>();
        document.findValuesAsText("$ref").forEach(reference -> {
            if (document.at(reference.substring(1)).isMissingNode()) {
                dangling.add(reference);
            }
        });
        assertEquals(new TreeSet<>(), dangling);
    }

    @Test
    void pathsWorkWithoutTheSlashAtTheirEndToo() throws Exception {
        assertEquals(200, server.get("/api/health").status());
        assertEquals(200, server.post("/api/phi-metadata", STUDY).status());
        assertEquals(404, server.get("/api/").status());
        assertEquals(404, server.get("/api").status());
        assertEquals(404, server.get("/api/health//").status());
        assertEquals(404, server.post("/api/phi-metadata/none/", STUDY).status());
    }

    @Test
    void aMethodThatAPathDoesNotHaveIsToldSo() throws Exception {
        ApiServer.Reply reply = server.get("/api/phi-metadata/");
        assertEquals(405, reply.status());
        assertEquals("POST, OPTIONS", reply.header("Allow"));
        assertEquals(405, server.post("/api/health/", "{}").status());
        assertEquals(
                405, server.send("DELETE", "/api/phi-metadata/", null, Map.of()).status());
        ApiServer.Reply head = server.send("HEAD", "/api/health/", null, Map.of());
        assertEquals(200, head.status());
        assertTrue(head.body().isMissingNode());
    }

    @Test
    void allOfAStudyIsTold() throws Exception {
        JsonNode body = server.post("/api/phi-metadata/", STUDY).body();
        assertEquals(JSON.readTree("""
                        {"study_instance_uid":"2.25.1","patient_name":"ANON-0123456789AB","patient_id":"ANON-0123456789AB",
                         "patient_phi":{"PatientName":"Sample^Anna","PatientID":"HH-0815","PatientBirthDate":"19600102","OtherPatientIDs":"A\\\\B"},
                         "study_phi":{"StudyInstanceUID":"1.2.276.1","StudyDate":"20260102","StudyTime":"101112","AccessionNumber":"ACC-1"},
                         "series_phi":[{"series_instance_uid":"2.25.11","series_number":1,"modality":"CT","phi_metadata":{"SeriesDescription":"Sample of Anna"}},
                                       {"series_instance_uid":"2.25.12","series_number":null,"modality":"SR","phi_metadata":{}}],
                         "original_patient_name":"Sample^Anna","original_patient_id":"HH-0815","study_date":"20260102","study_time":"101112",
                         "study_description":"","accession_number":"ACC-1","status":"complete","series_count":2}"""), body);
    }

    @Test
    void aPatientIsFoundByAnEarlierPseudonymToo() throws Exception {
        JsonNode body = server.post(
                        "/api/phi-metadata/patient/", "{\"anonymous_patient_id\":\"" + FakeDirectory.EARLIER + "\"}")
                .body();
        assertEquals(FakeDirectory.EARLIER, body.get("anonymous_patient_id").asText(), "what the caller knows");
        assertEquals("HH-0815", body.get("original_patient_id").asText());
    }

    @Test
    void aBatchTellsWhatWasNotFound() throws Exception {
        JsonNode body = server.post(
                        "/api/phi-metadata/study/batch/",
                        "{\"study_instance_uids\":[\"2.25.7\",\"2.25.1\",\"2.25.1\",\"2.25.8\"]}")
                .body();
        assertEquals(1, body.get("results").size());
        assertEquals("2.25.1", body.at("/results/0/study_instance_uid").asText());
        assertEquals(1, body.get("total").asInt());
        assertEquals(4, body.get("requested").asInt());
        assertEquals("[\"2.25.7\",\"2.25.8\"]", body.get("not_found").toString());
    }

    @Test
    void theStatusCountsNodesThatWereNotAskedYetAsUnreachable() throws Exception {
        JsonNode body = server.get("/api/status/").body();
        assertEquals(JSON.readTree("{\"total\":4,\"active\":3,\"reachable\":1,\"unreachable\":2}"), body.get("nodes"));
        assertEquals(JSON.readTree("{\"sessions\":12,\"scans\":34}"), body.get("database"));
        assertEquals(JSON.readTree("{\"name\":\"jane.doe\",\"verified\":false}"), body.get("user"));
        assertEquals("private", body.at("/dicom/mode").asText());
        assertEquals(5, body.get("recent_activity").size());
        assertEquals("complete", body.at("/recent_activity/0/status").asText());
        assertEquals("incomplete", body.at("/recent_activity/1/status").asText());
        assertNotNull(body.get("timestamp"));
    }

    @Test
    void fieldErrorsNameTheFieldAndQuoteNothing() throws Exception {
        Map<String, String> expected = Map.of(
                "{\"study_instance_uid\":null}",
                "This field may not be null.",
                "{\"study_instance_uid\":\"  \"}",
                "This field may not be blank.",
                "{\"study_instance_uid\":\"Anna\"}",
                "Not a valid DICOM UID.",
                "{\"study_instance_uid\":\"1..2\"}",
                "Not a valid DICOM UID.",
                "{\"study_instance_uid\":[\"2.25.1\"]}",
                "Not a valid string.",
                "{\"study_instance_uid\":\"" + "1.2".repeat(40) + "\"}",
                "Ensure this field has no more than 64 characters.",
                "{\"study_instance_uids\":[\"2.25.1\"]}",
                "This field is required.");
        Map<String, String> told = new TreeMap<>();
        for (String body : expected.keySet()) {
            JsonNode errors = server.post("/api/phi-metadata/study/", body).body();
            told.put(body, errors.at("/study_instance_uid/0").asText());
        }
        assertEquals(new TreeMap<>(expected), told);
        assertEquals(
                "Item 2: Not a valid DICOM UID.",
                server.post("/api/phi-metadata/series/batch/", "{\"series_instance_uids\":[\"2.25.1\",\"Anna\"]}")
                        .body()
                        .at("/series_instance_uids/0")
                        .asText());
        assertEquals(
                "Expected a list of items.",
                server.post("/api/phi-metadata/series/batch/", "{\"series_instance_uids\":\"2.25.1\"}")
                        .body()
                        .at("/series_instance_uids/0")
                        .asText());
    }
}
