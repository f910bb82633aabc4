package org.sallyport.simulator;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.simulator.UploadForms.SERIES;
import static org.sallyport.simulator.UploadForms.SOPS;
import static org.sallyport.simulator.UploadForms.STUDY;
import static org.sallyport.simulator.UploadForms.SUBJECT;
import static org.sallyport.simulator.UploadForms.entries;
import static org.sallyport.simulator.UploadForms.entry;
import static org.sallyport.simulator.UploadForms.field;
import static org.sallyport.simulator.UploadForms.file;
import static org.sallyport.simulator.UploadForms.part10;
import static org.sallyport.simulator.UploadForms.replace;
import static org.sallyport.simulator.UploadForms.zip;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpRequest.BodyPublisher;
import java.net.http.HttpRequest.BodyPublishers;
import java.net.http.HttpResponse.BodyHandlers;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.function.Consumer;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.MethodSource;
import org.sallyport.simulator.UploadForms.Part;

/** Uploads and other calls over HTTP: what is to the contract is taken, and of all else each thing that is not is a violation. */
@Timeout(120)
class RestTest {

    private static final String PLANTED = "HIDDENQUILL";
    private static final String UPLOAD = "/api/v1/proxy/" + IthSimulator.WORKSPACE + "/archives/upload";
    private static final String FORM = "multipart/form-data; boundary=" + UploadForms.BOUNDARY;

    private static final HttpClient HTTP =
            HttpClient.newBuilder().version(HttpClient.Version.HTTP_1_1).build();

    /** As the tests of the whole have one: with parsers of others, and all identifiers that they plant. */
    private static final FileCheck CHECK = new FileCheck() {
        @Override
        public void check(Path file) throws IOException {
            checkText(Files.readString(file, StandardCharsets.ISO_8859_1));
        }

        @Override
        public void checkText(String text) throws IOException {
            if (text.contains(PLANTED)) {
                throw new IOException("identifier " + PLANTED);
            }
        }
    };

    @TempDir
    private static Path folder;

    private static IthSimulator simulator;

    private int earlierViolations;
    private Map<String, Integer> earlierArrivals = Map.of();
    private int earlierForms;

    @BeforeAll
    static void start() throws IOException {
        simulator = new IthSimulator(folder, CHECK);
    }

    @AfterAll
    static void stop() {
        simulator.close();
    }

    @BeforeEach
    void look() {
        earlierViolations = simulator.violations().size();
        earlierArrivals = simulator.arrivals();
        earlierForms = simulator.forms().size();
    }

    private List<String> violations() {
        List<String> all = simulator.violations();
        return all.subList(earlierViolations, all.size());
    }

    private void assertViolation(String words) {
        List<String> found = violations();
        assertEquals(1, found.size(), found::toString);
        assertTrue(found.get(0).contains(words), found::toString);
    }

    private static HttpRequest.Builder call(String path) {
        return HttpRequest.newBuilder(URI.create(simulator.url() + path)).timeout(Duration.ofSeconds(60));
    }

    private static int status(HttpRequest.Builder call) throws IOException, InterruptedException {
        return HTTP.send(call.build(), BodyHandlers.discarding()).statusCode();
    }

    private static int upload(String type, BodyPublisher body) throws IOException, InterruptedException {
        return status(call(UPLOAD)
                .header("X-Proxy-Key", IthSimulator.KEY)
                .header("Content-Type", type)
                .POST(body));
    }

    private static int upload(List<Part> parts) throws IOException, InterruptedException {
        return upload(FORM, BodyPublishers.ofByteArray(UploadForms.body(parts)));
    }

    private void assertTaken(List<Part> parts) throws IOException, InterruptedException {
        assertEquals(201, upload(parts));
        assertEquals(List.of(), violations());
        Map<String, Integer> expected = new TreeMap<>(earlierArrivals);
        SOPS.forEach(sop -> expected.merge(sop, 1, Integer::sum));
        assertEquals(expected, simulator.arrivals());
        assertEquals(earlierForms + 1, simulator.forms().size());
    }

    private void assertNothingArrived() {
        assertEquals(earlierArrivals, simulator.arrivals());
        assertEquals(earlierForms, simulator.forms().size());
    }

    // ---- to the contract

    private static String json(int instances) {
        return "{\"study_uid\":\"" + STUDY + "\",\"study_date\":\"20140621\",\"series_count\":1,\"instances_count\":"
                + instances + "}";
    }

    private static Arguments taken(String name, Consumer<List<Part>> change) {
        return Arguments.of(name, change);
    }

    static Stream<Arguments> whatIsToTheContract() {
        return Stream.of(
                taken("keys", parts -> {}),
                taken("values as JSON", parts -> replace(parts, "metadata", field("metadata", json(2)))),
                taken("no metadata", parts -> replace(parts, "metadata")),
                taken("the second of three", RestTest::asAPart),
                taken(
                        "as long as can be",
                        parts -> replace(parts, "study_description", field("study_description", "ä".repeat(1000)))));
    }

    private static void asAPart(List<Part> parts) {
        replace(parts, "name", field("name", SUBJECT + " - Part 2/3"));
        int last = 0;
        for (int i = 0; i < parts.size(); i++) {
            last = parts.get(i).isNamed("metadata") ? i : last;
        }
        parts.addAll(
                last + 1,
                List.of(
                        field("metadata", "chunk_index"),
                        field("metadata", "total_chunks"),
                        field("metadata", "scan_count")));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void whatIsToTheContract(String name, Consumer<List<Part>> change) throws Exception {
        List<Part> parts = UploadForms.good();
        change.accept(parts);
        assertTaken(parts);
    }

    // ---- and not

    private static Arguments bad(String name, String words, Consumer<List<Part>> change) {
        return Arguments.of(name, words, change);
    }

    private static Arguments badField(String name, String words, String field, String value) {
        return bad(name, words, parts -> replace(parts, field, field(field, value)));
    }

    private static Arguments badZip(String name, String words, byte[] zip) {
        return bad(name, words, parts -> replace(parts, "file", file(zip)));
    }

    private static Arguments badEntry(String name, String words, String entry, byte[] content) {
        Map<String, byte[]> entries = entries();
        entries.put(entry, content);
        return badZip(name, words, zip(entries));
    }

    static Stream<Arguments> whatIsNot() {
        return Stream.of(forms(), values(), metadata(), archives()).flatMap(cases -> cases);
    }

    private static Stream<Arguments> forms() {
        return Stream.of(
                bad("another order", "parts [patient_id, name,", parts -> Collections.swap(parts, 0, 1)),
                bad("the file first", "parts [file, name,", parts -> parts.add(0, parts.remove(parts.size() - 1))),
                bad("a part too few", "parts [name, patient_id, metadata,", parts -> parts.remove(2)),
                bad("no file", "conflict_resolution] instead of", parts -> parts.remove(parts.size() - 1)),
                bad(
                        "a part too many",
                        "parts [name, patient_id, study_description, comment",
                        parts -> parts.add(3, field("comment", "x"))),
                bad("a part twice", "name comes twice", parts -> parts.add(1, field("name", SUBJECT))),
                bad(
                        "metadata apart",
                        "metadata parts do not stand together",
                        parts -> parts.add(parts.size() - 1, field("metadata", "chunk_index"))),
                bad(
                        "a field with a type",
                        "headers [content-disposition, content-type] of name",
                        parts -> parts.set(
                                0,
                                new Part(
                                        parts.get(0).head() + "\r\nContent-Type: text/plain",
                                        parts.get(0).content()))),
                bad(
                        "a header twice",
                        "header content-disposition comes twice",
                        parts -> parts.set(
                                0,
                                new Part(
                                        parts.get(0).head() + "\r\n"
                                                + parts.get(0).head(),
                                        parts.get(0).content()))),
                bad(
                        "a field as a file",
                        "or a field has one",
                        parts -> parts.set(
                                0, new Part(parts.get(0).head() + "; filename=\"" + SUBJECT + "\"", new byte[0]))),
                bad("a file as a field", "the file has no name", parts -> replace(parts, "file", field("file", "x"))),
                bad("no disposition", "Content-Disposition: ", parts -> parts.set(0, new Part("X: y", new byte[0]))),
                bad(
                        "another type of the file",
                        "the file's type is application/octet-stream",
                        parts -> replace(
                                parts,
                                "file",
                                file(SUBJECT + "_" + STUDY + ".zip", "application/octet-stream", zip(entries())))),
                bad(
                        "no UTF-8",
                        "a field is no UTF-8",
                        parts -> parts.set(2, new Part(parts.get(2).head(), new byte[] {(byte) 0xE4}))));
    }

    private static Stream<Arguments> values() {
        return Stream.of(
                badField("a name as it was", "/name: ", "name", "Quillonette^Zephyrine"),
                badField("an id as it was", "/patient_id: ", "patient_id", "PATID-7"),
                badField("another patient's name", "do not belong together", "name", "ANON-0123456789AC"),
                badField("a name that is too long", "/name: ", "name", "ANON-" + "A".repeat(251)),
                badField("a description that is empty", "/study_description: ", "study_description", ""),
                badField(
                        "a description that is too long",
                        "/study_description: ",
                        "study_description",
                        "x".repeat(1001)),
                badField("a field without end", "longer than 100000", "study_description", "x".repeat(100_500)),
                badField("an identifier in a field", "identifier " + PLANTED, "study_description", "CT of " + PLANTED),
                badField("another rule", "/conflict_resolution: ", "conflict_resolution", "overwrite"),
                badField("a part beyond the last", "part 3 of 2", "name", SUBJECT + " - Part 3/2"),
                bad(
                        "another file name",
                        "does not name patient and study",
                        parts -> replace(
                                parts, "file", file(SUBJECT + "_2.25.9.zip", "application/zip", zip(entries())))),
                bad(
                        "a file name with folders",
                        "/file: ",
                        parts -> replace(
                                parts,
                                "file",
                                file("../" + SUBJECT + "_" + STUDY + ".zip", "application/zip", zip(entries())))));
    }

    private static Stream<Arguments> metadata() {
        return Stream.of(
                bad("a value among the keys", "/metadata: ", parts -> parts.set(3, field("metadata", STUDY))),
                bad(
                        "a key with its value",
                        "/metadata: ",
                        parts -> parts.set(3, field("metadata", "study_uid=" + STUDY))),
                bad("a key too few", "/metadata: ", parts -> parts.remove(6)),
                bad("the keys of a part", "metadata [study_uid,", parts -> {
                    asAPart(parts);
                    replace(parts, "name", field("name", SUBJECT));
                }),
                bad(
                        "a part without them",
                        "metadata [study_uid,",
                        parts -> replace(parts, "name", field("name", SUBJECT + " - Part 1/2"))),
                badField("no JSON", "JsonParseException", "metadata", "{study_uid}"),
                badField("another number", "metadata {", "metadata", json(3)),
                badField("another study", "metadata {", "metadata", json(2).replace(STUDY, "2.25.8")),
                badField("a number as text", "metadata {", "metadata", json(2).replace(":1,", ":\"1\",")),
                badField("another key", "metadata {", "metadata", json(2).replace("series_count", "number_of_series")),
                badField(
                        "a key more",
                        "metadata {",
                        "metadata",
                        json(2).replace("{", "{\"patient_name\":\"" + SUBJECT + "\",")));
    }

    private static Stream<Arguments> archives() {
        byte[] damaged = zip(entries());
        int pixels = new String(damaged, StandardCharsets.ISO_8859_1).indexOf("pixels");
        damaged[pixels] ^= 1;
        byte[] more = "no DICOM file at all".repeat(20).getBytes(StandardCharsets.US_ASCII);
        return Stream.of(
                badZip("no ZIP", "ZipException", more),
                badZip("half a ZIP", "ZipException", Arrays.copyOf(damaged, damaged.length / 2)),
                badZip("an empty ZIP", "not exactly one study", zip(Map.of())),
                badZip("a changed byte", "is damaged: length or CRC-32 differs", damaged),
                badEntry("an entry that climbs", "is not named", "../../climbed.dcm", part10("2.25.5", "")),
                badEntry("a rooted entry", "is not named", "/tmp/climbed.dcm", part10("2.25.5", "")),
                badEntry("another form of name", "is not named", STUDY + "/" + SERIES + "/1.dcm", part10("1", "")),
                badEntry("a folder", "is not named", "2_25_1001/", new byte[0]),
                badEntry(
                        "another study",
                        "not exactly one study",
                        entry("2.25.1002", SERIES, "2.25.5"),
                        part10("2.25.5", "")),
                badEntry("no DICOM", "is no DICOM file", entry(STUDY, SERIES, "2.25.5"), more),
                badEntry(
                        "a DICOM file's beginning",
                        "is no DICOM file: it ends in its head",
                        entry(STUDY, SERIES, "2.25.5"),
                        Arrays.copyOf(part10("2.25.5", ""), 180)),
                badEntry(
                        "another instance",
                        "2.25.5.dcm holds the SOP instance 2.25.6",
                        entry(STUDY, SERIES, "2.25.5"),
                        part10("2.25.6", "")),
                badEntry(
                        "an identifier in an image",
                        "identifier " + PLANTED,
                        entry(STUDY, SERIES, "2.25.5"),
                        part10("2.25.5", "of " + PLANTED)));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void whatIsNot(String name, String words, Consumer<List<Part>> change) throws Exception {
        List<Part> parts = UploadForms.good();
        change.accept(parts);
        assertEquals(400, upload(parts));
        assertViolation(words);
        assertNothingArrived();
    }

    @Test
    void aBodyHasToBeExactlyTheForm() throws Exception {
        byte[] body = UploadForms.body(UploadForms.good());
        List<byte[]> bodies = new ArrayList<>();
        bodies.add(Arrays.copyOf(body, body.length + 1));
        bodies.add(Arrays.copyOf(body, body.length - 3));
        bodies.add(Arrays.copyOf(body, body.length / 2));
        bodies.add(Arrays.copyOfRange(body, 1, body.length));
        for (byte[] one : bodies) {
            assertEquals(400, upload(FORM, BodyPublishers.ofByteArray(one)));
        }
        assertEquals(bodies.size(), violations().size(), violations()::toString);
        assertNothingArrived();
    }

    @Test
    void theLengthIsToldBeforehandAndTheTypeIsThatOfAForm() throws Exception {
        byte[] body = UploadForms.body(UploadForms.good());
        assertEquals(400, upload(FORM, BodyPublishers.ofInputStream(() -> new ByteArrayInputStream(body))));
        assertViolation("no Content-Length");
        look();
        assertEquals(400, upload("application/zip", BodyPublishers.ofByteArray(body)));
        assertViolation("Content-Type application/zip");
        look();
        assertEquals(400, upload(FORM + "x", BodyPublishers.ofByteArray(body)));
        assertViolation("expected --");
        assertNothingArrived();
    }

    // ---- other calls

    @Test
    void everyCallBringsTheKeyAndNothingElse() throws Exception {
        String configuration = "/api/v1/proxy/configuration";
        assertEquals(200, status(call(configuration).header("X-Proxy-Key", IthSimulator.KEY)));
        assertEquals(List.of(), violations());
        assertEquals(401, status(call(configuration)));
        assertViolation("without the key or with a wrong one");
        look();
        assertEquals(401, status(call(configuration).header("X-Proxy-Key", "another")));
        assertViolation("without the key or with a wrong one");
        look();
        assertEquals(
                200,
                status(call(configuration)
                        .header("X-Proxy-Key", IthSimulator.KEY)
                        .header("Authorization", "Bearer " + IthSimulator.KEY)));
        assertViolation("with Authorization beside the key");
        look();
        assertEquals(
                401,
                status(call(UPLOAD)
                        .header("X-Proxy-Key", "another")
                        .header("Content-Type", FORM)
                        .POST(BodyPublishers.ofByteArray(UploadForms.body(UploadForms.good())))));
        assertViolation("without the key or with a wrong one");
        assertNothingArrived();
    }

    @ParameterizedTest
    @CsvSource({
        "/api/v1/proxy/ws-0815/nonsense, 404, unknown call",
        "/api/v1/proxy/ws-0816/subjects, 404, unknown call",
        "/api/v1/proxy/configuration/, 404, unknown call",
        "/api/v1/proxy/ws-0815/subjects/sub-x/download, 404, without compression_format=zip",
        "/api/v1/proxy/ws-0815/sessions/ses-x/download?compression_format=zip&compression_level=6, 404,"
                + " without a proper subject_id",
        "/api/v1/proxy/ws-0815/scans?subject_id=sub-x, 200, without a proper session_id",
        "/api/v1/proxy/ws-0815/scans?session_id=ses-x, 200, without a proper subject_id",
    })
    void aCallThatIsNotInTheContract(String path, int status, String words) throws Exception {
        assertEquals(status, status(call(path).header("X-Proxy-Key", IthSimulator.KEY)));
        assertViolation(words);
    }

    @Test
    void aPersonCallsWithATokenAndNotWithTheKey() throws Exception {
        String asked = "/api/v1/workspaces/" + IthSimulator.WORKSPACE + "/proxies/" + IthSimulator.PROXY;
        simulator.admits("person");
        String whole = asked + "?include_user_info=true";
        assertEquals(200, status(call(whole).header("Authorization", "Bearer person")));
        assertEquals(401, status(call(whole).header("Authorization", "Bearer other")));
        assertEquals(List.of(), violations());
        status(call(asked).header("Authorization", "Bearer person"));
        assertViolation("without include_user_info=true");
        look();
        status(call(whole).header("Authorization", "Bearer person").header("X-Proxy-Key", IthSimulator.KEY));
        assertViolation("a person's call with the gateway's key");
    }

    @Test
    void whatThePageIsAskedToPushAndIsNoEventIsRefused() throws Exception {
        HttpRequest request = HttpRequest.newBuilder(URI.create(simulator.url() + "/push"))
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(BodyPublishers.ofString("type=session.mislaid&subject=1&study=2&nodes=pacs"))
                .build();
        assertEquals(400, HTTP.send(request, BodyHandlers.discarding()).statusCode());
    }
}
