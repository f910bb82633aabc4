package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;
import static org.sallyport.ith.connector.internal.Upload.accepts;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.testkit.RawHttpServer;
import org.sallyport.simulator.Fault;
import org.sallyport.simulator.IthSimulator;

@Timeout(60)
class UploadDestinationTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final List<DeliveryInstance> SMALL = Instances.of(new int[] {3000, 3000}, new int[] {1000});

    /** More than all buffers on the way hold. */
    private static final List<DeliveryInstance> LARGE = Instances.of(new int[] {30_000_000});

    private RawHttpServer backEnd;
    private IthHttp http;
    private UploadDestination destination;
    private @Nullable String workspace = "ws-1";
    private IdentityMode identity = IdentityMode.PSEUDONYMOUS;
    private int refusals;

    UploadDestinationTest() throws IOException {
        backEnd = new RawHttpServer();
        http = new IthHttp(Configurations.settings(Map.of()), Clock.systemUTC());
        destination = open(Map.of());
    }

    @BeforeEach
    void openWithDefaults() throws IOException {
        destination = open(Map.of());
    }

    @AfterEach
    void close() throws IOException {
        http.close();
        backEnd.close();
        assertEquals(List.of(), backEnd.troubles());
    }

    private UploadDestination open(Map<String, Object> values) throws IOException {
        Map<String, Object> all = new HashMap<>(values);
        all.put("url", backEnd.url() + "/");
        IthSettings settings = Configurations.settings(all);
        http.close();
        http = new IthHttp(settings, Clock.fixed(NOW, ZoneOffset.UTC));
        return new UploadDestination(http, settings, side());
    }

    private UploadDestination.Workspace side() {
        return new UploadDestination.Workspace() {
            @Override
            public @Nullable String id() {
                return workspace;
            }

            @Override
            public IdentityMode identity() {
                return identity;
            }

            @Override
            public void keyRefused() {
                refusals++;
            }

            @Override
            public void keyTaken() {
                // Told in BackEndLinkTest.
            }
        };
    }

    private DeliveryOutcome deliver(List<DeliveryInstance> instances) throws Exception {
        return destination.deliver(new FakeDelivery(instances));
    }

    private static String later(DeliveryOutcome outcome) {
        return assertInstanceOf(DeliveryOutcome.Later.class, outcome).reason();
    }

    @Test
    void aStudyGoesUpInOneRequestWithTheKey() throws Exception {
        backEnd.will(accepts());
        FakeDelivery delivery = new FakeDelivery(SMALL);
        assertEquals(DeliveryOutcome.delivered("archive-1"), destination.deliver(delivery));
        RawHttpServer.Request request = backEnd.requests().get(0);
        assertEquals("POST /api/v1/proxy/ws-1/archives/upload HTTP/1.1", request.line);
        assertEquals(Configurations.TOKEN, request.headers.get("X-Proxy-Key"));
        assertFalse(request.headers.containsKey("Transfer-Encoding"));
        assertEquals(SMALL.stream().map(DeliveryInstance::sopInstanceUid).toList(), Upload.instances(request));
        assertEquals(
                "Content-Disposition: form-data; name=\"file\"; filename=\"ANON-0123456789AB_2.25.1.zip\"",
                Upload.form(request)
                        .get(Upload.form(request).size() - 1)
                        .headers()
                        .get(0));
        assertEquals(List.of("1/3000", "2/6000", "3/7000"), delivery.progress);
        assertFalse(destination.replacesExisting());
    }

    @Test
    void beforeTheFirstConfigurationItWaits() throws Exception {
        workspace = null;
        assertEquals("the back end has not yet told its configuration", later(deliver(SMALL)));
        assertEquals(List.of(), backEnd.requests());
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 403})
    void aRefusedKeyStopsTheDestination(int status) throws Exception {
        backEnd.will(answers(status, "{\"detail\":\"no\"}"));
        DeliveryOutcome.Stopped stopped = assertInstanceOf(DeliveryOutcome.Stopped.class, deliver(SMALL));
        assertEquals(
                "the back end refuses the gateway's key (status " + status
                        + "): correct ITH_TOKEN, or have it activated there",
                stopped.reason());
        assertEquals(1, refusals);
    }

    @Test
    void tooLargeIsSplitUntilItFits() throws Exception {
        RawHttpServer.Behaviour tooLarge = answers(413, "");
        List<DeliveryInstance> four = Instances.of(new int[] {1, 2, 3, 4});
        backEnd.will(tooLarge, tooLarge, accepts(), accepts(), accepts());
        FakeDelivery delivery = new FakeDelivery(four);
        assertEquals(DeliveryOutcome.delivered("archive-1"), destination.deliver(delivery));
        List<RawHttpServer.Request> sent = backEnd.requests();
        List<String> names = four.stream().map(DeliveryInstance::sopInstanceUid).toList();
        assertEquals(names.subList(0, 2), Upload.instances(sent.get(1)));
        assertEquals(names.subList(0, 1), Upload.instances(sent.get(2)));
        assertEquals(names.subList(1, 2), Upload.instances(sent.get(3)));
        assertEquals(names.subList(2, 4), Upload.instances(sent.get(4)));
        assertEquals(Instances.PSEUDONYM, Upload.field(sent.get(0), "name"));
        assertEquals(Instances.PSEUDONYM + " - Part 1/2", Upload.field(sent.get(1), "name"));
        assertEquals(Instances.PSEUDONYM + " - Part 1/3", Upload.field(sent.get(2), "name"));
        assertEquals(Instances.PSEUDONYM + " - Part 3/3", Upload.field(sent.get(4), "name"));
        assertEquals("4/10", delivery.progress.get(delivery.progress.size() - 1), "progress is of the whole delivery");
    }

    /** Against the stand-in, which takes nothing that is not to the letter of the contract. */
    @Test
    void anArchiveThatIsTooLargeIsSplit(@TempDir Path folder) throws Exception {
        try (IthSimulator simulator = new IthSimulator(folder)) {
            simulator.failNext(Fault.STATUS_413);
            IthSettings settings = Configurations.settings(Map.of("url", simulator.url(), "_token", IthSimulator.KEY));
            workspace = IthSimulator.WORKSPACE;
            try (IthHttp toIt = new IthHttp(settings, Clock.systemUTC())) {
                UploadDestination splits = new UploadDestination(toIt, settings, side());
                DeliveryOutcome outcome = splits.deliver(org.sallyport.gateway.testkit.FakeDelivery.of(1, 5));
                assertInstanceOf(DeliveryOutcome.Delivered.class, outcome, outcome.toString());
            }
            assertEquals(List.of("ANON-000000000001 - Part 1/2", "ANON-000000000001 - Part 2/2"), simulator.names());
            assertEquals(10, simulator.arrivals().size());
            assertEquals(List.of(), simulator.violations());
        }
    }

    @Test
    void anImageThatIsTooLargeByItselfIsRefused() throws Exception {
        RawHttpServer.Behaviour tooLarge = answers(413, "");
        backEnd.will(tooLarge, tooLarge);
        assertEquals(
                DeliveryOutcome.refused("the back end does not take an image of this size (413)"),
                deliver(Instances.of(new int[] {5, 5})));
        assertEquals(2, backEnd.requests().size());
    }

    @ParameterizedTest
    @ValueSource(ints = {408, 425, 429, 500, 502, 503, 504, 599})
    void aTemporaryFailureIsTriedLater(int status) throws Exception {
        backEnd.will(answers(status, "{\"detail\":\n\"busy\"}"));
        assertEquals(
                new DeliveryOutcome.Later("the back end answered " + status + " {\"detail\": \"busy\"}", null),
                deliver(SMALL));
        assertEquals(0, refusals);
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "7|PT7S",
                " 120 |PT2M",
                "999999999|PT277777H46M39S",
                "Sun, 01 Mar 2026 12:01:30 GMT|PT1M30S",
                "0|none",
                "-5|none",
                "1.5|none",
                "soon|none",
                "99999999999|none",
                "Sun, 01 Mar 2026 11:59:00 GMT|none",
                "Sun, 01 Mar 2026 12:00:00 GMT|none"
            })
    void thePauseAskedForIsKeptIfItIsOne(String retryAfter, @Nullable Duration pause) throws Exception {
        for (int status : new int[] {429, 503}) {
            backEnd.will(answers(status, "", "Retry-After: " + retryAfter));
            assertEquals(
                    pause,
                    assertInstanceOf(DeliveryOutcome.Later.class, deliver(SMALL))
                            .pause());
        }
    }

    /** Ours says 2026-03-01T12:00:00Z, the back end's something else. */
    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            nullValues = "none",
            value = {
                "Mon, 02 Mar 2026 12:00:00 GMT|Mon, 02 Mar 2026 12:01:30 GMT|PT1M30S",
                "Sat, 28 Feb 2026 12:00:00 GMT|Sat, 28 Feb 2026 12:01:30 GMT|PT1M30S",
                "Mon, 02 Mar 2026 12:00:00 GMT|Mon, 02 Mar 2026 12:00:00 GMT|none",
                "Mon, 02 Mar 2026 12:00:00 GMT|7|PT7S",
                "yesterday|Sun, 01 Mar 2026 12:01:30 GMT|PT1M30S"
            })
    void aClockThatIsOffByADayChangesNoPauseThatIsAskedForByADate(
            String date, String retryAfter, @Nullable Duration pause) throws Exception {
        backEnd.will(answers(503, "", "Date: " + date, "Retry-After: " + retryAfter));
        assertEquals(
                pause,
                assertInstanceOf(DeliveryOutcome.Later.class, deliver(SMALL)).pause());
    }

    @ParameterizedTest
    @ValueSource(ints = {400, 404, 409, 415, 422, 451})
    void whatTheBackEndWillNeverTakeIsRefusedWithItsWords(int status) throws Exception {
        backEnd.will(answers(status, "{\"detail\":\"no\r\nsuch thing\"}" + "x".repeat(1000)));
        String reason =
                assertInstanceOf(DeliveryOutcome.Refused.class, deliver(SMALL)).reason();
        assertTrue(reason.startsWith("the back end answered " + status + " {\"detail\":\"no such thing\"}"), reason);
        assertTrue(reason.length() <= 500, "people are shown 500 characters");
    }

    @ParameterizedTest
    @ValueSource(strings = {"", " ", "{}", "[]", "[1]", "null", "\"ok\"", "true", "OK", "{\"id\":", "<html></html>"})
    void anAcceptanceWithoutAJsonObjectIsNone(String body) throws Exception {
        for (int status : new int[] {200, 201}) {
            backEnd.will(answers(status, body));
            assertEquals("the back end answered " + status + " without a JSON object", later(deliver(SMALL)));
        }
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            quoteCharacter = '`',
            value = {
                "{\"id\":\"a-1\",\"status\":\"x\"}|a-1",
                "{\"id\":42}|42",
                "{\"status\":\"x\"}|accepted",
                "{\"id\":null}|accepted",
                "{\"id\":{}}|accepted"
            })
    void theReceiptIsTheBackEndsId(String body, String receipt) throws Exception {
        backEnd.will(answers(200, body));
        assertEquals(DeliveryOutcome.delivered(receipt), deliver(SMALL));
    }

    @Test
    void aReceiptIsOneShortLine() throws Exception {
        backEnd.will(answers(200, "{\"id\":\"a\\r\\nb" + "x".repeat(200) + "\"}"));
        String receipt = assertInstanceOf(DeliveryOutcome.Delivered.class, deliver(SMALL))
                .receipt();
        assertEquals("a b" + "x".repeat(97), receipt);
    }

    @ParameterizedTest
    @ValueSource(ints = {301, 302, 303, 307, 308})
    void aRedirectionIsNotFollowed(int status) throws Exception {
        try (RawHttpServer elsewhere = new RawHttpServer()) {
            backEnd.will(answers(status, "", "Location: " + elsewhere.url() + "/"));
            assertEquals("the back end answered with status " + status + ": is ITH_URL right?", later(deliver(SMALL)));
            assertEquals(List.of(), elsewhere.requests(), "the key goes nowhere else");
        }
    }

    @Test
    void nothingThereIsTriedLater() throws Exception {
        int port;
        try (ServerSocket taken = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = taken.getLocalPort();
        }
        IthSettings settings = Configurations.settings(Map.of("url", "http://127.0.0.1:" + port));
        try (IthHttp nobody = new IthHttp(settings, Clock.systemUTC())) {
            UploadDestination to = new UploadDestination(nobody, settings, new KnownWorkspace());
            assertTrue(later(to.deliver(new FakeDelivery(SMALL))).startsWith("the upload broke off ("));
        }
    }

    @Test
    void aConnectionCutAtAnyPointIsTriedLater() throws Exception {
        backEnd.will(
                RawHttpServer.Request::cut,
                request -> {
                    request.readSome(100_000);
                    request.cut();
                },
                request -> {
                    request.readBody();
                    request.cut();
                },
                request -> {
                    request.readBody();
                    request.socket.close();
                },
                request -> {
                    request.readBody();
                    request.socket
                            .getOutputStream()
                            .write("HTTP/1.1 201 X\r\nContent-Length: 20\r\n\r\n{\"id\""
                                    .getBytes(StandardCharsets.UTF_8));
                });
        for (int i = 0; i < 5; i++) {
            String reason = later(deliver(i < 2 ? LARGE : SMALL));
            assertTrue(reason.startsWith("the upload broke off ("), reason);
            assertFalse(reason.contains(Configurations.TOKEN));
        }
    }

    @Test
    void silenceEndsWithTheTimeOut() throws Exception {
        destination = open(Map.of("read$_$timeout", 3));
        backEnd.will(backEnd.keepsSilent());
        assertEquals("the back end did not answer in time", later(deliver(SMALL)));
    }

    @Test
    void aReplyWithoutEndIsNotReadOn() throws Exception {
        backEnd.will(request -> {
            request.readBody();
            byte[] chunk = ("1000\r\n" + " ".repeat(4096) + "\r\n").getBytes(StandardCharsets.US_ASCII);
            try {
                request.socket
                        .getOutputStream()
                        .write("HTTP/1.1 200 X\r\nTransfer-Encoding: chunked\r\n\r\n"
                                .getBytes(StandardCharsets.US_ASCII));
                while (true) {
                    request.socket.getOutputStream().write(chunk);
                }
            } catch (IOException e) {
                // The client had enough.
            }
        });
        assertTrue(later(deliver(SMALL)).endsWith("the answer is longer than 1 MiB"));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 413})
    void aReplyBeforeTheBodyWasReadIsHeard(int status) throws Exception {
        backEnd.will(request -> {
            request.answer(status, "{\"detail\":\"early\"}");
            request.linger();
        });
        assertEarly(status, deliver(LARGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 413})
    void aReplyAmidTheBodyIsHeard(int status) throws Exception {
        backEnd.will(request -> {
            request.readSome(5_000_000);
            request.answer(status, "{\"detail\":\"early\"}");
            request.linger();
        });
        assertEarly(status, deliver(LARGE));
    }

    @ParameterizedTest
    @ValueSource(ints = {401, 413})
    void anEarlyReplyOverTlsIsHeard(int status, @TempDir Path folder) throws Exception {
        TestTls tls = TestTls.make(folder);
        backEnd.close();
        backEnd = new RawHttpServer(tls.listening(), "https");
        http.close();
        IthSettings settings = Configurations.settings(Map.of("url", backEnd.url()));
        http = new IthHttp(settings, Clock.systemUTC(), tls::trusting);
        destination = new UploadDestination(http, settings, new KnownWorkspace());
        for (int read : new int[] {0, 5_000_000}) {
            backEnd.will(request -> {
                request.readSome(read);
                request.answer(status, "{\"detail\":\"early\"}");
                request.linger();
            });
            assertEarly(status, deliver(LARGE));
        }
    }

    private static final class KnownWorkspace implements UploadDestination.Workspace {

        @Override
        public String id() {
            return "ws-1";
        }

        @Override
        public IdentityMode identity() {
            return IdentityMode.PSEUDONYMOUS;
        }

        @Override
        public void keyRefused() {
            // Not asked for here.
        }

        @Override
        public void keyTaken() {
            // Not asked for here.
        }
    }

    @Test
    void aTricklingReplyEnds() throws Exception {
        destination = open(Map.of("read$_$timeout", 3));
        backEnd.will(request -> {
            request.readBody();
            request.trickle(backEnd.closing);
        });
        long start = System.nanoTime();
        assertEquals("the back end did not answer in time", later(deliver(SMALL)));
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(30));
    }

    @Test
    void aBackEndThatReadsNothingEnds() throws Exception {
        destination = open(Map.of("read$_$timeout", 3));
        backEnd.will(backEnd.stalls());
        assertEquals("the back end did not answer in time", later(deliver(LARGE)));
    }

    @Test
    void theProbeEndsSoonWhateverTheTimeOutOfUploads() throws Exception {
        destination = open(Map.of("read$_$timeout", 3600));
        backEnd.will(request -> request.trickle(backEnd.closing));
        long start = System.nanoTime();
        assertEquals(ProbeResult.unreachable("did not answer in time"), destination.probe());
        assertTrue(System.nanoTime() - start < TimeUnit.SECONDS.toNanos(30));
    }

    /** As servers do that do not care: what was not read makes the close a reset. */
    @ParameterizedTest
    @ValueSource(ints = {401, 413})
    void anEarlyReplyIsHeardEvenIfTheConnectionIsClosedAtOnce(int status) throws Exception {
        for (int i = 0; i < 10; i++) {
            int read = i * 300_000;
            backEnd.will(request -> {
                request.readSome(read);
                request.answer(status, "{\"detail\":\"early\"}");
            });
            assertEarly(status, deliver(LARGE));
        }
    }

    private static void assertEarly(int status, DeliveryOutcome outcome) {
        if (status == 401) {
            assertInstanceOf(DeliveryOutcome.Stopped.class, outcome, outcome.toString());
        } else {
            assertEquals(DeliveryOutcome.refused("the back end does not take an image of this size (413)"), outcome);
        }
    }

    @Test
    void aStudyThatIsTooLargeForOneArchiveGoesUpInPartsThatSayWhichTheyAre() throws Exception {
        destination = open(Map.of("largest$_$archive", 1, "part$_$size", 1));
        List<DeliveryInstance> three =
                Instances.of(new int[] {400_000, 400_000}, new int[] {400_000}, new int[] {900_000});
        backEnd.will(accepts(), accepts(), accepts());
        assertEquals(DeliveryOutcome.delivered("archive-1"), deliver(three));
        List<String> names = new ArrayList<>();
        for (RawHttpServer.Request request : backEnd.requests()) {
            names.add(Upload.field(request, "name"));
            assertTrue(request.body().length <= (1 << 20) + 2_000, "the form and no more beyond the part");
        }
        assertEquals(
                List.of(
                        Instances.PSEUDONYM + " - Part 1/3",
                        Instances.PSEUDONYM + " - Part 2/3",
                        Instances.PSEUDONYM + " - Part 3/3"),
                names);
    }

    @Test
    void whatArrivedInEarlierArchivesIsNotSentAgain() throws Exception {
        destination = open(Map.of("largest$_$archive", 1, "part$_$size", 1));
        List<DeliveryInstance> three = Instances.of(new int[] {900_000}, new int[] {900_000}, new int[] {900_000});
        List<String> names =
                three.stream().map(DeliveryInstance::sopInstanceUid).toList();
        backEnd.will(accepts(), answers(500, ""), accepts(), accepts());
        later(deliver(three));
        assertEquals(DeliveryOutcome.delivered("archive-1"), deliver(three));
        List<List<String>> sent = new ArrayList<>();
        List<String> parts = new ArrayList<>();
        for (RawHttpServer.Request request : backEnd.requests()) {
            sent.add(Upload.instances(request));
            parts.add(Upload.field(request, "name").substring(Instances.PSEUDONYM.length()));
        }
        assertEquals(List.of(" - Part 1/3", " - Part 2/3", " - Part 2/3", " - Part 3/3"), parts, "each by one name");
        assertEquals(List.of(names.subList(0, 1), names.subList(1, 2), names.subList(1, 2), names.subList(2, 3)), sent);
    }

    /** The back end deleted it while the delivery waited for another attempt. */
    @Test
    void whatWasTakenOutOfADeliveryIsSentInNoOtherArchiveAndTheRestOnce() throws Exception {
        destination = open(Map.of("largest$_$archive", 1, "part$_$size", 1));
        List<DeliveryInstance> four =
                Instances.of(new int[] {900_000}, new int[] {900_000}, new int[] {900_000}, new int[] {900_000});
        List<String> names = four.stream().map(DeliveryInstance::sopInstanceUid).toList();
        backEnd.will(accepts(), accepts(), answers(500, ""), accepts());
        later(deliver(four));
        FakeDelivery less = new FakeDelivery(List.of(four.get(0), four.get(3)));
        assertEquals(DeliveryOutcome.delivered("archive-1"), destination.deliver(less));
        List<String> sent = new ArrayList<>();
        for (RawHttpServer.Request request : backEnd.requests()) {
            sent.addAll(Upload.instances(request));
        }
        assertEquals(List.of(names.get(0), names.get(1), names.get(2), names.get(3)), sent);
        assertTrue(less.progress.get(less.progress.size() - 1).startsWith("2/"), less.progress::toString);
    }

    @Test
    void ifAllThatIsLeftOfADeliveryArrivedBeforeItIsDelivered() throws Exception {
        destination = open(Map.of("largest$_$archive", 1, "part$_$size", 1));
        List<DeliveryInstance> two = Instances.of(new int[] {900_000}, new int[] {900_000});
        backEnd.will(accepts(), answers(500, ""));
        later(deliver(two));
        assertEquals(DeliveryOutcome.delivered("accepted"), deliver(two.subList(0, 1)));
        assertEquals(2, backEnd.requests().size());
    }

    @Test
    void aDeliveryThatArrivedIsSentWholeIfItIsHandedOverAgain() throws Exception {
        backEnd.will(accepts(), accepts());
        deliver(SMALL);
        deliver(SMALL);
        assertEquals(
                Upload.instances(backEnd.requests().get(0)),
                Upload.instances(backEnd.requests().get(1)));
    }

    private FakeDelivery original(DataSet header, int images) throws IOException {
        List<DeliveryInstance> originals = new ArrayList<>();
        for (int i = 1; i <= images; i++) {
            DataSet image = header.copy();
            image.setString(Tag.SOPInstanceUID, "1.2.3.1." + i);
            originals.add(Originals.of(image));
        }
        FakeDelivery delivery = new FakeDelivery(originals);
        delivery.identity = IdentityMode.ORIGINAL;
        identity = IdentityMode.ORIGINAL;
        return delivery;
    }

    private static DataSet header() {
        DataSet header = new DataSet();
        header.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        header.setString(Tag.SOPClassUID, "1.2.840.10008.5.1.4.1.1.2");
        header.setString(Tag.StudyDate, "20240117");
        header.setString(Tag.StudyDescription, "CT of the head");
        header.setString(Tag.PatientName, "Müller^Anna");
        header.setString(Tag.PatientID, "HH/0815");
        header.setString(Tag.StudyInstanceUID, "1.2.3");
        header.setString(Tag.SeriesInstanceUID, "1.2.3.1");
        return header;
    }

    @Test
    void originalsGoUpUnderTheirOwnNamesAndUids() throws Exception {
        destination = open(Map.of("metadata", "json"));
        FakeDelivery delivery = original(header(), 2);
        backEnd.will(accepts());
        assertEquals(DeliveryOutcome.delivered("with identity: archive-1"), destination.deliver(delivery));
        RawHttpServer.Request request = backEnd.requests().get(0);
        assertEquals("Müller^Anna", Upload.field(request, "name"));
        assertEquals("HH/0815", Upload.field(request, "patient_id"));
        assertEquals("CT of the head", Upload.field(request, "study_description"));
        String metadata = Upload.field(request, "metadata");
        assertTrue(
                metadata.contains("\"study_uid\":\"1.2.3\"") && metadata.contains("\"study_date\":\"20240117\""),
                metadata);
        List<ReceivedForm.Part> parts = Upload.form(request);
        assertEquals(
                "Content-Disposition: form-data; name=\"file\"; filename=\"HH_0815_1.2.3.zip\"",
                parts.get(parts.size() - 1).headers().get(0));
        assertEquals(
                List.of("1_2_3/1_2_3_1/1.2.3.1.1.dcm", "1_2_3/1_2_3_1/1.2.3.1.2.dcm"),
                List.copyOf(UploadFormTest.unzip(parts.get(parts.size() - 1).content())
                        .keySet()));
    }

    @Test
    void anOriginalWithoutNameOrIdIsToldByItsPseudonym() throws Exception {
        DataSet header = header();
        header.setString(Tag.PatientName, "");
        header.remove(Tag.PatientID);
        header.remove(Tag.StudyDescription);
        backEnd.will(accepts());
        destination.deliver(original(header, 1));
        RawHttpServer.Request request = backEnd.requests().get(0);
        assertEquals(Instances.PSEUDONYM, Upload.field(request, "name"));
        assertEquals(Instances.PSEUDONYM, Upload.field(request, "patient_id"));
        assertEquals("CT", Upload.field(request, "study_description"));
    }

    @Test
    void whatOthersWroteIntoAPatientsIdBreaksNoLineOfTheForm() throws Exception {
        DataSet header = header();
        header.setString(Tag.PatientID, "a\"\r\nX-Evil: 1/../b");
        backEnd.will(accepts());
        destination.deliver(original(header, 1));
        List<ReceivedForm.Part> parts = Upload.form(backEnd.requests().get(0));
        assertEquals("a\"  X-Evil: 1/../b", Upload.field(backEnd.requests().get(0), "patient_id"));
        assertEquals(
                "Content-Disposition: form-data; name=\"file\"; filename=\"a___X-Evil__1_.._b_1.2.3.zip\"",
                parts.get(parts.size() - 1).headers().get(0));
    }

    @Test
    void anOriginalWithAUidThatIsNoneIsRefusedWithoutShowingIt() throws Exception {
        for (String wrong : List.of("../../1.2", "", "1.2.x")) {
            DataSet header = header();
            header.setString(Tag.StudyInstanceUID, wrong);
            assertEquals(
                    DeliveryOutcome.refused("a UID of study, series or image is none, or comes twice"),
                    destination.deliver(original(header, 1)));
        }
        assertEquals(List.of(), backEnd.requests());
    }

    /** The rules may change between the decision and this moment. */
    @Test
    void whatWasHandedOverOtherwiseThanUploadsAreToBeNowWaits() throws Exception {
        FakeDelivery delivery = original(header(), 1);
        identity = IdentityMode.PSEUDONYMOUS;
        assertEquals("originals may no longer be uploaded", later(destination.deliver(delivery)));
        identity = IdentityMode.ORIGINAL;
        assertEquals("originals are to be uploaded, and cannot be restored now", later(deliver(SMALL)));
        assertEquals(List.of(), backEnd.requests());
    }

    @Test
    void whatArrivedDeidentifiedIsSentAgainWithIdentity() throws Exception {
        destination = open(Map.of("largest$_$archive", 1, "part$_$size", 1));
        backEnd.will(accepts(), answers(500, ""));
        later(deliver(Instances.of(new int[] {900_000}, new int[] {900_000})));
        FakeDelivery delivery = original(header(), 2);
        backEnd.will(accepts());
        destination.deliver(delivery);
        assertEquals(
                List.of("1.2.3.1.1", "1.2.3.1.2"),
                Upload.instances(backEnd.requests().get(2)));
        assertTrue(delivery.progress.get(1).startsWith("2/"), delivery.progress.toString());
    }

    @Test
    void anInterruptEndsAnUploadThatStalls() throws Exception {
        backEnd.will(backEnd.stalls());
        assertEndsInterrupted(LARGE, new FakeDelivery(LARGE), Thread::interrupt);
    }

    @Test
    void anInterruptEndsTheWaitForAReply() throws Exception {
        backEnd.will(backEnd.keepsSilent());
        assertEndsInterrupted(SMALL, new FakeDelivery(SMALL), Thread::interrupt);
    }

    @Test
    void abortEndsAnUploadThatStalls() throws Exception {
        backEnd.will(backEnd.stalls());
        assertEndsInterrupted(LARGE, new FakeDelivery(LARGE), thread -> destination.abort());
    }

    @Test
    void abortEndsTheWaitForAReplyAndWhatComesAfter() throws Exception {
        backEnd.will(backEnd.keepsSilent());
        assertEndsInterrupted(SMALL, new FakeDelivery(SMALL), thread -> destination.abort());
        assertThrows(InterruptedException.class, () -> deliver(SMALL));
        assertEquals(1, backEnd.requests().size());
    }

    @Test
    void aCancelledDeliveryEndsAtTheNextImage() throws Exception {
        backEnd.will(request -> {
            try {
                request.readBody();
            } catch (IOException e) {
                // The client ends it.
            }
        });
        FakeDelivery delivery = new FakeDelivery(Instances.of(new int[] {1000, 1000}));
        delivery.cancelled = true;
        assertThrows(InterruptedException.class, () -> destination.deliver(delivery));
        assertEquals(List.of(), delivery.progress);
    }

    private void assertEndsInterrupted(
            List<DeliveryInstance> instances, FakeDelivery delivery, java.util.function.Consumer<Thread> end)
            throws Exception {
        CountDownLatch done = new CountDownLatch(1);
        FutureTask<DeliveryOutcome> task = new FutureTask<>(() -> {
            try {
                return destination.deliver(delivery);
            } finally {
                done.countDown();
            }
        });
        Thread thread = new Thread(task, "delivering " + instances.size());
        thread.start();
        assertTrue(backEnd.stalled.await(20, TimeUnit.SECONDS), "the upload began");
        end.accept(thread);
        assertTrue(done.await(30, TimeUnit.SECONDS), "the upload went on");
        ExecutionException e = assertThrows(ExecutionException.class, task::get);
        assertInstanceOf(InterruptedException.class, e.getCause());
    }

    @Test
    void aProbeTellsWhetherTheBackEndTakesTheKey() throws Exception {
        backEnd.will(answers(200, "{}"), answers(401, ""));
        assertEquals(ProbeResult.reachable("answers"), destination.probe());
        assertEquals(ProbeResult.unreachable("answers with status 401"), destination.probe());
        assertEquals(
                "GET /api/v1/proxy/configuration HTTP/1.1", backEnd.requests().get(0).line);
    }
}
