package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;

import java.io.IOException;
import java.time.Clock;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.testkit.RawHttpServer;

/** Against a server that answers what each test has it answer, in that order; one question more than that fails the test. */
@Timeout(60)
class SynchronisationTest {

    private static final String OURS = "2.25.1";
    private static final String OUR_SERIES = "2.25.11";
    private static final String FROM_BEFORE = "1.2.3.4";
    private static final String PSEUDONYM = "ANON-0123456789AB";

    private final RawHttpServer backEnd = new RawHttpServer();
    private final IthSettings settings = Configurations.settings(Map.of("url", backEnd.url() + "/ith"));
    private final IthHttp http = new IthHttp(settings, Clock.systemUTC());
    private final FakeGateway gateway = new FakeGateway();
    private final Map<String, RemoteStudies.Held> put = new TreeMap<>();
    private final List<Boolean> ended = new CopyOnWriteArrayList<>();
    private volatile @Nullable String workspace = "ws-1";
    private volatile boolean withIdentity;
    private Synchronisation synchronisation;

    SynchronisationTest() throws IOException {}

    @BeforeEach
    void open() {
        gateway.finder = FakeGateway.partly(
                StudyFinder.class,
                Map.of(
                        "firstOfSeries", uid -> uid.get(0).equals(OURS) ? List.of(instance()) : List.of(),
                        "anyOfStudy", uid -> uid.get(0).equals(OURS) ? Optional.of(instance()) : Optional.empty()));
        gateway.remote = FakeGateway.partly(
                RemoteStudies.class,
                Map.of(
                        "put",
                        given -> put.put(
                                ((RemoteStudies.Held) given.get(0)).study().studyInstanceUid(),
                                (RemoteStudies.Held) given.get(0)),
                        "endRound",
                        given -> ended.add((Boolean) given.get(1))));
        PatientRegister register = FakeGateway.partly(
                PatientRegister.class,
                Map.of(
                        "present", name -> name.get(0).equals("P-OLD") ? "P-OLD" : null,
                        // The original UID of the study of ours.
                        "candidates",
                                uid -> uid.get(0).equals("1.2.840.7")
                                        ? List.of(OURS, "1.2.840.7")
                                        : List.of(uid.get(0))));
        Pseudonymizer pseudonymizer = FakeGateway.partly(
                Pseudonymizer.class,
                Map.of(
                        "find",
                        uid -> uid.get(0).equals(FROM_BEFORE)
                                ? Optional.of(
                                        FakeGateway.partly(StudyContext.class, Map.of("pseudonym", none -> "P-OLD")))
                                : Optional.empty()));
        synchronisation = new Synchronisation(
                http,
                settings,
                () -> workspace,
                () -> withIdentity,
                gateway,
                register,
                pseudonymizer,
                Clock.systemUTC());
    }

    @AfterEach
    void close() throws IOException {
        synchronisation.close();
        http.close();
        backEnd.close();
        assertEquals(List.of(), backEnd.troubles());
    }

    private static StoredInstance instance() {
        InstanceFacts facts = new InstanceFacts(
                OURS,
                OUR_SERIES,
                "2.25.111",
                "1.2.840.10008.5.1.4.1.1.2",
                "1.2.840.10008.1.2.1",
                new byte[32],
                "ANON-000000000001",
                1,
                100,
                "CT",
                1,
                1,
                "CT1",
                "GATE",
                "127.0.0.1",
                Instant.EPOCH,
                Map.of());
        return new StoredInstance(facts, UUID.randomUUID(), "pack", 0, 1, 1, new byte[32], 1);
    }

    private static String session(String id, String study, String more) {
        return "{\"session_id\": \"" + id + "\", \"subject_id\": \"sub 1\", \"study_instance_uid\": \"" + study + "\""
                + more + "}";
    }

    private static String session(String id, String study) {
        return session(id, study, "");
    }

    private static RawHttpServer.Behaviour sessions(String... sessions) {
        return answers(200, "{\"sessions\": [" + String.join(",", sessions) + "]}");
    }

    private static RawHttpServer.Behaviour scans(String... scans) {
        return answers(200, "{\"scans\": [" + String.join(",", scans) + "]}");
    }

    private static String scan(String id, String series, String more) {
        return "{\"id\": \"" + id + "\", \"series_instance_uid\": \"" + series + "\"" + more + "}";
    }

    private static RawHttpServer.Behaviour subject(String name) {
        return answers(200, "{\"subject\": {\"label\": \"x\", \"subject_identifier\": " + name + "}}");
    }

    private List<String> asked() {
        return backEnd.requests().stream()
                .map(request -> request.line
                        .substring("GET /ith/api/v1/proxy/ws-1".length())
                        .replace(" HTTP/1.1", ""))
                .toList();
    }

    private String problem() {
        return String.valueOf(
                assertThrows(NotFetchedException.class, synchronisation::round).getMessage());
    }

    @Test
    void whatTheIndexDoesNotKnowIsPutBesideIt() throws Exception {
        backEnd.will(
                sessions(
                        session("s1", OURS),
                        session(
                                "s2",
                                FROM_BEFORE,
                                ", \"date\": \"2019-02-03\", \"time\": \"10:11:12\", \"description\": \"a\\\\b\","
                                        + " \"institution_name\": \"Clinic\", \"scanner\": {\"identifier\": [1]}"),
                        session("s3", "1.2.3.5"),
                        session("s4", "1.2.3.6")),
                scans(
                        scan("1", OUR_SERIES, ", \"scan_number\": \"1\", \"instance_count\": 9"),
                        scan(
                                "2",
                                "1.2.9",
                                ", \"scan_number\": 7, \"instance_count\": 2, \"modality\": \"SR\","
                                        + " \"series_description\": \"made of it\"")),
                scans(scan("3", "1.2.3.4.1", ", \"instance_count\": 3, \"modality\": \"CT\"")),
                scans(scan("4", "1.2.3.5.1", "")),
                subject("\"" + PSEUDONYM + "\""),
                scans(scan("5", "1.2.3.6.1", "")));
        assertTrue(synchronisation.round());
        assertEquals(List.of(true), ended);
        assertEquals(
                List.of(
                        "/sessions",
                        "/scans?subject_id=sub%201&session_id=s1",
                        "/scans?subject_id=sub%201&session_id=s2",
                        "/scans?subject_id=sub%201&session_id=s3",
                        "/subjects/sub%201",
                        "/scans?subject_id=sub%201&session_id=s4"),
                asked(),
                "whose a session is is asked once, and only if nothing is known of it here");
        RemoteStudies.Held ours = put.get(OURS);
        assertEquals(
                List.of(new RemoteStudies.Series(
                        "1.2.9", OURS, new ScanPlace("2", "s1", "sub 1").text(), 7, "made of it", "SR", 2)),
                ours == null ? null : ours.series());
        RemoteStudies.Held before = put.get(FROM_BEFORE);
        assertEquals(
                new RemoteStudies.Study(FROM_BEFORE, "P-OLD", "20190203", "101112", "a b"),
                before == null ? null : before.study());
        RemoteStudies.Held unknown = put.get("1.2.3.5");
        assertEquals(
                new RemoteStudies.Held(
                        new RemoteStudies.Study("1.2.3.5", PSEUDONYM, null, null, null),
                        List.of(new RemoteStudies.Series(
                                "1.2.3.5.1",
                                "1.2.3.5",
                                new ScanPlace("4", "s3", "sub 1").text(),
                                null,
                                null,
                                "OT",
                                1))),
                unknown);
        assertEquals(4, put.size());
    }

    @Test
    void whatMayCarryIdentityIsNotTaken() throws Exception {
        backEnd.will(
                // Uploaded with identity: here it is known by another UID.
                sessions(session("s1", "1.2.840.7"), session("s2", "1.2.3.5"), session("s3", "1.2.3.6")),
                scans(scan("4", "1.2.3.5.1", "")),
                subject("\"MILLER^JOHN\""),
                scans(scan("5", "1.2.3.6.1", "")));
        assertTrue(synchronisation.round());
        assertEquals(Map.of(), put);
        withIdentity = true;
        assertEquals("uploads carry identity, so that what it lists may too", problem());
    }

    @Test
    void nothingIsAskedBeforeThereWasAConfiguration() throws Exception {
        workspace = null;
        assertEquals(false, synchronisation.round());
        assertEquals(List.of(), ended);
    }

    @Test
    void malformedEntriesArePassedOverAndSpoilNothing() throws Exception {
        String long1 = "x".repeat(2_000);
        backEnd.will(
                sessions(
                        "{}",
                        session("s0", "no uid"),
                        session("s0", "1.02.3"),
                        session("s\\n0", "1.2.3"),
                        session(long1, "1.2.3"),
                        "{\"session_id\": [\"s0\"], \"subject_id\": {\"a\": [{}]}, \"study_instance_uid\": \"1.2.3\"}",
                        "{\"session_id\": null, \"subject_id\": \"sub 1\", \"study_instance_uid\": \"1.2.3\"}",
                        session(
                                "s1",
                                FROM_BEFORE,
                                ", \"date\": \"2019-02-31\", \"time\": \"25:00:00\", \"description\": {\"x\": 1}")),
                scans(
                        "{}",
                        scan("1", "none", ""),
                        scan("", "1.2.3.4.1", ""),
                        scan("2", "1.2.3.4.2", ", \"instance_count\": 0"),
                        scan(
                                "3",
                                "1.2.3.4.3",
                                ", \"instance_count\": \"many\", \"scan_number\": 99999999999999,"
                                        + " \"modality\": \"<b>\", \"series_description\": \"" + long1 + "\""),
                        scan("4", "1.2.3.4.4", ", \"instance_count\": 999999999, \"scan_number\": -1.5"),
                        scan("4", "1.2.3.4.4", ", \"instance_count\": 4")));
        assertTrue(synchronisation.round());
        RemoteStudies.Held held = put.get(FROM_BEFORE);
        String place = new ScanPlace("3", "s1", "sub 1").text();
        assertEquals(
                new RemoteStudies.Held(
                        new RemoteStudies.Study(FROM_BEFORE, "P-OLD", null, null, null),
                        List.of(
                                new RemoteStudies.Series("1.2.3.4.3", FROM_BEFORE, place, null, null, "OT", 1),
                                new RemoteStudies.Series(
                                        "1.2.3.4.4",
                                        FROM_BEFORE,
                                        new ScanPlace("4", "s1", "sub 1").text(),
                                        null,
                                        null,
                                        "OT",
                                        4))),
                held);
        assertEquals(1, put.size());
    }

    @Test
    void whatIsNoListRemovesNothing() throws Exception {
        Map<String, RawHttpServer.Behaviour> troubles = new TreeMap<>(Map.of(
                "the back end's list of sessions is missing from its answer",
                answers(200, "{\"sessions\": {\"session_id\": \"s1\"}}"),
                "the back end's list of sessions is no JSON object",
                answers(200, "[]"),
                "the back end's list of sessions is no JSON",
                answers(200, "{\"sessions\": [{\"a\": " + "[".repeat(5_000)),
                "the back end's list of sessions holds what is none",
                answers(200, "{\"sessions\": [\"s1\"]}"),
                "the back end answered 503 to the list of sessions",
                answers(503, "away"),
                "the back end's list of sessions goes on at another server",
                answers(200, "{\"sessions\": [], \"next\": \"//other.example/\"}"),
                "the back end's list of sessions goes on at an address of more than 2048 characters",
                answers(200, "{\"sessions\": [], \"next\": \"?page=" + "1".repeat(2_048) + "\"}")));
        for (Map.Entry<String, RawHttpServer.Behaviour> trouble : troubles.entrySet()) {
            backEnd.will(trouble.getValue());
            assertEquals(trouble.getKey(), problem());
        }
        assertEquals(List.of(), ended);
    }

    @Test
    void pagesThatGoInACircleEnd() throws Exception {
        backEnd.will(
                answers(200, "{\"sessions\": [], \"next\": \"?page=2\"}"),
                answers(200, "{\"sessions\": [], \"next\": \"?page=3\"}"),
                answers(200, "{\"sessions\": [], \"next\": \"?page=2\"}"));
        assertEquals("the back end's list of sessions does not end", problem());
        assertEquals(List.of("/sessions", "/sessions?page=2", "/sessions?page=3"), asked());
    }

    @Test
    void aSessionThatCannotBeAskedForDoesNotKeepTheOthersFromBeingFoundAndNothingIsRemovedThen() throws Exception {
        backEnd.will(
                sessions(session("s1", FROM_BEFORE), session("s2", OURS)),
                answers(500, "broken"),
                scans(scan("2", "1.2.9", "")));
        assertTrue(synchronisation.round());
        assertEquals(List.of(false), ended);
        assertEquals(List.of(OURS), List.copyOf(put.keySet()));
    }

    @Test
    void aBackEndThatGoesAwayAmidARoundRemovesNothing() throws Exception {
        backEnd.will(
                answers(200, "{\"sessions\": [" + session("s1", FROM_BEFORE) + "], \"next\": \"?page=2\"}"),
                scans(scan("1", "1.2.3.4.1", "")),
                answers(503, "away"));
        assertEquals("the back end answered 503 to the list of sessions", problem());
        assertEquals(List.of(false), ended);
        assertEquals(1, put.size());
    }

    @Test
    void whoAsksIsInterruptedWhenTheGatewayStops() throws Exception {
        backEnd.will(backEnd.stalls());
        FutureTask<Boolean> task = new FutureTask<>(synchronisation::round);
        new Thread(task, "asks").start();
        assertTrue(backEnd.stalled.await(30, TimeUnit.SECONDS));
        synchronisation.close();
        Exception thrown = assertThrows(Exception.class, () -> task.get(30, TimeUnit.SECONDS));
        assertTrue(thrown.getCause() instanceof InterruptedException, String.valueOf(thrown.getCause()));
    }
}
