package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.InetAddress;
import java.net.UnknownHostException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicInteger;
import java.util.concurrent.atomic.AtomicReference;
import javax.net.ssl.SSLContext;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.destination.dicom.internal.FakeDelivery.Image;
import org.sallyport.destination.dicom.internal.FakePacs.Commitment;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationRequester.Options;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.sallyport.gateway.api.node.CommitmentListener.Reporter;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDestinations;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.node.NodeTls;
import org.sallyport.gateway.testkit.Certificates;

@Timeout(60)
class DicomDestinationTest {

    private static final String JPEG_2000 = "1.2.840.10008.1.2.4.90";

    private final FakePacs pacs = new FakePacs(20);
    private volatile String title = "GATE";

    DicomDestinationTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        pacs.close();
    }

    private DicomDestination destination(int associations, DicomSettings.@Nullable Commitment commitment) {
        int port = pacs.port();
        return destination(() -> new Peer("127.0.0.1", port, "PACS"), associations, commitment);
    }

    private DicomDestination destination(
            Peer.Source peer, int associations, DicomSettings.@Nullable Commitment commitment) {
        return new DicomDestination(new DicomSettings(
                "pacs",
                peer,
                () -> title,
                associations,
                Options.DEFAULT.withTimeouts(FakePacs.TIMEOUTS),
                true,
                commitment));
    }

    private DicomDestination destination() {
        return destination(1, null);
    }

    private static DicomSettings.Commitment within(int seconds) {
        return new DicomSettings.Commitment(Set.of(), Duration.ofSeconds(seconds));
    }

    private void storedOnce(String... uids) {
        assertEquals(new TreeSet<>(Set.of(uids)), new TreeSet<>(pacs.stored.keySet()));
        pacs.stored.forEach((uid, received) -> assertEquals(1, received.size(), uid));
    }

    private static String later(DeliveryOutcome outcome) {
        return assertInstanceOf(DeliveryOutcome.Later.class, outcome).reason();
    }

    private static String refused(DeliveryOutcome outcome) {
        return assertInstanceOf(DeliveryOutcome.Refused.class, outcome).reason();
    }

    // ---- storing

    @Test
    void everyImageIsStoredAsItIs() throws Exception {
        FakeDelivery delivery = FakeDelivery.images(3);
        assertEquals(DeliveryOutcome.delivered("PACS"), destination().deliver(delivery));
        storedOnce("1.2.1", "1.2.2", "1.2.3");
        byte[] file = FakeDelivery.part10(FakeDelivery.CT, "1.2.2");
        byte[] sent = pacs.received("1.2.2").get(0).dataSet();
        assertArrayEquals(Arrays.copyOfRange(file, file.length - sent.length, file.length), sent);
        assertEquals(List.of(1, 2, 3), delivery.told());
        assertEquals("GATE", pacs.requests.get(0).callingAet());
        assertEquals("PACS", pacs.requests.get(0).calledAet());
    }

    @Test
    void theTitleIsTheOneThatWeHaveWhenWeCall() throws Exception {
        DicomDestination destination = destination();
        title = "GATE_17";
        destination.probe();
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination.deliver(FakeDelivery.images(1)));
        assertEquals(
                List.of("GATE_17", "GATE_17"),
                pacs.requests.stream().map(AssociateRequest::callingAet).toList());
    }

    @Test
    void severalAssociationsShareTheImages() throws Exception {
        CountDownLatch together = new CountDownLatch(4);
        pacs.statuses = uid -> {
            together.countDown();
            try {
                // Not before as many are under way at the same time.
                return together.await(20, TimeUnit.SECONDS) ? 0 : 0xC001;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        FakeDelivery delivery = FakeDelivery.images(40);
        assertEquals(DeliveryOutcome.delivered("PACS"), destination(4, null).deliver(delivery));
        assertEquals(40, pacs.stored.size());
        pacs.stored.forEach((uid, received) -> assertEquals(1, received.size(), uid));
        assertEquals(4, pacs.requests.size());
        assertEquals(40, delivery.told().get(39));
    }

    @Test
    void aPacsThatTakesFewerAssociationsGetsEverythingOverThose() throws Exception {
        try (FakePacs one = new FakePacs(1)) {
            DicomDestination destination = destination(() -> new Peer("127.0.0.1", one.port(), "PACS"), 3, null);
            assertEquals(DeliveryOutcome.delivered("PACS"), destination.deliver(FakeDelivery.images(60)));
            assertEquals(60, one.stored.size());
        }
    }

    @Test
    void onlyWhatIsNeededIsProposedAndMoreThan128ContextsTakeFurtherAssociations() throws Exception {
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination().deliver(FakeDelivery.images(2)));
        assertEquals(
                List.of(
                        new ProposedContext(1, FakeDelivery.CT, List.of(FakeDelivery.EXPLICIT)),
                        new ProposedContext(3, FakeDelivery.CT, List.of(FakeDelivery.IMPLICIT))),
                pacs.requests.get(0).contexts());

        pacs.requests.clear();
        List<DeliveryInstance> many = new ArrayList<>();
        for (int i = 1; i <= 100; i++) {
            String sopClass = "1.2.840.99." + i;
            many.add(new Image(sopClass, "1.3." + i, FakeDelivery.EXPLICIT, FakeDelivery.part10(sopClass, "1.3." + i)));
        }
        assertInstanceOf(
                DeliveryOutcome.Delivered.class,
                destination().deliver(FakeDelivery.of(many.toArray(DeliveryInstance[]::new))));
        assertEquals(2, pacs.requests.size());
        assertTrue(pacs.requests.stream().allMatch(rq -> rq.contexts().size() <= 128));
        assertEquals(102, pacs.stored.size());
    }

    // ---- statuses

    @Test
    void warningsCountAsStored() throws Exception {
        int[] warnings = {0xB000, 0xB007, 0x0107, 0x0001, 0};
        AtomicInteger next = new AtomicInteger();
        pacs.statuses = uid -> warnings[next.getAndIncrement()];
        assertEquals(
                DeliveryOutcome.delivered("PACS, 4 with a warning"),
                destination().deliver(FakeDelivery.images(5)));
    }

    @Test
    void aFullPacsIsTriedLaterWithWhatIsMissingOnly() throws Exception {
        pacs.statuses = uid -> uid.equals("1.2.2") ? 0xA700 : 0;
        DicomDestination destination = destination();
        assertEquals(
                "1 of 3 images were not stored: the PACS answered A700",
                later(destination.deliver(FakeDelivery.images(3))));
        storedOnce("1.2.1", "1.2.3");

        pacs.statuses = uid -> 0;
        FakeDelivery again = FakeDelivery.images(3);
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination.deliver(again));
        storedOnce("1.2.1", "1.2.2", "1.2.3");
        assertEquals(List.of(3), again.told());

        // Delivered: forgotten, so that a replay sends everything.
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination.deliver(FakeDelivery.images(3)));
        assertEquals(2, pacs.received("1.2.1").size());
    }

    @Test
    void whatThePacsRefusesIsToldWithStatusAndComment() throws Exception {
        for (int status : new int[] {0xA900, 0xC000, 0xC123, 0x0122}) {
            pacs.stored.clear();
            pacs.statuses = uid -> uid.equals("1.2.2") ? status : 0;
            pacs.answers = answer -> answer.status() == 0 ? answer : answer.withComment("no\tway");
            assertEquals(
                    String.format("1 of 3 images were not stored: the PACS answered %04X (no?way)", status),
                    refused(destination().deliver(FakeDelivery.images(3))));
            storedOnce("1.2.1", "1.2.3");
        }
    }

    @Test
    void aBrokenConnectionIsTriedLaterWithTheRestOnly() throws Exception {
        pacs.statuses = uid -> {
            if (uid.equals("1.2.3")) {
                throw new IOException("gone");
            }
            return 0;
        };
        DicomDestination destination = destination();
        assertTrue(later(destination.deliver(FakeDelivery.images(5))).startsWith("3 of 5 images were not stored"));
        storedOnce("1.2.1", "1.2.2");
        pacs.statuses = uid -> 0;
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination.deliver(FakeDelivery.images(5)));
        storedOnce("1.2.1", "1.2.2", "1.2.3", "1.2.4", "1.2.5");
    }

    @Test
    void nobodyThereIsTriedLater() throws Exception {
        DicomDestination destination = destination();
        pacs.close();
        assertTrue(later(destination.deliver(FakeDelivery.images(1))).contains("no connection"));
        assertEquals(ProbeResult.State.UNREACHABLE, destination.probe().state());
    }

    @Test
    void anImageThatCannotBeReadKeepsNoOtherBack() throws Exception {
        Image damaged = new Image(FakeDelivery.CT, "1.2.9", FakeDelivery.EXPLICIT, new byte[0]);
        DeliveryOutcome outcome = destination()
                .deliver(FakeDelivery.of(damaged, FakeDelivery.image("1.2.1"), FakeDelivery.image("1.2.2")));
        assertTrue(later(outcome).contains("could not be read"));
        storedOnce("1.2.1", "1.2.2");
    }

    // ---- transfer syntaxes

    /** Explicit, RLE Lossless, deflated; the forms of JPEG are dcmtk's: {@link StorescpPeerTest}. */
    @ParameterizedTest
    @ValueSource(strings = {"1.2.840.10008.1.2.1", "1.2.840.10008.1.2.5", "1.2.840.10008.1.2.1.99"})
    void whatIsNotTakenAsStoredIsRewritten(String stored) throws Exception {
        TransferSyntax syntaxOfStored = TransferSyntax.of(stored).orElseThrow();
        pacs.takes = (sopClass, syntax) -> syntax.equals(FakeDelivery.IMPLICIT);
        DeliveryInstance first = FakeDelivery.image("1.2.1", syntaxOfStored);
        DeliveryInstance second = FakeDelivery.image("1.2.2", syntaxOfStored);
        assertEquals(stored, second.transferSyntaxUid());
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination().deliver(FakeDelivery.of(first, second)));
        storedOnce("1.2.1", "1.2.2");
        FakePacs.Received received = pacs.received("1.2.2").get(0);
        assertEquals(FakeDelivery.IMPLICIT, received.syntax());
        DataSet read = DataSetReader.readAll(
                new ByteArrayInputStream(received.dataSet()), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN, Limits.DEFAULT);
        assertEquals(List.of(), DataSetDifference.between(FakeDelivery.dataSet(FakeDelivery.CT, "1.2.2"), read));
        assertEquals("1.2.2", read.string(Tag.SOPInstanceUID));
    }

    @Test
    void withoutAWayTheReasonIsTold() throws Exception {
        pacs.takes = (sopClass, syntax) -> syntax.equals(FakeDelivery.IMPLICIT);
        Image wavelets = new Image(FakeDelivery.CT, "1.2.9", JPEG_2000, FakeDelivery.part10(FakeDelivery.CT, "1.2.9"));
        String why = refused(destination().deliver(FakeDelivery.of(wavelets, FakeDelivery.image("1.2.1"))));
        assertTrue(why.contains("JPEG 2000") && why.contains("no way to rewrite"), why);
        storedOnce("1.2.1");

        pacs.takes = (sopClass, syntax) -> false;
        assertTrue(refused(destination().deliver(FakeDelivery.images(1))).contains("does not take CT Image Storage"));
    }

    /** The peer has part of such an object by then: the association goes, the other images do not. */
    @Test
    void anObjectThatCannotBeRewrittenKeepsNoOtherBack() throws Exception {
        pacs.takes = (sopClass, syntax) -> syntax.equals(FakeDelivery.IMPLICIT);
        DeliveryInstance broken = FakeDelivery.brokenRle("1.2.9");
        String why = refused(destination()
                .deliver(FakeDelivery.of(broken, FakeDelivery.image("1.2.1"), FakeDelivery.image("1.2.2"))));
        assertTrue(why.contains("cannot be rewritten from RLE Lossless"), why);
        storedOnce("1.2.1", "1.2.2");
    }

    /** Whether they may go here is for the gateway to decide. */
    @Test
    void originalsAreStoredLikeEverythingElse() throws Exception {
        FakeDelivery delivery =
                new FakeDelivery(1, IdentityMode.ORIGINAL, List.of(FakeDelivery.image("1.2.1")), new ArrayList<>());
        assertTrue(destination().deliver(delivery) instanceof DeliveryOutcome.Delivered);
        storedOnce("1.2.1");
    }

    // ---- interruption

    @Test
    void anInterruptEndsItSoon() throws Exception {
        CountDownLatch under = new CountDownLatch(1);
        CountDownLatch never = new CountDownLatch(1);
        pacs.statuses = uid -> {
            under.countDown();
            try {
                return never.await(30, TimeUnit.SECONDS) ? 0 : 1;
            } catch (InterruptedException e) {
                throw new IOException(e);
            }
        };
        DicomDestination destination = destination(2, null);
        BlockingQueue<Object> ended = new LinkedBlockingQueue<>();
        Thread worker = new Thread(
                () -> {
                    try {
                        ended.add(destination.deliver(FakeDelivery.images(5)));
                    } catch (Exception e) {
                        ended.add(e);
                    }
                },
                "worker");
        worker.start();
        assertTrue(under.await(20, TimeUnit.SECONDS));
        long begun = System.nanoTime();
        worker.interrupt();
        Object end = ended.poll(20, TimeUnit.SECONDS);
        assertInstanceOf(InterruptedException.class, end);
        assertTrue(System.nanoTime() - begun < TimeUnit.SECONDS.toNanos(5));
        never.countDown();
    }

    // ---- storage commitment

    @Test
    void thePacsCommitsItselfOnTheSameAssociation() throws Exception {
        assertEquals(
                DeliveryOutcome.delivered("PACS, committed"),
                destination(1, within(20)).deliver(FakeDelivery.images(3)));
        storedOnce("1.2.1", "1.2.2", "1.2.3");
    }

    /** As the gateway's DICOM port hands on what comes there. */
    @Test
    void thePacsCommitsItselfOnAnAssociationOfItsOwn() throws Exception {
        pacs.commitment = Commitment.OTHER_ASSOCIATION;
        DicomDestination destination = destination(1, within(20));
        CommitmentListener desk = destination.desk();
        Reporter thePacs = reporter("PACS", "GATE", "127.0.0.1");
        BlockingQueue<Boolean> answers = new LinkedBlockingQueue<>();
        pacs.elsewhere = report -> {
            CommitmentListener.Report told =
                    new CommitmentListener.Report(report.transactionUid(), report.committed(), Map.of());
            for (Reporter other : List.of(
                    reporter("OTHER", "GATE", "127.0.0.1"),
                    reporter("PACS", "OTHER", "127.0.0.1"),
                    reporter("PACS", "GATE", "127.0.0.2"))) {
                answers.add(desk.expects(other) || desk.report(other, told));
            }
            answers.add(desk.report(thePacs, new CommitmentListener.Report("2.25.1", report.committed(), Map.of())));
            answers.add(desk.expects(thePacs) && desk.report(thePacs, told));
            // Once is enough.
            answers.add(desk.report(thePacs, told));
        };
        assertFalse(desk.expects(thePacs));
        assertEquals(DeliveryOutcome.delivered("PACS, committed"), destination.deliver(FakeDelivery.images(3)));
        assertFalse(desk.expects(thePacs));
        assertEquals(List.of(false, false, false, false, true, false), List.copyOf(answers));
    }

    @Test
    void aPacsThatReportsFromAnotherAddressIsHeardIfThatIsSaid() throws Exception {
        pacs.commitment = Commitment.OTHER_ASSOCIATION;
        DicomDestination destination = destination(
                1, new DicomSettings.Commitment(Set.of(InetAddress.getByName("127.0.0.9")), Duration.ofSeconds(20)));
        pacs.elsewhere = report -> destination
                .desk()
                .report(
                        reporter("PACS", "GATE", "127.0.0.9"),
                        new CommitmentListener.Report(
                                report.transactionUid(), List.of("1.2.1"), Map.of("1.2.2", 0x0112, "1.2.3", -1)));
        String why = later(destination.deliver(FakeDelivery.images(3)));
        assertTrue(why.startsWith("the PACS does not commit itself to 2 of 3 images, reason "), why);
        assertTrue(why.contains("0112") && why.contains("not told"), why);
    }

    private static Reporter reporter(String calling, String called, String address) {
        try {
            return new Reporter(calling, called, InetAddress.getByName(address));
        } catch (UnknownHostException e) {
            throw new IllegalArgumentException(e);
        }
    }

    @Test
    void whatIsNotKeptIsSentAgain() throws Exception {
        pacs.lost.add("1.2.2");
        DicomDestination destination = destination(1, within(20));
        assertEquals(
                "the PACS does not commit itself to 1 of 3 images, reason 0112; they are sent again",
                later(destination.deliver(FakeDelivery.images(3))));
        pacs.lost.clear();
        assertEquals(DeliveryOutcome.delivered("PACS, committed"), destination.deliver(FakeDelivery.images(3)));
        assertEquals(1, pacs.received("1.2.1").size());
        assertEquals(2, pacs.received("1.2.2").size());
    }

    @Test
    void withoutAReportItIsAskedForAgainAndNothingSentTwice() throws Exception {
        pacs.commitment = Commitment.SILENT;
        DicomDestination destination = destination(1, within(8));
        assertEquals(
                "the PACS did not report within 8 s whether it keeps the images",
                later(destination.deliver(FakeDelivery.images(2))));
        pacs.commitment = Commitment.SAME_ASSOCIATION;
        assertInstanceOf(DeliveryOutcome.Delivered.class, destination.deliver(FakeDelivery.images(2)));
        storedOnce("1.2.1", "1.2.2");
    }

    @Test
    void aPacsWithoutStorageCommitmentIsToldOf() throws Exception {
        pacs.takes = (sopClass, syntax) -> !sopClass.equals(StorageCommitment.SOP_CLASS);
        assertTrue(refused(destination(1, within(5)).deliver(FakeDelivery.images(1)))
                .contains("storage-commitment = no"));
    }

    // ---- probe

    @Test
    void theProbeIsAnEcho() throws Exception {
        assertEquals(ProbeResult.State.REACHABLE, destination().probe().state());
    }

    // ---- a node as the peer

    private static NodeDirectory directory(List<Node> nodes) {
        return new NodeDirectory() {
            @Override
            public BackEndRules.Mode mode() {
                return BackEndRules.Mode.PRIVATE;
            }

            @Override
            public List<Node> nodes() {
                return nodes;
            }
        };
    }

    private Node node(String id, boolean active, Node.Permission permission) {
        return new Node(id, "the-pacs", "PACS", "127.0.0.1", pacs.port(), active, permission, Node.Origin.LOCAL, false);
    }

    /** By the node's certificates, whatever the destination's own settings say of TLS. */
    @Test
    void aNodeThatSpeaksTlsIsSentToOverTls(@TempDir Path folder) throws Exception {
        Certificates ours = Certificates.make(folder, "ours", "dns:gate.example");
        Certificates theirs = Certificates.make(folder, "theirs", "ip:127.0.0.1");
        Tls acceptor = tls(theirs, ours, Tls.ClientAuthentication.REQUIRED);
        Tls requester = tls(ours, theirs, Tls.ClientAuthentication.NONE);
        NodeTls known = new NodeTls() {
            @Override
            public SSLContext context() {
                return requester.context();
            }

            @Override
            public boolean checksHostName() {
                return true;
            }
        };
        try (FakePacs secured = new FakePacs(5, acceptor)) {
            Node node = new Node(
                    "n1",
                    "the-pacs",
                    "PACS",
                    "127.0.0.1",
                    secured.port(),
                    true,
                    Node.Permission.READ,
                    Node.Origin.LOCAL,
                    false,
                    null,
                    known);
            NodeDirectory nodes = directory(List.of(node));
            DicomDestination destination = destination(
                    new NodePeer("the-pacs", () -> nodes),
                    1,
                    new DicomSettings.Commitment(Set.of(), Duration.ofSeconds(60)));
            assertEquals(ProbeResult.State.REACHABLE, destination.probe().state());
            assertInstanceOf(DeliveryOutcome.Delivered.class, destination.deliver(FakeDelivery.images(2)));
            assertEquals(2, secured.stored.size());
            try (NodeDestinations.NodeSender sender = new DicomNodeDestinations().open(node, "GATE")) {
                assertInstanceOf(DeliveryOutcome.Delivered.class, sender.send(FakeDelivery.images(2)));
            }
            assertEquals(2, secured.received("1.2.1").size());
        }
    }

    private static Tls tls(Certificates own, Certificates trusted, Tls.ClientAuthentication clients)
            throws IOException {
        return new Tls(
                new Tls.Settings(own.pem(), null, new char[0], trusted.certificate(), new char[0], clients, true));
    }

    @Test
    void aNodeIsSentToAsItStandsAtTheMoment() throws Exception {
        AtomicReference<@Nullable NodeDirectory> nodes = new AtomicReference<>();
        DicomDestination destination = destination(new NodePeer("the-pacs", nodes::get), 1, null);
        assertTrue(later(destination.deliver(FakeDelivery.images(1))).contains("the node list is not there"));
        assertEquals(ProbeResult.State.UNREACHABLE, destination.probe().state());

        Node good = node("n1", true, Node.Permission.READ);
        Map<List<Node>, String> refused = Map.of(
                List.of(), "there is no node the-pacs",
                List.of(node("n1", false, Node.Permission.READ)), "node the-pacs is switched off",
                List.of(node("n1", true, Node.Permission.WRITE)), "has not the permission to read",
                List.of(good, node("n2", true, Node.Permission.READ)), "several nodes are called the-pacs");
        for (Map.Entry<List<Node>, String> each : refused.entrySet()) {
            nodes.set(directory(each.getKey()));
            String why = later(destination.deliver(FakeDelivery.images(1)));
            assertTrue(why.contains(each.getValue()), why);
        }
        assertTrue(pacs.requests.isEmpty());

        nodes.set(directory(List.of(good)));
        assertEquals(DeliveryOutcome.delivered("PACS"), destination.deliver(FakeDelivery.images(1)));
        assertEquals(ProbeResult.State.REACHABLE, destination.probe().state());
    }
}
