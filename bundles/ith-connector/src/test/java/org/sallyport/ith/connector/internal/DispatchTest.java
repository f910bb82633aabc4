package org.sallyport.ith.connector.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.testkit.RawHttpServer.answers;

import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.zip.CRC32;
import java.util.zip.ZipEntry;
import java.util.zip.ZipOutputStream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.intake.ReturnedObjects;
import org.sallyport.gateway.api.intake.ReturnedObjects.Kind;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.node.BackEnd;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDestinations;
import org.sallyport.gateway.api.node.NodeDestinations.NodeSender;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.testkit.RawHttpServer;

/** One dispatch of two images to the nodes {@code n1} and {@code n2}, with one try after the first. */
@Timeout(120)
class DispatchTest {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final int NUMBER_AT = 132;
    private static final String PLANTED = "DOE^JANE";

    @TempDir
    private Path folder;

    private final RawHttpServer backEnd = new RawHttpServer();
    private final FakeGateway gateway = new FakeGateway();
    private final List<String> opened = new CopyOnWriteArrayList<>();
    private final Map<String, Receiving> nodes = new ConcurrentHashMap<>();

    /** What each image is found to be. */
    private volatile Kind kind = Kind.OURS;

    private IthHttp http;
    private Commands commands;
    private Dispatch dispatch;

    DispatchTest() throws IOException {}

    /** What a node does with what it is sent. */
    private interface Receiving {
        DeliveryOutcome take(Delivery delivery) throws Exception;
    }

    private static DeliveryOutcome takeAll(Delivery delivery) {
        delivery.progress(delivery.instances().size(), 0);
        return DeliveryOutcome.delivered("stored");
    }

    @BeforeEach
    void open() throws IOException {
        IthSettings settings = Configurations.settings(Map.of(
                "url", backEnd.url(),
                "min$_$free", 0,
                "dispatch$_$retries", 1,
                "dispatch$_$retry$_$delay", 1,
                "dispatch$_$calling$_$aet", "OURS"));
        http = new IthHttp(settings, Clock.systemUTC());
        commands = new Commands(folder.resolve("commands"), Clock.systemUTC());
        gateway.nodes = FakeGateway.partly(
                NodeDestinations.class,
                Map.of("open", given -> sender((Node) given.get(0), String.valueOf(given.get(1)))));
        Returning returning = FakeGateway.partly(
                Returning.class,
                Map.of(
                        "examine", given -> examined((InputStream) given.get(0)),
                        "remember", given -> null,
                        "restore", given -> given.get(0),
                        "unresolved", given -> 0));
        gateway.returned = FakeGateway.partly(ReturnedObjects.class, Map.of("begin", given -> returning));
        Path own = Files.createDirectories(folder.resolve("dispatch"));
        dispatch = new Dispatch(http, settings, gateway, new Side(), new FakeAudit(), own, Clock.systemUTC());
        nodes.put("n1", DispatchTest::takeAll);
        nodes.put("n2", DispatchTest::takeAll);
    }

    @AfterEach
    void close() throws IOException {
        dispatch.close();
        commands.close();
        http.close();
        backEnd.close();
        assertEquals(List.of(), backEnd.troubles());
    }

    private NodeSender sender(Node node, String callingAet) {
        opened.add(node.id() + " as " + callingAet);
        return FakeGateway.partly(
                NodeSender.class,
                Map.of(
                        "send",
                                given -> nodes.getOrDefault(node.id(), DispatchTest::takeAll)
                                        .take((Delivery) given.get(0)),
                        "close", given -> null));
    }

    private Returned examined(InputStream part10) throws IOException {
        byte number = part10.readAllBytes()[NUMBER_AT];
        return new Returned(kind, "1.2.840.10008.5.1.4.1.1.2", "1.2." + number, "1.2", "1.2.840.10008.1.2.1", "");
    }

    private static final class Side implements Dispatch.Link {

        private static Node node(String id) {
            return new Node(
                    id,
                    "the " + id,
                    "AET_" + id,
                    "127.0.0.1",
                    104,
                    true,
                    Node.Permission.READ,
                    Node.Origin.BACK_END,
                    true);
        }

        @Override
        public String workspace() {
            return "ws-1";
        }

        @Override
        public BackEndRules rules() {
            return FakeGateway.partly(BackEndRules.class, Map.of("nodes", given -> List.of(node("n1"), node("n2"))));
        }

        @Override
        public Predicate<Node> reachable() {
            return node -> true;
        }

        @Override
        public BooleanSupplier connected() {
            return () -> true;
        }

        @Override
        public DispatchNews.Teller teller() {
            return (event, status, progress, sent, total) -> {};
        }
    }

    private static RawHttpServer.Behaviour archive() throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        try (ZipOutputStream zip = new ZipOutputStream(bytes)) {
            for (byte number = 1; number <= 2; number++) {
                byte[] image = new byte[NUMBER_AT + 1 + PLANTED.length()];
                System.arraycopy("DICM".getBytes(StandardCharsets.US_ASCII), 0, image, 128, 4);
                image[NUMBER_AT] = number;
                byte[] planted = PLANTED.getBytes(StandardCharsets.US_ASCII);
                System.arraycopy(planted, 0, image, NUMBER_AT + 1, planted.length);
                zip.setLevel(0);
                zip.putNextEntry(new ZipEntry(number + ".dcm"));
                zip.write(image);
                zip.closeEntry();
            }
        }
        return RawHttpServer.archive(bytes.toByteArray());
    }

    private Commands.Entry taken() throws Exception {
        return taken("session.dispatch");
    }

    private Commands.Entry taken(String type) throws Exception {
        ObjectNode event = JSON.createObjectNode()
                .put("event_type", type)
                .put("correlation_id", "c1")
                .put("entity_id", "e1");
        event.putObject("payload")
                .put("subject_id", "s1")
                .put("session_id", "x1")
                .putArray("nodes")
                .add("n1")
                .add("n2");
        commands.take(List.of(Event.of(event)));
        return commands.next(any -> true);
    }

    private Outcome run() throws Exception {
        return dispatch.run(commands, taken());
    }

    private static @Nullable String failure(Outcome outcome) {
        return outcome.equals(Outcome.done(null)) ? null : outcome.message();
    }

    /** A new scan goes to all that may have it, whoever is named. */
    @ParameterizedTest
    @CsvSource({
        "subject.dispatch,subjects/e1/download?ZIP",
        "session.dispatch,sessions/e1/download?ZIP&subject_id=s1",
        "scan.dispatch,scans/e1/download?ZIP&subject_id=s1&session_id=x1",
        "scan.new_scan_available,scans/e1/download?ZIP&subject_id=s1&session_id=x1"
    })
    void eachKindOfDispatchIsFetchedFromItsPlaceAndSentToTheNodes(String type, String place) throws Exception {
        backEnd.will(archive());
        Commands.Entry entry = taken(type);
        assertEquals(Outcome.done(null), dispatch.run(commands, entry));
        assertEquals(
                "GET /api/v1/proxy/ws-1/" + place.replace("ZIP", "compression_format=zip&compression_level=6")
                        + " HTTP/1.1",
                backEnd.requests().get(0).line);
        assertEquals(Configurations.TOKEN, backEnd.requests().get(0).headers.get("X-Proxy-Key"));
        assertEquals(2, opened.size());
    }

    /** The back end sends it with each dispatch: a person is to see it, and to see it once. */
    @Test
    void whatIsOfNobodyKnownIsHeldOnceHoweverOftenItComes() throws Exception {
        kind = Kind.UNKNOWN_PATIENT;
        List<String> held = new CopyOnWriteArrayList<>();
        List<Boolean> commits = new CopyOnWriteArrayList<>();
        gateway.vault = FakeGateway.partly(
                IdentityVault.class, Map.of("newHeldDigest", given -> digest(), "sealHeld", given -> given.get(1)));
        gateway.quarantine = FakeGateway.partly(Quarantine.class, Map.of("hold", given -> {
            assertEquals(Quarantine.Kind.HELD, ((Quarantine.Description) given.get(0)).kind());
            return FakeGateway.partly(
                    Quarantine.Holding.class,
                    Map.of(
                            "id", asked -> new UUID(1, 2),
                            "sealed", asked -> new ByteArrayOutputStream(),
                            "commitUnlessHeld",
                                    asked -> {
                                        String digest = Arrays.toString((byte[]) asked.get(0));
                                        boolean isNew = !held.contains(digest) && held.add(digest);
                                        commits.add(isNew);
                                        return isNew;
                                    },
                            "close", asked -> null));
        }));
        backEnd.will(archive(), archive());
        Commands.Entry entry = taken();
        for (int i = 0; i < 2; i++) {
            assertNotEquals(Outcome.done(null), dispatch.run(commands, entry));
        }
        assertEquals(List.of(true, true, false, false), commits);
        assertEquals(List.of(), opened, "nobody is sent anything");
    }

    /** Keyed in the gateway; here images have to be told apart only. */
    private static KeyedDigest digest() {
        CRC32 crc = new CRC32();
        return new KeyedDigest() {
            @Override
            public void update(byte[] bytes, int offset, int length) {
                crc.update(bytes, offset, length);
            }

            @Override
            public byte[] finish() {
                return Long.toHexString(crc.getValue()).getBytes(StandardCharsets.US_ASCII);
            }
        };
    }

    /** Each waits for the other. */
    @Test
    void theNodesAreSentToAtTheSameTimeUnderOurName() throws Exception {
        backEnd.will(archive());
        CyclicBarrier both = new CyclicBarrier(2);
        for (String node : List.of("n1", "n2")) {
            nodes.put(node, delivery -> {
                both.await(60, TimeUnit.SECONDS);
                return takeAll(delivery);
            });
        }
        assertEquals(Outcome.done(null), run());
        assertEquals(
                List.of("n1 as OURS", "n2 as OURS"), opened.stream().sorted().toList());
    }

    @Test
    void aNodeThatTakesOnlyAPartIsNamedWithWhatItLacksAndTheOthersGetAll() throws Exception {
        backEnd.will(archive());
        nodes.put("n2", delivery -> {
            delivery.progress(1, 0);
            return DeliveryOutcome.refused("0xA700, out of resources");
        });
        assertEquals("the n2: 1 of 2 images are missing there: 0xA700, out of resources", failure(run()));
        BackEnd.Command told = commands.newest(1, Set.of()).get(0);
        assertEquals("3 of 4", told.sent() + " of " + told.total());
    }

    @Test
    void aNodeThatIsBusyIsTriedAgainAsOftenAsTheSettingSays() throws Exception {
        backEnd.will(archive());
        List<String> tries = new CopyOnWriteArrayList<>();
        nodes.put("n1", delivery -> {
            tries.add("n1");
            return DeliveryOutcome.later("busy");
        });
        nodes.put("n2", delivery -> {
            tries.add("n2");
            return tries.stream().filter("n2"::equals).count() < 2 ? DeliveryOutcome.later("busy") : takeAll(delivery);
        });
        assertEquals("the n1: 2 of 2 images are missing there: busy", failure(run()));
        assertEquals(List.of("n1", "n1", "n2", "n2"), tries.stream().sorted().toList());
    }

    @ParameterizedTest
    @CsvSource(
            delimiter = '|',
            value = {
                "401|the back end refuses the gateway's key for the download (401)",
                "403|the back end refuses the gateway's key for the download (403)",
                "404|the back end answered the download with 404 no such session",
                "302|the back end answered the download with 302 no such session"
            })
    void aDownloadThatIsRefusedEndsTheDispatchAtOnce(int status, String message) throws Exception {
        backEnd.will(answers(status, "no such session", "Location: " + backEnd.url() + "/elsewhere"));
        assertEquals(message, failure(run()));
        assertEquals(1, backEnd.requests().size());
        assertEquals(List.of(), opened, "nobody is sent anything");
    }

    @ParameterizedTest
    @CsvSource({"429", "500", "503"})
    void aDownloadThatFailsForAWhileIsTriedAgainAsOftenAsTheSettingSays(int status) throws Exception {
        backEnd.will(answers(status, "busy"), archive());
        assertEquals(Outcome.done(null), run());
    }

    @Test
    void aDownloadThatGoesOnFailingEndsTheDispatch() throws Exception {
        backEnd.will(answers(500, "busy"), RawHttpServer.Request::cut);
        String message = String.valueOf(failure(run()));
        assertTrue(message.startsWith("the download failed: "), message);
        assertEquals(2, backEnd.requests().size());
    }

    /** What lies here is sealed under a key that is gone with the process. */
    @Test
    void whatWasFetchedBeforeTheGatewayStoppedIsFetchedAnew() throws Exception {
        backEnd.will(archive(), archive());
        CountDownLatch sending = new CountDownLatch(1);
        nodes.put("n1", delivery -> {
            sending.countDown();
            new CountDownLatch(1).await();
            return takeAll(delivery);
        });
        Commands.Entry entry = taken();
        FutureTask<Outcome> first = new FutureTask<>(() -> dispatch.run(commands, entry));
        Thread thread = new Thread(first, "first");
        thread.start();
        assertTrue(sending.await(60, TimeUnit.SECONDS));
        thread.interrupt();
        ExecutionException e = assertThrows(ExecutionException.class, () -> first.get(60, TimeUnit.SECONDS));
        assertInstanceOf(InterruptedException.class, e.getCause());
        assertEquals(List.of(), left());
        Files.writeString(folder.resolve("dispatch/1.zip"), "left behind by a crash");
        dispatch.tidy();
        assertEquals(List.of(), left());
        nodes.put("n1", DispatchTest::takeAll);
        assertEquals(Outcome.done(null), dispatch.run(commands, entry));
        assertEquals(2, backEnd.requests().size());
        assertEquals(List.of(), left());
    }

    private List<Path> left() throws IOException {
        try (var left = Files.list(folder.resolve("dispatch"))) {
            return left.toList();
        }
    }

    private byte[] onDisk() throws IOException {
        ByteArrayOutputStream all = new ByteArrayOutputStream();
        for (Path file : left()) {
            all.write(Files.readAllBytes(file));
        }
        return all.toByteArray();
    }

    /** As it is for what was uploaded with identity. */
    @Test
    void nothingOfWhatIsSentIsPlainOnTheDiskMeanwhile() throws Exception {
        backEnd.will(archive());
        List<String> seen = new CopyOnWriteArrayList<>();
        nodes.put("n1", delivery -> {
            seen.add(new String(onDisk(), StandardCharsets.ISO_8859_1));
            try (InputStream image = delivery.instances().get(0).open()) {
                seen.add(new String(image.readAllBytes(), StandardCharsets.ISO_8859_1));
            }
            return takeAll(delivery);
        });
        assertEquals(Outcome.done(null), run());
        assertTrue(seen.get(0).length() > 2 * NUMBER_AT, "archive and images lie there");
        assertEquals(-1, seen.get(0).indexOf(PLANTED));
        assertEquals(-1, seen.get(0).indexOf("DICM"));
        assertTrue(seen.get(1).contains(PLANTED), "what the node is sent is plain");
    }

    @Test
    void aSpoolThatWasChangedOnTheDiskIsToldAndNotSentOn() throws Exception {
        backEnd.will(archive());
        List<String> sent = new CopyOnWriteArrayList<>();
        nodes.put("n2", delivery -> {
            for (Path file : left()) {
                byte[] bytes = Files.readAllBytes(file);
                bytes[bytes.length - 1] ^= 1;
                Files.write(file, bytes);
            }
            try (InputStream image = delivery.instances().get(0).open()) {
                sent.add(new String(image.readAllBytes(), StandardCharsets.ISO_8859_1));
            }
            return takeAll(delivery);
        });
        nodes.put("n1", DispatchTest::takeAll);
        assertEquals("the n2: 2 of 2 images are missing there: a sealed file was changed on the disk", failure(run()));
        assertEquals(List.of(), sent);
    }
}
