package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.net.ServerSocket;
import java.net.SocketException;
import java.time.Duration;
import java.util.Arrays;
import java.util.concurrent.CompletableFuture;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.dicom.net.AssociationException.Kind;

/** Peers that say nothing, stop in the middle or never end: each wait is bounded, and the place is free again. */
@Timeout(60)
class TimeoutsTest {

    private static final Duration SHORT = Duration.ofMillis(200);
    private static final Duration LONG = Duration.ofSeconds(40);
    /** Far above the short time-outs, far below the long ones. */
    private static final long SOON = TimeUnit.SECONDS.toNanos(15);

    private final TestService service = new TestService();
    private final CountDownLatch stopped = new CountDownLatch(1);
    private AssociationServer server = service.start();

    TimeoutsTest() throws IOException {}

    @AfterEach
    void stop() throws IOException {
        stopped.countDown();
        server.close();
    }

    /** A single place: it is free again when the next association is accepted. */
    private void start(Duration acse, Duration idle, Duration network) throws IOException {
        server.close();
        server = service.start(TestService.MAX_PDU, 1, new Timeouts(acse, idle, network));
    }

    private void assertThePlaceIsFreeSoon() throws IOException {
        associatedSoon().close();
    }

    private RawPeer associatedSoon() throws IOException {
        long deadline = System.nanoTime() + SOON;
        while (true) {
            RawPeer peer = RawPeer.connect(server.port());
            int type = answer(peer);
            if (type == RawPeer.ASSOCIATE_AC) {
                return peer;
            }
            peer.close();
            assertTrue(System.nanoTime() - deadline < 0, "no place is free, answer " + type);
        }
    }

    /** @return -1 if the connection was closed: on a machine that stands still we may come too late for ARTIM */
    private static int answer(RawPeer peer) throws IOException {
        try {
            return peer.send(RawPeer.pdu(1, RawPeer.request(0))).receive().type();
        } catch (SocketException e) {
            return -1;
        }
    }

    /** Sends without end until the connection is closed. */
    private void flood(RawPeer peer, byte[] bytes, long pauseNanos) {
        Thread thread = new Thread(() -> {
            try {
                while (!stopped.await(pauseNanos, TimeUnit.NANOSECONDS)) {
                    peer.send(bytes);
                }
            } catch (IOException e) {
                // Closed, as it should be.
                stopped.countDown();
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        });
        thread.setDaemon(true);
        thread.start();
    }

    @Test
    void aConnectionWithoutARequestIsClosedWhenArtimExpires() throws IOException {
        start(SHORT, LONG, LONG);
        try (RawPeer peer = RawPeer.connect(server.port())) {
            assertEquals(-1, peer.receive().type());
        }
        assertThePlaceIsFreeSoon();
    }

    @Test
    void halfARequestIsClosedWhenArtimExpires() throws IOException {
        start(SHORT, LONG, LONG);
        byte[] request = RawPeer.pdu(1, RawPeer.request(0));
        for (int length : new int[] {1, 5, 6, 100}) {
            try (RawPeer peer = RawPeer.connect(server.port())) {
                peer.send(Arrays.copyOf(request, length));
                assertEquals(-1, peer.receive().type());
            }
        }
        assertThePlaceIsFreeSoon();
    }

    @Test
    void aRequestThatDripsIsClosedWhenArtimExpires() throws IOException {
        start(SHORT, LONG, LONG);
        try (RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(RawPeer.pdu(1, 1 << 20, new byte[0]));
            flood(peer, new byte[1], TimeUnit.MILLISECONDS.toNanos(10));
            assertEquals(-1, peer.receive().type());
        }
        assertThePlaceIsFreeSoon();
    }

    @Test
    void aPeerThatDoesNotCloseAfterARejectionIsClosed() throws IOException {
        start(SHORT, LONG, LONG);
        service.rejecting(request -> Rejection.NO_REASON);
        long deadline = System.nanoTime() + SOON;
        int type = -1;
        while (type == -1) {
            assertTrue(System.nanoTime() - deadline < 0, "never answered");
            try (RawPeer peer = RawPeer.connect(server.port())) {
                type = answer(peer);
                assertEquals(-1, peer.receive().type());
            }
        }
        assertEquals(RawPeer.ASSOCIATE_RJ, type);
        service.rejecting(request -> null);
        assertThePlaceIsFreeSoon();
    }

    @Test
    void aPeerThatDoesNotCloseAfterItsReleaseIsClosed() throws IOException {
        start(SHORT, LONG, LONG);
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.release(RawPeer.RELEASE_RQ));
            assertEquals(RawPeer.RELEASE_RP, peer.receive().type());
            assertEquals(-1, peer.receive().type());
        }
        assertThePlaceIsFreeSoon();
    }

    /** Sta13: what comes is passed over, but not longer than ARTIM. */
    @Test
    void aPeerThatKeepsSendingAfterAnAbortIsClosed() throws IOException, InterruptedException {
        start(SHORT, LONG, LONG);
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.pdu(RawPeer.P_DATA));
            assertEquals(RawPeer.ABORT, peer.receive().type());
            flood(peer, RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 0, new byte[8000])), 0);
            service.awaitEnd();
            assertThePlaceIsFreeSoon();
        }
    }

    @Test
    void aPeerThatSendsARefusedPduWithoutEndIsClosed() throws IOException, InterruptedException {
        start(SHORT, LONG, LONG);
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.pdu(0x99, 0xFFFFFFFFL, new byte[0]));
            assertEquals(RawPeer.ABORT, peer.receive().type());
            flood(peer, new byte[8000], 0);
            service.awaitEnd();
            assertThePlaceIsFreeSoon();
        }
    }

    @Test
    void aPeerThatDripsAfterAnAbortIsClosed() throws IOException, InterruptedException {
        start(SHORT, LONG, LONG);
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.pdu(RawPeer.P_DATA));
            assertEquals(RawPeer.ABORT, peer.receive().type());
            peer.send(RawPeer.pdu(RawPeer.P_DATA, 16_000, new byte[0]));
            flood(peer, new byte[1], TimeUnit.MILLISECONDS.toNanos(10));
            service.awaitEnd();
            assertThePlaceIsFreeSoon();
        }
    }

    @Test
    void anIdleAssociationIsAborted() throws IOException, InterruptedException {
        start(SHORT, SHORT, LONG);
        try (RawPeer peer = associatedSoon()) {
            assertEquals("7 00000000", peer.receive().toString());
            assertEquals(-1, peer.receive().type());
        }
        service.awaitEnd();
        assertThePlaceIsFreeSoon();
    }

    @Test
    void aPeerThatStallsInTheMiddleOfAMessageIsAborted() throws IOException, InterruptedException {
        start(SHORT, LONG, SHORT);
        byte[] half = Arrays.copyOf(RawPeer.echo(1), 20);
        byte[] pdu = RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 1, half));
        byte[][] stalls = {
            pdu, // between two PDUs
            Arrays.copyOf(pdu, 3), // in a PDU header
            Arrays.copyOf(pdu, 8), // in a PDV header
            Arrays.copyOf(pdu, 20), // in a fragment
            {RawPeer.RELEASE_RQ, 0, 0, 0, 0, 4, 0} // in a release
        };
        for (byte[] stall : stalls) {
            try (RawPeer peer = associatedSoon()) {
                peer.send(stall);
                assertEquals("7 00000000", peer.receive().toString());
            }
            service.awaitEnd();
        }
    }

    @Test
    void aPeerThatStallsInADataSetFailsTheService() throws IOException, InterruptedException {
        start(SHORT, LONG, SHORT);
        byte[] store = RawPeer.command(0x0001, 1, 0, RawPeer.VERIFICATION, "1.2");
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, store)));
            peer.send(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 0, new byte[100])));
            assertEquals("7 00000000", peer.receive().toString());
        }
        IOException e = TestService.await(service.failed, "the service saw no failure");
        assertTrue(e instanceof AssociationException ended && ended.kind() == Kind.TIMED_OUT, e::toString);
        assertTrue(service.stored.isEmpty());
    }

    /** Each byte comes in time, but the PDU would take hours. */
    @Test
    void aPeerThatDripsADataSetIsAborted() throws IOException, InterruptedException {
        start(SHORT, LONG, SHORT);
        byte[] store = RawPeer.command(0x0001, 1, 0, RawPeer.VERIFICATION, "1.2");
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, store)));
            byte[] whole = RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 2, new byte[2000]));
            peer.send(Arrays.copyOf(whole, 12));
            flood(peer, new byte[1], TimeUnit.MILLISECONDS.toNanos(10));
            assertEquals("7 00000000", peer.receive().toString());
        }
        IOException e = TestService.await(service.failed, "the service saw no failure");
        assertTrue(e instanceof AssociationException ended && ended.kind() == Kind.TIMED_OUT, e::toString);
        assertTrue(service.stored.isEmpty());
    }

    /** The time that a PDU may take is the peer's: it has sent everything, and waits for us. */
    @Test
    void aServiceThatReadsSlowlyIsNotHeldAgainstThePeer() throws IOException, InterruptedException {
        start(LONG, LONG, SHORT);
        service.handling((association, message) -> {
            message.dataSet().readNBytes(1000);
            long until = System.nanoTime() + 8 * SHORT.toNanos();
            while (System.nanoTime() - until < 0) {
                Thread.onSpinWait();
            }
            service.answer(association, message);
        });
        byte[] store = RawPeer.command(0x0001, 1, 0, RawPeer.VERIFICATION, "1.2");
        ByteArrayOutputStream message = new ByteArrayOutputStream();
        message.writeBytes(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, store)));
        message.writeBytes(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 2, new byte[2000])));
        try (RawPeer peer = associatedSoon()) {
            // At once: a pause between them would be held against us.
            peer.send(message.toByteArray());
            assertEquals(RawPeer.P_DATA, peer.receive().type());
        }
        assertEquals(
                1000, TestService.await(service.stored, "nothing was stored").dataSet().length);
    }

    @Test
    void aPeerThatNeverReadsDoesNotHoldTheServiceForever() throws IOException, InterruptedException {
        start(SHORT, LONG, SHORT);
        service.handling((association, message) -> {
            while (true) {
                association.send(message.context(), message.command().response(0));
            }
        });
        try (RawPeer peer = associatedSoon()) {
            peer.send(RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, RawPeer.echo(1))));
            IOException e = TestService.await(service.failed, "the write did not end");
            assertTrue(e instanceof AssociationException ended && ended.kind() == Kind.TIMED_OUT, e::toString);
            service.awaitEnd();
            assertThePlaceIsFreeSoon();
        }
    }

    @Test
    void aPeerThatNeverReadsDoesNotHoldTheRequesterForever() throws Exception {
        try (ServerSocket listener = RawPeer.listen()) {
            CompletableFuture<RawPeer> accepted = CompletableFuture.supplyAsync(() -> acceptAssociation(listener));
            try (Association association = AssociationRequester.open(
                            "127.0.0.1",
                            listener.getLocalPort(),
                            "B",
                            "A",
                            AssociationRequester.verification(),
                            new Timeouts(LONG, LONG, SHORT));
                    RawPeer peer = accepted.get(20, TimeUnit.SECONDS)) {
                assertNotNull(peer, "holds its connection open");
                AssociationException e = assertThrows(
                        AssociationException.class,
                        () -> association.store(RawPeer.VERIFICATION, "1.2", RawPeer.IMPLICIT, out -> {
                            while (true) {
                                out.write(new byte[64 * 1024]);
                            }
                        }));
                assertEquals(Kind.TIMED_OUT, e.kind());
            }
        }
    }

    private static RawPeer acceptAssociation(ServerSocket listener) {
        try {
            RawPeer peer = RawPeer.accept(listener);
            peer.receive();
            return peer.send(RawPeer.pdu(
                    RawPeer.ASSOCIATE_AC, RawPeer.acceptance(RawPeer.acceptedContext(1, RawPeer.IMPLICIT))));
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    @Test
    void aRequesterDoesNotWaitForeverForAnAnswer() throws IOException, TimeoutException {
        try (ServerSocket listener = RawPeer.listen()) {
            AssociationException e = assertThrows(
                    AssociationException.class,
                    () -> AssociationRequester.open(
                            "127.0.0.1",
                            listener.getLocalPort(),
                            "B",
                            "A",
                            AssociationRequester.verification(),
                            new Timeouts(SHORT, LONG, LONG)));

            assertEquals(Kind.TIMED_OUT, e.kind());
            try (RawPeer peer = RawPeer.accept(listener)) {
                assertEquals(RawPeer.ASSOCIATE_RQ, peer.receive().type());
                assertEquals("7 00000000", peer.receive().toString());
            }
        }
    }

    /** A release that is answered with data without end. */
    @Test
    void aReleaseDoesNotWaitForeverForItsResponse() throws IOException, InterruptedException {
        start(SHORT, LONG, LONG);
        service.handling((association, message) -> association.release());
        byte[] echo = RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, RawPeer.echo(1)));
        try (RawPeer peer = associatedSoon()) {
            peer.send(echo);
            flood(peer, echo, 0);
            IOException e = TestService.await(service.failed, "the release did not end");
            assertTrue(e instanceof AssociationException ended && ended.kind() == Kind.TIMED_OUT, e::toString);
        } catch (SocketException e) {
            throw new AssertionError("the connection was lost before the release", e);
        }
    }

    @Test
    void timeOutsHaveToBePositive() {
        assertThrows(IllegalArgumentException.class, () -> new Timeouts(Duration.ZERO, LONG, LONG));
        assertThrows(IllegalArgumentException.class, () -> new Timeouts(LONG, SHORT.negated(), LONG));
        assertThrows(IllegalArgumentException.class, () -> new Timeouts(LONG, LONG, Duration.ZERO));
    }
}
