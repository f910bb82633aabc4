package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.MessageDigest;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Random;
import java.util.UUID;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicLong;
import java.util.stream.Stream;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.store.ImageFetcher.Waiting;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteImages;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.testkit.RawHttpServer;

/** Against a server that answers what each test has it answer, in that order; one question more than that fails the test. */
@Timeout(60)
class FetchedStudiesTest {

    private static final Waiting PATIENT = () -> {};
    private static final String STUDY = "2.25.1";
    private static final String LIST = "/api/v1/proxy/ws-1/sessions";

    @TempDir
    Path folder;

    private final RawHttpServer backEnd = new RawHttpServer();
    private final AtomicLong now = new AtomicLong();
    private final IthSettings settings =
            Configurations.settings(Map.of("url", backEnd.url() + "/ith", "min$_$free", 0, "keep$_$fetched", 10));
    private final IthHttp http = new IthHttp(settings, Clock.systemUTC());
    private volatile @Nullable String workspace = "ws-1";
    private FetchedStudies fetched;

    FetchedStudiesTest() throws IOException {}

    @BeforeEach
    void open() throws IOException {
        Path own = Files.createDirectories(folder.resolve("fetched"));
        Files.writeString(own.resolve("7.instances"), "left behind by a crash");
        fetched = new FetchedStudies(http, settings, () -> workspace, own, now::get);
        assertEquals(List.of(), files());
    }

    @AfterEach
    void close() throws IOException {
        fetched.close();
        http.close();
        backEnd.close();
        assertEquals(List.of(), files());
        assertEquals(List.of(), backEnd.troubles());
    }

    private List<String> files() throws IOException {
        try (Stream<Path> all = Files.list(folder.resolve("fetched"))) {
            return all.map(path -> String.valueOf(path.getFileName())).sorted().toList();
        }
    }

    private static byte[] image(int number) {
        byte[] bytes = new byte[5_000];
        new Random(number).nextBytes(bytes);
        System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, bytes, 128, 4);
        return bytes;
    }

    private static StoredInstance cleanedUp(String study, int number) throws Exception {
        InstanceFacts facts = new InstanceFacts(
                study,
                study + ".1",
                study + ".1." + number,
                "1.2.840.10008.5.1.4.1.1.2",
                "1.2.840.10008.1.2.1",
                new byte[32],
                "ANON-0123456789AB",
                1,
                100,
                "CT",
                1,
                number,
                "CT1",
                "GATE",
                "127.0.0.1",
                Instant.EPOCH,
                Map.of());
        byte[] sha256 = MessageDigest.getInstance("SHA-256").digest(image(number));
        return new StoredInstance(
                facts,
                UUID.randomUUID(),
                "pack",
                0,
                5_000,
                0,
                sha256,
                1,
                StoredInstance.Presence.CLEANED_UP,
                "identity",
                0);
    }

    private static RawHttpServer.Behaviour archive(int... numbers) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (int number : numbers) {
                zip.putNextEntry(new ZipEntry(number + ".dcm"));
                zip.write(image(number));
                zip.closeEntry();
            }
        }
        return RawHttpServer.archive(bytes.toByteArray());
    }

    private static String session(String id, String study) {
        return "{\"session_id\": \"" + id + "\", \"subject_id\": \"sub 1\", \"scanner\": {\"identifier\": [1, {}]},"
                + " \"study_instance_uid\": \"" + study + "\", \"date\": null}";
    }

    private static RawHttpServer.Behaviour sessions(String... sessions) {
        return answers(200, "{\"count\": 3, \"sessions\": [" + String.join(",", sessions) + "], \"next\": null}");
    }

    private byte[] fetch(int number) throws Exception {
        return fetch(STUDY, number);
    }

    private byte[] fetch(String study, int number) throws Exception {
        try (InputStream in = fetched.fetch(cleanedUp(study, number), PATIENT)) {
            return in.readAllBytes();
        }
    }

    private String refusal(int number) {
        return String.valueOf(
                assertThrows(NotFetchedException.class, () -> fetch(number)).getMessage());
    }

    private List<String> asked() {
        return backEnd.requests().stream()
                .map(request -> request.line.substring("GET /ith".length()).replace(" HTTP/1.1", ""))
                .toList();
    }

    @Test
    void oneDownloadServesAllImagesOfAStudy() throws Exception {
        backEnd.will(sessions(session("s 9", "2.25.9"), session("s 1", STUDY)), archive(1, 2, 3));
        for (int number = 1; number <= 3; number++) {
            assertArrayEquals(image(number), fetch(number));
        }
        assertEquals(
                List.of(
                        LIST,
                        "/api/v1/proxy/ws-1/sessions/s%201/download?compression_format=zip&compression_level=6"
                                + "&subject_id=sub%201"),
                asked());
        assertEquals(Configurations.TOKEN, backEnd.requests().get(0).headers.get("X-Proxy-Key"));
        assertEquals(List.of("1.instances"), files(), "the archive itself is not kept");
    }

    @Test
    void allWhoAskMeanwhileShareIt() throws Exception {
        CountDownLatch asked = new CountDownLatch(4);
        RawHttpServer.Behaviour answer = archive(1, 2, 3, 4);
        backEnd.will(sessions(session("s1", STUDY)), request -> {
            assertTrue(asked.await(30, TimeUnit.SECONDS));
            answer.on(request);
        });
        List<FutureTask<byte[]>> tasks = new ArrayList<>();
        for (int number = 1; number <= 4; number++) {
            StoredInstance instance = cleanedUp(STUDY, number);
            // Each has waited before there is an answer.
            AtomicInteger ticks = new AtomicInteger();
            FutureTask<byte[]> task = new FutureTask<>(() -> {
                try (InputStream in = fetched.fetch(instance, () -> {
                    if (ticks.getAndIncrement() == 0) {
                        asked.countDown();
                    }
                })) {
                    return in.readAllBytes();
                }
            });
            tasks.add(task);
            new Thread(task, "asks-" + number).start();
        }
        for (int number = 1; number <= 4; number++) {
            assertArrayEquals(image(number), tasks.get(number - 1).get(30, TimeUnit.SECONDS));
        }
        assertEquals(2, backEnd.requests().size());
    }

    @Test
    void itIsKeptForAWhileAndWhoReadsReadsOn() throws Exception {
        backEnd.will(sessions(session("s1", STUDY)), archive(1));
        try (InputStream begun = fetched.fetch(cleanedUp(STUDY, 1), PATIENT)) {
            now.addAndGet(Duration.ofMinutes(9).toNanos());
            assertArrayEquals(image(1), fetch(1));
            now.addAndGet(Duration.ofMinutes(11).toNanos());
            backEnd.will(sessions(session("s1", STUDY)), archive(1));
            assertArrayEquals(image(1), fetch(1));
            assertEquals(4, backEnd.requests().size());
            assertEquals(List.of("2.instances"), files());
            assertArrayEquals(image(1), begun.readAllBytes());
        }
    }

    @Test
    void aStudyThatWentUpInPartsComesFromAllOfThem() throws Exception {
        backEnd.will(sessions(session("s1", STUDY), session("s2", STUDY)), archive(1), archive(2));
        assertArrayEquals(image(2), fetch(2));
        assertArrayEquals(image(1), fetch(1));
    }

    @Test
    void whatIsNotEqualToWhatWasDeliveredIsNotGiven() throws Exception {
        backEnd.will(sessions(session("s1", STUDY)), archive(1, 2));
        assertEquals("the back end does not have it as it was delivered", refusal(3));
        assertArrayEquals(image(2), fetch(2));
    }

    @Test
    void aSeriesThatOnlyTheBackEndHoldsComesByItsScan() throws Exception {
        RemoteStudies.Series series = new RemoteStudies.Series(
                "1.2.9", STUDY, new ScanPlace("scan 7", "s 1", "sub 1").text(), 7, null, "SR", 2);
        backEnd.will(archive(1, 2));
        List<RemoteImages.RemoteImage> images = fetched.fetch(series, PATIENT);
        assertEquals(2, images.size());
        for (int number = 1; number <= 2; number++) {
            try (InputStream in = images.get(number - 1).open(PATIENT)) {
                assertArrayEquals(image(number), in.readAllBytes());
            }
        }
        assertEquals(
                List.of("/api/v1/proxy/ws-1/scans/scan%207/download?compression_format=zip&compression_level=6"
                        + "&subject_id=sub%201&session_id=s%201"),
                asked());
        // One that is opened so late that it was given up is fetched once more.
        now.addAndGet(Duration.ofMinutes(11).toNanos());
        backEnd.will(archive(1, 2));
        try (InputStream in = images.get(1).open(PATIENT)) {
            assertArrayEquals(image(2), in.readAllBytes());
        }
        RemoteStudies.Series nowhere = new RemoteStudies.Series("1.2.9", STUDY, "nowhere", 7, null, "SR", 2);
        assertThrows(NotFetchedException.class, () -> fetched.fetch(nowhere, PATIENT));
        assertEquals(2, backEnd.requests().size());
    }

    @Test
    void aFailureIsToldAtOnceToAllWhoAskSoonAndTriedAgainLater() throws Exception {
        backEnd.will(answers(503, "away"));
        for (int number = 1; number <= 3; number++) {
            assertEquals("the back end answered 503 to the list of sessions", refusal(number));
        }
        assertEquals(1, backEnd.requests().size());
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        backEnd.will(sessions(session("s1", STUDY)), archive(1));
        assertArrayEquals(image(1), fetch(1));
    }

    @Test
    void whateverElseGoesWrongIsSaid() throws Exception {
        workspace = null;
        assertEquals("the workspace is not known: there was no configuration yet", refusal(1));
        workspace = "ws-1";
        Map<String, List<RawHttpServer.Behaviour>> troubles = Map.of(
                "the back end does not have the study",
                List.of(sessions(session("s1", "2.25.9"))),
                "the back end's list of sessions is no JSON",
                List.of(answers(200, "{\"sessions\": [{]}")),
                "the back end's list of sessions is no JSON object",
                List.of(answers(200, "[]")),
                "the back end answered the download with 404",
                List.of(sessions(session("s1", STUDY)), answers(404, "gone")),
                "the archive is wrong: it is no ZIP, or cut off",
                List.of(sessions(session("s1", STUDY)), answers(200, "<html>no archive</html>")));
        for (Map.Entry<String, List<RawHttpServer.Behaviour>> trouble : troubles.entrySet()) {
            now.addAndGet(Duration.ofSeconds(31).toNanos());
            trouble.getValue().forEach(backEnd::will);
            assertEquals(trouble.getKey(), refusal(1));
            assertEquals(List.of(), files(), trouble.getKey());
        }
        now.addAndGet(Duration.ofSeconds(31).toNanos());
        backEnd.close();
        assertTrue(refusal(1).startsWith("the back end does not answer ("), "and when it is away");
    }

    @Test
    void aListOfSeveralPagesIsReadToItsEnd() throws Exception {
        backEnd.will(
                answers(200, "{\"sessions\": [], \"next\": \"?page=2\"}"),
                answers(200, "{\"sessions\": [], \"next\": \"" + settings.base() + LIST + "?page=3\"}"),
                sessions(session("s1", STUDY)),
                archive(1));
        assertArrayEquals(image(1), fetch(1));
        assertEquals(List.of(LIST, LIST + "?page=2", LIST + "?page=3"), asked().subList(0, 3));
    }

    @Test
    void theKeyGoesToNobodyElse() throws Exception {
        for (String next : List.of("http://127.0.0.1:1/ith" + LIST, "//other.example/", "/elsewhere", "/ith/../x")) {
            backEnd.will(answers(200, "{\"sessions\": [], \"next\": \"" + next + "\"}"));
            assertEquals("the back end's list of sessions goes on at another server", refusal(1), next);
            now.addAndGet(Duration.ofSeconds(31).toNanos());
        }
    }

    @Test
    void whoWaitsMayStopWaitingAndTheFetchingGoesOn() throws Exception {
        CountDownLatch left = new CountDownLatch(1);
        RawHttpServer.Behaviour answer = archive(1);
        backEnd.will(sessions(session("s1", STUDY)), request -> {
            assertTrue(left.await(30, TimeUnit.SECONDS));
            answer.on(request);
        });
        IOException thrown = assertThrows(
                IOException.class,
                () -> fetched.fetch(cleanedUp(STUDY, 1), () -> {
                    throw new IOException("cancelled");
                }));
        assertEquals("cancelled", thrown.getMessage());
        left.countDown();
        assertArrayEquals(image(1), fetch(1));
        assertEquals(2, backEnd.requests().size());
    }

    @Test
    void whoWaitsIsToldWhenTheGatewayStops() throws Exception {
        backEnd.will(backEnd.stalls());
        FutureTask<byte[]> task = new FutureTask<>(() -> fetch(1));
        new Thread(task, "asks").start();
        assertTrue(backEnd.stalled.await(30, TimeUnit.SECONDS));
        fetched.close();
        Exception thrown = assertThrows(Exception.class, () -> task.get(30, TimeUnit.SECONDS));
        assertTrue(thrown.getCause() instanceof NotFetchedException, String.valueOf(thrown.getCause()));
    }

    private Path spool() {
        return folder.resolve("fetched/1.instances");
    }

    @Test
    void nothingOfWhatIsKeptIsPlainOnTheDiskAndWhatWasChangedThereIsNotGiven() throws Exception {
        backEnd.will(sessions(session("s1", STUDY)), archive(1));
        assertArrayEquals(image(1), fetch(1));
        byte[] kept = Files.readAllBytes(spool());
        assertTrue(kept.length > 5_000);
        assertEquals(-1, new String(kept, StandardCharsets.ISO_8859_1).indexOf("DICM"));
        kept[100] ^= 1;
        Files.write(spool(), kept);
        assertEquals(
                "a sealed file was changed on the disk",
                assertThrows(IOException.class, () -> fetch(1)).getMessage());
    }
}
