package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.net.ConnectException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.Callable;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.PresentationContext.Result;

/** Associations from both sides: echo, store, rejection, release and abort. */
class AssociationTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";

    private final TestService service = new TestService();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final List<AssociationServer> servers = new ArrayList<>();

    @AfterEach
    void stop() throws IOException {
        threads.shutdownNow();
        for (AssociationServer server : servers) {
            server.close();
        }
    }

    private AssociationServer start() throws IOException {
        return start(TestService.MAX_PDU, 10);
    }

    private AssociationServer start(int maxPduLength, int maxAssociations) throws IOException {
        AssociationServer server = service.start(maxPduLength, maxAssociations, TestService.PATIENT);
        servers.add(server);
        return server;
    }

    private static Association open(int port, List<ProposedContext> contexts) throws IOException {
        return AssociationRequester.open("127.0.0.1", port, "CALLED", "CALLING", contexts, TestService.PATIENT);
    }

    private static Association open(AssociationServer server) throws IOException {
        return open(server.port(), storage());
    }

    private static List<ProposedContext> storage() {
        return List.of(
                new ProposedContext(1, AssociationRequester.VERIFICATION, List.of(RawPeer.IMPLICIT)),
                new ProposedContext(3, CT, List.of(EXPLICIT)));
    }

    private static AssociationException fails(Kind kind, Callable<?> what) {
        AssociationException e = assertThrows(AssociationException.class, what::call);
        assertEquals(kind, e.kind(), e::getMessage);
        return e;
    }

    private <T> T result(Future<T> future) throws InterruptedException, ExecutionException {
        try {
            return future.get(20, TimeUnit.SECONDS);
        } catch (java.util.concurrent.TimeoutException e) {
            throw new AssertionError("nothing came within 20 seconds", e);
        }
    }

    private static byte[] random(int length) {
        byte[] bytes = new byte[length];
        new Random(length).nextBytes(bytes);
        return bytes;
    }

    // ---- echo and store

    @Test
    void anEchoIsAnsweredAndTheAssociationReleased() throws IOException, InterruptedException {
        AssociationServer server = start();
        try (Association association = open(server)) {
            assertEquals(0, association.echo());
            assertEquals(0, association.echo());
            Association served = service.awaitBegin();
            assertEquals("CALLING", served.callingAet());
            assertEquals("CALLED", served.calledAet());
            assertEquals(List.of(served), server.associations());
            association.release();
        }
        assertEquals(2, service.awaitEnd().messages());
        assertTrue(service.failed.isEmpty());
    }

    @Test
    void theLongestPduThatCameIsKnown() throws IOException, InterruptedException {
        try (Association association = open(start())) {
            Association served = service.awaitBegin();
            assertEquals(0, association.echo());
            long echo = served.longestPdu();
            assertTrue(echo > 0 && echo < 200, "a command without a data set: " + echo);
            association.store(CT, "1.2.3", EXPLICIT, out -> out.write(new byte[3_000]));
            long image = served.longestPdu();
            assertTrue(image > 3_000 && image < 4_000, "a data set of 3,000 bytes: " + image);
            assertEquals(0, association.echo());
            assertEquals(image, served.longestPdu(), "the longest, not the last");
            association.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {0, 2, 4090, 4096, 16_378, 16_380, 1_000_000})
    void aStoredDataSetComesAsItWasSent(int length) throws IOException, InterruptedException {
        byte[] dataSet = random(length);
        try (Association association = open(start())) {
            CommandSet response = association.store(CT, "1.2.3", EXPLICIT, out -> out.write(dataSet));
            assertEquals(CommandSet.SUCCESS, response.status());
            assertEquals("1.2.3", response.affectedSopInstanceUid());
            association.release();
        }
        TestService.Stored stored = TestService.await(service.stored, "nothing was stored");
        assertEquals("1.2.3", stored.sopInstanceUid());
        assertArrayEquals(dataSet, stored.dataSet());
    }

    @Test
    void aLargeDataSetComesWholeInPdusOfFourKibibytes() throws IOException, InterruptedException {
        byte[] dataSet = random(20_000_000);
        try (Association association = open(start(4096, 10).port(), storage())) {
            assertEquals(4096, association.peer().maxPduLength());
            // Written in pieces that fit no PDU.
            association.store(CT, "1.2.3", EXPLICIT, out -> new ByteArrayInputStream(dataSet).transferTo(out));
            association.release();
        }
        assertArrayEquals(
                dataSet, TestService.await(service.stored, "nothing was stored").dataSet());
    }

    @Test
    void manyMessagesGoThroughOneAssociation() throws IOException, InterruptedException {
        try (Association association = open(start())) {
            for (int i = 0; i < 200; i++) {
                byte[] dataSet = random(i);
                String uid = "1.2." + i;
                assertEquals(
                        0,
                        association
                                .store(CT, uid, EXPLICIT, out -> out.write(dataSet))
                                .status());
                assertEquals(
                        uid,
                        TestService.await(service.stored, "nothing was stored").sopInstanceUid());
            }
            association.release();
        }
    }

    @Test
    void whatAServiceLeavesOfADataSetIsPassedOver() throws IOException {
        service.handling((association, message) ->
                association.send(message.context(), message.command().response(0xA700)));
        try (Association association = open(start())) {
            for (int i = 0; i < 3; i++) {
                assertEquals(
                        0xA700,
                        association
                                .store(CT, "1.2.3", EXPLICIT, out -> out.write(random(300_000)))
                                .status());
            }
            association.release();
        }
    }

    /** PS3.8 9.3.2.2: ids are odd, 1 to 255, so that there are 128 at most. */
    @Test
    void eachOf128ContextsIsNegotiatedAndUsed() throws IOException, InterruptedException {
        List<ProposedContext> contexts = new ArrayList<>();
        for (int i = 0; i < 128; i++) {
            contexts.add(new ProposedContext(2 * i + 1, "1.2.840.99." + i, List.of(EXPLICIT, RawPeer.IMPLICIT)));
        }
        try (Association association = open(start().port(), contexts)) {
            assertEquals(128, association.contexts().size());
            assertTrue(association.contexts().stream().allMatch(PresentationContext::isAccepted));
            for (int i : new int[] {0, 1, 63, 64, 126, 127}) {
                association.store("1.2.840.99." + i, "1.2." + i, EXPLICIT, out -> out.write(random(10)));
                assertEquals(
                        "1.2." + i,
                        TestService.await(service.stored, "nothing was stored").sopInstanceUid());
            }
            association.release();
        }
    }

    @ParameterizedTest
    @ValueSource(ints = {-1, 0, 2, 254, 256, 257, 399})
    void noContextHasAnIdThatIsNone(int id) {
        assertThrows(IllegalArgumentException.class, () -> new ProposedContext(id, CT, List.of(EXPLICIT)));
    }

    @Test
    void aContextThatWasNotAcceptedIsNotUsed() throws IOException {
        try (Association association = open(start())) {
            assertThrows(IOException.class, () -> association.store(CT, "1.2", RawPeer.IMPLICIT, out -> {}));
            assertThrows(IOException.class, () -> association.store("1.2.9", "1.2", EXPLICIT, out -> {}));
            assertEquals(0, association.echo());
            association.release();
        }
    }

    /** A data set cut short must not look complete to the peer, who would keep it. */
    @Test
    void aDataSetThatCannotBeWrittenToItsEndIsAbortedNotCompleted() throws IOException, InterruptedException {
        try (Association association = open(start())) {
            IOException disk = new IOException("disk failed");
            IOException e = assertThrows(
                    IOException.class,
                    () -> association.store(CT, "1.2.3", EXPLICIT, out -> {
                        out.write(random(100_000));
                        throw disk;
                    }));
            assertEquals(disk, e);
        }
        IOException seen = TestService.await(service.failed, "the service saw no failure");
        assertTrue(seen instanceof AssociationException ended && ended.kind() == Kind.ABORTED_BY_PEER, seen::toString);
        assertTrue(service.stored.isEmpty());
    }

    @Test
    void aDataSetWhoseSourceFailsByAnErrorOfTheProgramIsAborted() throws IOException, InterruptedException {
        try (Association association = open(start())) {
            assertThrows(
                    IllegalStateException.class,
                    () -> association.store(CT, "1.2.3", EXPLICIT, out -> {
                        throw new IllegalStateException("broken");
                    }));
        }
        service.awaitEnd();
        assertTrue(service.stored.isEmpty());
    }

    // ---- rejection

    @Test
    void aRequestIsRejectedWithTheReasonOfThePolicy() throws IOException {
        service.rejecting(request -> {
            if (!request.calledAet().equals("RIGHT")) {
                return Rejection.CALLED_AET_NOT_RECOGNIZED;
            }
            return request.callingAet().equals("FRIEND") ? null : Rejection.CALLING_AET_NOT_RECOGNIZED;
        });
        int port = start().port();

        assertEquals(
                Rejection.CALLED_AET_NOT_RECOGNIZED,
                fails(Kind.REJECTED, () -> openAs(port, "WRONG", "FRIEND")).rejection());
        assertEquals(
                Rejection.CALLING_AET_NOT_RECOGNIZED,
                fails(Kind.REJECTED, () -> openAs(port, "RIGHT", "STRANGER")).rejection());
        try (Association association = openAs(port, "RIGHT", "FRIEND")) {
            association.release();
        }
    }

    private static Association openAs(int port, String called, String calling) throws IOException {
        return AssociationRequester.open("127.0.0.1", port, called, calling, storage(), TestService.PATIENT);
    }

    /** PS3.8 Table 9-21. */
    @Test
    void anotherProtocolVersionOrApplicationContextIsRejected() throws IOException {
        int port = start().port();
        try (RawPeer peer = RawPeer.connect(port)) {
            peer.send(RawPeer.pdu(1, RawPeer.request(2, "1.2.840.10008.3.1.1.1", 0)));
            assertEquals("3 00010202", peer.receive().toString());
        }
        try (RawPeer peer = RawPeer.connect(port)) {
            peer.send(RawPeer.pdu(1, RawPeer.request(1, "1.2.3", 0)));
            assertEquals("3 00010102", peer.receive().toString());
        }
        try (RawPeer peer = RawPeer.connect(port)) {
            // Later versions beside version 1.
            peer.send(RawPeer.pdu(1, RawPeer.request(3, "1.2.840.10008.3.1.1.1", 0)));
            assertEquals(RawPeer.ASSOCIATE_AC, peer.receive().type());
        }
    }

    @Test
    void oneAssociationMoreThanAllowedIsRejectedForNow() throws IOException, InterruptedException {
        AssociationServer server = start(TestService.MAX_PDU, 2);
        Association first = open(server);
        Association second = open(server);

        for (int i = 0; i < 5; i++) {
            assertEquals(
                    Rejection.LOCAL_LIMIT_EXCEEDED,
                    fails(Kind.REJECTED, () -> open(server)).rejection());
        }
        assertEquals(0, first.echo());
        first.release();
        service.awaitEnd();
        try (Association third = openWhenThereIsAPlace(server)) {
            assertEquals(0, third.echo());
            third.release();
        }
        second.release();
    }

    /** The limit of the system's threads is no reason to stop listening for good. */
    @Test
    void anAssociationForWhichThereIsNoThreadIsRejectedForNow() throws IOException {
        AtomicBoolean none = new AtomicBoolean(true);
        AssociationServer server = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, TestService.MAX_PDU, 2, TestService.PATIENT),
                service,
                task -> new Thread(task) {
                    @Override
                    public synchronized void start() {
                        if (none.get()) {
                            throw new OutOfMemoryError("unable to create native thread");
                        }
                        super.start();
                    }
                });
        servers.add(server);
        // More often than there are places: each is given back.
        for (int i = 0; i < 5; i++) {
            assertEquals(
                    Rejection.LOCAL_LIMIT_EXCEEDED,
                    fails(Kind.REJECTED, () -> open(server)).rejection());
        }
        none.set(false);
        try (Association association = open(server)) {
            assertEquals(0, association.echo());
            association.release();
        }
    }

    /** The place is free shortly after the association has ended. */
    private static Association openWhenThereIsAPlace(AssociationServer server) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try {
                return open(server);
            } catch (AssociationException e) {
                if (e.kind() != Kind.REJECTED || System.nanoTime() - deadline > 0) {
                    throw e;
                }
            }
        }
    }

    // ---- abort

    @Test
    void anAbortOfTheRequesterEndsTheService() throws IOException, InterruptedException {
        try (Association association = open(start())) {
            association.echo();
            association.abort();
            assertThrows(AssociationException.class, association::echo);
            association.abort();
        }
        service.awaitEnd();
    }

    @Test
    void anAbortOfTheServiceIsSeenByTheRequester() throws IOException, InterruptedException {
        service.handling((association, message) -> association.abort());
        try (Association association = open(start())) {
            fails(Kind.ABORTED_BY_PEER, association::echo);
        }
        service.awaitEnd();
    }

    @Test
    void anAbortInTheMiddleOfADataSetReachesTheRequester() throws IOException, InterruptedException {
        service.handling((association, message) -> {
            message.dataSet().readNBytes(10_000);
            association.abort();
        });
        try (Association association = open(start())) {
            AssociationException e = assertThrows(
                    AssociationException.class,
                    () -> association.store(CT, "1.2.3", EXPLICIT, out -> out.write(random(200_000))));
            assertEquals(Kind.ABORTED_BY_PEER, e.kind());
        }
        service.awaitEnd();
    }

    @Test
    void aServiceThatFailsAbortsItsAssociation() throws IOException, InterruptedException {
        BlockingQueue<Exception> failures =
                new LinkedBlockingQueue<>(List.of(new IOException("disk failed"), new IllegalStateException("broken")));
        service.handling((association, message) -> {
            Exception e = failures.remove();
            if (e instanceof IOException io) {
                throw io;
            }
            throw new IllegalStateException(e);
        });
        AssociationServer server = start();
        for (int i = 0; i < 2; i++) {
            try (Association association = open(server)) {
                fails(Kind.ABORTED_BY_PEER, association::echo);
            }
            service.awaitEnd();
        }
    }

    @Test
    void aPolicyThatFailsAbortsTheRequest() throws IOException {
        service.rejecting(request -> {
            throw new IllegalStateException("broken");
        });
        AssociationServer server = start();

        fails(Kind.ABORTED_BY_PEER, () -> open(server));
    }

    @Test
    void aServiceThatAnswersAfterTheEndIsToldSo() throws IOException, InterruptedException {
        BlockingQueue<IOException> told = new LinkedBlockingQueue<>();
        service.handling((association, message) -> {
            association.abort();
            try {
                association.send(message.context(), message.command().response(0));
            } catch (IOException e) {
                told.add(e);
                throw e;
            }
        });
        try (Association association = open(start())) {
            assertThrows(AssociationException.class, association::echo);
        }
        IOException e = TestService.await(told, "the service was told nothing");
        assertTrue(e instanceof AssociationException ended && ended.kind() == Kind.CONNECTION_LOST, e::toString);
    }

    @Test
    void killingAnAssociationFromAnotherThreadEndsItsWait() throws Exception {
        AssociationServer server = start();
        try (Association association = open(server)) {
            Association served = service.awaitBegin();
            served.kill();
            service.awaitEnd();
            assertThrows(AssociationException.class, association::echo);
        }
    }

    // ---- the server stops

    @Test
    void stoppingTheServerAbortsAnIdleAssociation() throws IOException, InterruptedException {
        AssociationServer server = start();
        try (RawPeer peer = RawPeer.associated(server.port(), 0)) {
            Future<?> closed = threads.submit(() -> {
                server.close();
                return null;
            });
            assertEquals("7 00000000", peer.receive().toString());
            peer.shutdownOutput();
            result(closed);
        } catch (ExecutionException e) {
            throw new AssertionError(e);
        }
        service.awaitEnd();
        assertTrue(server.associations().isEmpty());
    }

    @Test
    void aRunningAssociationMayEndWithinTheGraceOfAStop() throws Exception {
        AssociationServer server = start();
        try (Association association = open(server)) {
            service.awaitBegin();
            int port = server.port();
            Future<?> closed = threads.submit(() -> {
                server.close(TestService.PATIENT.idle());
                return null;
            });
            awaitRefusal(port);
            assertEquals(0, association.echo());
            assertFalse(closed.isDone());
            association.release();
            result(closed);
        }
        assertEquals(1, service.awaitEnd().messages());
    }

    /** Until nothing listens there any more. */
    private static void awaitRefusal(int port) throws IOException {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(20);
        while (true) {
            try (RawPeer peer = RawPeer.connect(port)) {
                // Accepted while the server was closing.
                peer.shutdownOutput();
                assertTrue(System.nanoTime() - deadline < 0, "the port is still open");
            } catch (ConnectException e) {
                return;
            }
        }
    }

    @Test
    void aPortInUseIsToldAtStart() throws IOException {
        try (ServerSocket listener = RawPeer.listen()) {
            int port = listener.getLocalPort();
            IOException e = assertThrows(
                    IOException.class,
                    () -> AssociationServer.start(
                            new AssociationServer.Settings("127.0.0.1", port, 16_384, 1, TestService.PATIENT),
                            service));
            assertTrue(String.valueOf(e.getMessage()).contains("port " + port), e::getMessage);
        }
    }

    // ---- release collisions (PS3.8 9.2.3, Sta9 to Sta12)

    @Test
    void theRequesterResolvesAReleaseCollision() throws Exception {
        try (ServerSocket listener = RawPeer.listen()) {
            Future<Void> requester = threads.submit(() -> {
                try (Association association = open(listener.getLocalPort(), storage())) {
                    association.release();
                }
                return null;
            });
            try (RawPeer peer = RawPeer.accept(listener)) {
                accept(peer);
                assertEquals("5 00000000", peer.receive().toString());
                peer.send(RawPeer.release(RawPeer.RELEASE_RQ));
                assertEquals("6 00000000", peer.receive().toString());
                peer.send(RawPeer.release(RawPeer.RELEASE_RP));
                assertEquals(-1, peer.receive().type());
            }
            result(requester);
        }
    }

    @Test
    void theAcceptorResolvesAReleaseCollision() throws Exception {
        service.handling((association, message) -> association.release());
        try (RawPeer peer = RawPeer.associated(start().port(), 0)) {
            peer.send(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, RawPeer.echo(1))));
            assertEquals("5 00000000", peer.receive().toString());
            peer.send(RawPeer.release(RawPeer.RELEASE_RQ));
            // The requester of the association answers first.
            peer.send(RawPeer.release(RawPeer.RELEASE_RP));
            assertEquals("6 00000000", peer.receive().toString());
        }
        service.awaitEnd();
        assertTrue(service.failed.isEmpty());
    }

    @Test
    void dataThatComesWhileReleasingIsPassedOver() throws Exception {
        service.handling((association, message) -> association.release());
        byte[] echo = RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, RawPeer.echo(1)));
        try (RawPeer peer = RawPeer.associated(start().port(), 0)) {
            peer.send(echo);
            assertEquals("5 00000000", peer.receive().toString());
            peer.send(echo).send(echo).send(RawPeer.release(RawPeer.RELEASE_RP));
            assertEquals(-1, peer.receive().type());
        }
        service.awaitEnd();
        assertTrue(service.failed.isEmpty());
    }

    // ---- the requester's peer

    private static void accept(RawPeer peer) throws IOException {
        assertEquals(RawPeer.ASSOCIATE_RQ, peer.receive().type());
        peer.send(RawPeer.pdu(RawPeer.ASSOCIATE_AC, RawPeer.acceptance(RawPeer.acceptedContext(1, RawPeer.IMPLICIT))));
    }

    /** Requests an association, whatever the peer makes of it. */
    private Future<AssociationException> requesting(int port, boolean echo) {
        return threads.submit(() -> {
            try (Association association = open(port, storage())) {
                if (echo) {
                    association.echo();
                }
                throw new AssertionError("the association did not fail");
            } catch (AssociationException e) {
                return e;
            }
        });
    }

    private void assertRequestFails(byte[] answer, Kind kind, String abort) throws Exception {
        try (ServerSocket listener = RawPeer.listen()) {
            Future<AssociationException> requester = requesting(listener.getLocalPort(), false);
            try (RawPeer peer = RawPeer.accept(listener)) {
                assertEquals(RawPeer.ASSOCIATE_RQ, peer.receive().type());
                peer.send(answer);
                if (!abort.isEmpty()) {
                    assertEquals(abort, peer.receive().toString());
                }
                peer.shutdownOutput();
                assertEquals(-1, peer.receive().type());
            }
            assertEquals(kind, result(requester).kind());
        }
    }

    @Test
    void whatAnswersARequestAgainstTheProtocolIsAborted() throws Exception {
        assertRequestFails(RawPeer.release(RawPeer.ABORT), Kind.ABORTED_BY_PEER, "");
        assertRequestFails(new byte[0], Kind.CONNECTION_LOST, "");
        assertRequestFails(new byte[] {2, 0, 0}, Kind.CONNECTION_LOST, "");
        assertRequestFails(RawPeer.release(0x77), Kind.PROTOCOL_ERROR, "7 00000201");
        assertRequestFails(RawPeer.release(RawPeer.RELEASE_RP), Kind.PROTOCOL_ERROR, "7 00000202");
        assertRequestFails(RawPeer.pdu(1, RawPeer.request(0)), Kind.PROTOCOL_ERROR, "7 00000202");
        assertRequestFails(RawPeer.pdu(2, new byte[10]), Kind.PROTOCOL_ERROR, "7 00000206");
        assertRequestFails(
                RawPeer.pdu(2, RawPeer.acceptance(RawPeer.acceptedContext(9, RawPeer.IMPLICIT))),
                Kind.PROTOCOL_ERROR,
                "7 00000206");
        assertRequestFails(
                RawPeer.pdu(2, RawPeer.acceptance(RawPeer.acceptedContext(1, EXPLICIT))),
                Kind.PROTOCOL_ERROR,
                "7 00000206");
    }

    @Test
    void anAnswerToAnotherMessageIsAborted() throws Exception {
        byte[] response = RawPeer.command(0x8030, 77, 0x0101, RawPeer.VERIFICATION, null);
        try (ServerSocket listener = RawPeer.listen()) {
            Future<AssociationException> requester = requesting(listener.getLocalPort(), true);
            try (RawPeer peer = RawPeer.accept(listener)) {
                accept(peer);
                peer.receiveCommand();
                peer.send(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, response)));
                assertEquals("7 00000206", peer.receive().toString());
            }
            assertEquals(Kind.PROTOCOL_ERROR, result(requester).kind());
        }
    }

    @Test
    void aReleaseInsteadOfAnAnswerIsConfirmedAndTold() throws Exception {
        try (ServerSocket listener = RawPeer.listen()) {
            Future<AssociationException> requester = requesting(listener.getLocalPort(), true);
            try (RawPeer peer = RawPeer.accept(listener)) {
                accept(peer);
                peer.receiveCommand();
                peer.send(RawPeer.release(RawPeer.RELEASE_RQ));
                assertEquals("6 00000000", peer.receive().toString());
            }
            assertEquals(Kind.RELEASED, result(requester).kind());
        }
    }

    @Test
    void theContextsAreTheOnesThePeerAccepted() throws Exception {
        try (ServerSocket listener = RawPeer.listen()) {
            Future<List<PresentationContext>> requester = threads.submit(() -> {
                try (Association association = open(listener.getLocalPort(), storage())) {
                    return association.contexts();
                }
            });
            byte[] accepted = RawPeer.acceptedContext(1, RawPeer.IMPLICIT);
            byte[] refused = RawPeer.acceptedContext(3, "");
            refused[6] = 3;
            byte[] both = Arrays.copyOf(accepted, accepted.length + refused.length);
            System.arraycopy(refused, 0, both, accepted.length, refused.length);
            try (RawPeer peer = RawPeer.accept(listener)) {
                assertEquals(RawPeer.ASSOCIATE_RQ, peer.receive().type());
                peer.send(RawPeer.pdu(RawPeer.ASSOCIATE_AC, RawPeer.acceptance(both)));
                assertEquals(-1, peer.receive().type());
            }
            List<PresentationContext> contexts = result(requester);
            assertEquals(Result.ACCEPTANCE, contexts.get(0).result());
            assertEquals(Result.ABSTRACT_SYNTAX_NOT_SUPPORTED, contexts.get(1).result());
        }
    }

    @Test
    void aTitleOfMoreThanSixteenCharactersIsRefusedBeforeAnythingIsSent() throws IOException {
        int port = start().port();

        assertThrows(IllegalArgumentException.class, () -> openAs(port, "A".repeat(17), "A"));
    }
}
