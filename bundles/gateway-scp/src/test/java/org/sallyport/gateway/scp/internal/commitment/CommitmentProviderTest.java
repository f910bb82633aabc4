package org.sallyport.gateway.scp.internal.commitment;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.scp.internal.Fakes.fake;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicReference;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.dicom.net.StorageCommitment.Reference;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.dicom.net.StorageCommitment.Request;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.scp.internal.Fakes;
import org.sallyport.gateway.scp.internal.TlsPeers;

/** A peer asks over loopback and is reported to, on the association of its request and on one of its own. */
@Timeout(120)
class CommitmentProviderTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final Timeouts PATIENT =
            new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(30), Duration.ofSeconds(30));

    @TempDir
    private Path folder;

    @TempDir
    private Path keys;

    private final Map<String, StoredInstance> stored = new HashMap<>();
    private final AtomicReference<State> delivery = new AtomicReference<>(State.WAITING);
    private final BlockingQueue<Report> reports = new LinkedBlockingQueue<>();
    private final BlockingQueue<String> completed = new LinkedBlockingQueue<>();
    private final AtomicReference<CommitmentProvider> provider = new AtomicReference<>();
    private final AssociationServer gateway = server((association, message) -> {
        CommitmentProvider.Desk desk = Objects.requireNonNull(provider.get()).desk();
        association.send(message.context(), desk.take(association, message));
        desk.report(association);
        desk.close();
    });
    private final AssociationServer peer = server(this::hear);
    private int peerPort = peer.port();
    private @Nullable Node sealed;

    CommitmentProviderTest() throws IOException {}

    private void hear(Association association, Association.Message message) throws IOException {
        reports.add(StorageCommitment.readReport(message));
        association.send(message.context(), message.command().response(CommandSet.SUCCESS));
    }

    private static AssociationServer server(Fakes.Serving serving) throws IOException {
        return Fakes.server(PATIENT, () -> {}, serving);
    }

    @AfterEach
    void stop() throws IOException {
        CommitmentProvider made = provider.get();
        if (made != null) {
            made.close();
        }
        gateway.close();
        peer.close();
    }

    private void begin(boolean onNew, boolean whenDelivered, Duration longest) throws IOException {
        StudyIndex index = fake(StudyIndex.class, Map.of("instances", given -> List.copyOf(stored.values())));
        DeliveryQueue queue = fake(
                DeliveryQueue.class,
                Map.of(
                        "ofStudy",
                        given -> List.of(new DeliveryQueue.DeliveryRecord(
                                1,
                                "2.25.1",
                                1,
                                "archive",
                                IdentityMode.PSEUDONYMOUS,
                                Objects.requireNonNull(delivery.get()),
                                1,
                                Instant.EPOCH,
                                Instant.EPOCH,
                                null,
                                null,
                                4,
                                null,
                                "0123456789abcdef",
                                null))));
        // Seals nothing, so that the test may see what is written; the vault has tests of its own.
        IdentityVault vault =
                fake(IdentityVault.class, Map.of("sealHeld", given -> (OutputStream) given[1], "open", given ->
                        (InputStream) given[1]));
        CommitmentProvider made = new CommitmentProvider(
                new CommitmentProvider.Settings(onNew, Duration.ofHours(1), PATIENT),
                folder,
                vault,
                () -> new Judge(uid -> Optional.ofNullable(stored.get(uid)), index, queue, whenDelivered, longest),
                aet -> aet.equals("SEALED")
                        ? Optional.ofNullable(sealed)
                        : aet.equals("MODALITY")
                                ? Optional.of(new Node(
                                        "m",
                                        "m",
                                        aet,
                                        "127.0.0.1",
                                        peerPort,
                                        true,
                                        Node.Permission.WRITE,
                                        Node.Origin.LOCAL,
                                        false))
                                : Optional.empty(),
                completed::add,
                Clock.systemUTC());
        provider.set(made);
        made.start();
    }

    private void store(String uid, Presence presence) {
        InstanceFacts facts = Fakes.facts("2.25.1", uid, CT, EXPLICIT);
        stored.put(
                uid, new StoredInstance(facts, UUID.randomUUID(), "pack", 0, 1, 1, new byte[32], 1, presence, null, 0));
    }

    private Association open(String aet) throws IOException {
        Association association = AssociationRequester.open(
                "127.0.0.1",
                gateway.port(),
                "GATE",
                aet,
                List.of(new AssociateRequest.ProposedContext(1, StorageCommitment.SOP_CLASS, List.of(EXPLICIT))),
                PATIENT);
        association.onEventReport(message -> {
            reports.add(StorageCommitment.readReport(message));
            return CommandSet.SUCCESS;
        });
        return association;
    }

    private static Request request(String... uids) {
        return new Request(
                "1.9.9", Stream.of(uids).map(uid -> new Reference(CT, uid)).toList());
    }

    private Report report() throws InterruptedException {
        Report report = reports.poll(60, TimeUnit.SECONDS);
        if (report == null) {
            throw new AssertionError("no report came");
        }
        return report;
    }

    private long files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.count();
        }
    }

    private void awaitNoFile() throws IOException, InterruptedException {
        long end = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        while (files() > 0) {
            assertTrue(System.nanoTime() < end, "its file is not removed");
            TimeUnit.MILLISECONDS.sleep(20);
        }
    }

    @Test
    void whatIsThereIsCommittedAndTheRestIsNamedWithItsReason() throws Exception {
        begin(true, false, Duration.ofHours(1));
        store("1.1", Presence.HERE);
        store("1.2", Presence.CLEANED_UP);
        store("1.3", Presence.DELETED);
        try (Association association = open("MODALITY")) {
            CommandSet response = StorageCommitment.request(
                    association,
                    new Request(
                            "1.9.9",
                            List.of(
                                    new Reference(CT, "1.1"),
                                    new Reference(CT, "1.2"),
                                    new Reference(CT, "1.3"),
                                    new Reference(CT, "1.4"),
                                    new Reference("1.2.840.10008.5.1.4.1.1.4", "1.1.1"))));
            assertEquals(CommandSet.SUCCESS, response.status());
            association.release();
        }
        assertEquals(
                new Report(
                        "1.9.9",
                        List.of("1.1", "1.2"),
                        List.of(
                                new Failure("1.3", Judge.NO_SUCH_INSTANCE),
                                new Failure("1.4", Judge.NO_SUCH_INSTANCE),
                                new Failure("1.1.1", Judge.NO_SUCH_INSTANCE))),
                report());
        assertEquals("2.25.1", completed.poll(), "who asks has sent all: the study is complete");
        awaitNoFile();
    }

    @Test
    void aNodeThatSpeaksTlsIsReportedToOverTls() throws Exception {
        TlsPeers peers = TlsPeers.make(keys);
        try (AssociationServer secured = Fakes.server(PATIENT, peers.acceptor(), () -> {}, this::hear)) {
            sealed = peers.node("SEALED", secured.port());
            begin(true, false, Duration.ofHours(1));
            store("1.1", Presence.HERE);
            try (Association association = open("SEALED")) {
                StorageCommitment.request(association, request("1.1"));
                association.release();
            }
            assertEquals(new Report("1.9.9", List.of("1.1"), List.of()), report());
            awaitNoFile();
        }
    }

    @Test
    void aWrongClassIsAConflict() throws Exception {
        begin(true, false, Duration.ofHours(1));
        store("1.1", Presence.HERE);
        try (Association association = open("MODALITY")) {
            StorageCommitment.request(
                    association, new Request("1.9.9", List.of(new Reference("1.2.840.10008.5.1.4.1.1.4", "1.1"))));
            association.release();
        }
        assertEquals(List.of(new Failure("1.1", Judge.CLASS_CONFLICT)), report().failed());
    }

    @Test
    void whoIsNoNodeIsToldOnTheAssociationOfTheRequest() throws Exception {
        begin(true, false, Duration.ofHours(1));
        store("1.1", Presence.HERE);
        try (Association association = open("STRANGER")) {
            assertEquals(
                    CommandSet.SUCCESS,
                    StorageCommitment.request(association, request("1.1")).status());
            assertTrue(association.serveEventReport(Duration.ofSeconds(60), () -> false));
            association.release();
        }
        assertEquals(List.of("1.1"), report().committed());
        awaitNoFile();
    }

    @Test
    void aNodeIsToldOnTheAssociationOfItsRequestIfThatIsSet() throws Exception {
        begin(false, false, Duration.ofHours(1));
        store("1.1", Presence.HERE);
        try (Association association = open("MODALITY")) {
            assertEquals(
                    CommandSet.SUCCESS,
                    StorageCommitment.request(association, request("1.1", "1.2"))
                            .status());
            assertTrue(association.serveEventReport(Duration.ofSeconds(60), () -> false));
            association.release();
        }
        assertEquals(
                new Report("1.9.9", List.of("1.1"), List.of(new Failure("1.2", Judge.NO_SUCH_INSTANCE))), report());
        awaitNoFile();
        assertTrue(reports.isEmpty(), "once");
    }

    @Test
    void whatIsNotKnownWhileThatAssociationIsOpenIsReportedOnANewOne() throws Exception {
        begin(false, true, Duration.ofHours(1));
        store("1.1", Presence.HERE);
        try (Association association = open("MODALITY")) {
            StorageCommitment.request(association, request("1.1"));
            association.release();
        }
        assertTrue(reports.isEmpty());
        delivery.set(State.DELIVERED);
        assertEquals(List.of("1.1"), report().committed());
        awaitNoFile();
    }

    @Test
    void aPeerThatIsAwayIsToldLaterAlsoAfterARestart() throws Exception {
        store("1.1", Presence.HERE);
        int there = peerPort;
        try (java.net.ServerSocket closed = new java.net.ServerSocket(0)) {
            peerPort = closed.getLocalPort();
        }
        begin(true, false, Duration.ofHours(1));
        try (Association association = open("MODALITY")) {
            StorageCommitment.request(association, request("1.1"));
            association.release();
        }
        assertEquals(1, files());
        Objects.requireNonNull(provider.get()).close();
        assertTrue(reports.isEmpty());
        peerPort = there;
        begin(true, false, Duration.ofHours(1));
        assertEquals(List.of("1.1"), report().committed());
        awaitNoFile();
    }

    @Test
    void ifItHasToBeDeliveredFirstTheReportWaitsForThat() throws Exception {
        begin(true, true, Duration.ofHours(1));
        store("1.1", Presence.HERE);
        try (Association association = open("MODALITY")) {
            StorageCommitment.request(association, request("1.1"));
            association.release();
        }
        assertEquals("2.25.1", completed.poll(60, TimeUnit.SECONDS));
        assertEquals("2.25.1", completed.poll(60, TimeUnit.SECONDS), "it is looked at again");
        assertTrue(reports.isEmpty());
        delivery.set(State.DELIVERED);
        assertEquals(List.of("1.1"), report().committed());
    }

    @Test
    void whatIsNotDeliveredInTimeFails() throws Exception {
        begin(true, true, Duration.ZERO);
        store("1.1", Presence.HERE);
        try (Association association = open("MODALITY")) {
            StorageCommitment.request(association, request("1.1"));
            association.release();
        }
        assertEquals(List.of(new Failure("1.1", Judge.PROCESSING_FAILURE)), report().failed());
    }

    @Test
    void badRequestsAreRefused() throws Exception {
        begin(true, false, Duration.ofHours(1));
        try (Association association = open("MODALITY")) {
            assertEquals(
                    CommandSet.MISTYPED_ARGUMENT,
                    StorageCommitment.request(association, new Request("1.9.9", List.of()))
                            .status());
            assertEquals(
                    CommandSet.PROCESSING_FAILURE,
                    association
                            .action(StorageCommitment.SOP_CLASS, StorageCommitment.SOP_INSTANCE, 1, null)
                            .status());
            assertEquals(
                    CommandSet.NO_SUCH_ACTION,
                    association
                            .action(StorageCommitment.SOP_CLASS, StorageCommitment.SOP_INSTANCE, 2, null)
                            .status());
            association.release();
        }
        assertEquals(0, files());
        assertFalse(reports.iterator().hasNext());
    }
}
