package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.Arrays;
import java.util.Random;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.Arguments;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.net.RawPeer.Pdu;

/** What a peer sends against the protocol is answered with the A-ABORT of PS3.8 Table 9-26, and the server goes on. */
class ProtocolErrorsTest {

    private static final int COMMAND = 1;
    private static final int LAST = 2;

    private final TestService service = new TestService();
    private final AssociationServer server;

    ProtocolErrorsTest() throws IOException {
        server = service.start();
    }

    @BeforeEach
    void noAssociationIsOpen() {
        assertTrue(server.associations().isEmpty());
    }

    @AfterEach
    void stop() throws IOException {
        server.close();
    }

    private static void assertAborted(RawPeer peer, int source, int reason) throws IOException {
        Pdu pdu = peer.receive();
        assertEquals(RawPeer.ABORT + " 0000" + String.format("%02x%02x", source, reason), pdu.toString());
    }

    private void assertServing() throws IOException {
        try (Association association = open()) {
            assertEquals(0, association.echo());
            association.release();
        }
    }

    private Association open() throws IOException {
        return AssociationRequester.open(
                "127.0.0.1", server.port(), "B", "A", AssociationRequester.verification(), TestService.PATIENT);
    }

    static Stream<Arguments> beforeAnAssociation() {
        byte[] request = RawPeer.request(16_384);
        return Stream.of(
                Arguments.of("an unknown PDU", RawPeer.pdu(0x20, new byte[4]), 0, 0),
                Arguments.of("type 0", RawPeer.pdu(0, new byte[4]), 0, 0),
                Arguments.of("an acceptance", RawPeer.pdu(RawPeer.ASSOCIATE_AC, request), 0, 0),
                Arguments.of("a rejection", RawPeer.release(RawPeer.ASSOCIATE_RJ), 0, 0),
                Arguments.of("data", RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, 3, RawPeer.echo(1))), 0, 0),
                Arguments.of("a release", RawPeer.release(RawPeer.RELEASE_RQ), 0, 0),
                Arguments.of("a release response", RawPeer.release(RawPeer.RELEASE_RP), 0, 0),
                Arguments.of("a request without end", RawPeer.pdu(1, 0xFFFFFFFFL, request), 0, 0),
                Arguments.of("an empty request", RawPeer.pdu(1), 2, 6),
                Arguments.of("a request cut short", RawPeer.pdu(1, Arrays.copyOf(request, 100)), 2, 6),
                Arguments.of("a web request", "GET / HTTP/1.1\r\n\r\n".getBytes(StandardCharsets.US_ASCII), 0, 0));
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void beforeAnAssociation(String what, byte[] bytes, int source, int reason) throws IOException {
        try (RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(bytes);
            assertAborted(peer, source, reason);
        }
        assertServing();
    }

    static Stream<Arguments> withinAnAssociation() {
        byte[] echo = RawPeer.echo(1);
        byte[] half = Arrays.copyOf(echo, 20);
        return Stream.of(
                Arguments.of("an unknown PDU", RawPeer.pdu(0x08, new byte[4]), 2, 1),
                Arguments.of("type FF without end", RawPeer.pdu(0xFF, 0xFFFFFFFFL, new byte[0]), 2, 1),
                Arguments.of("an empty P-DATA", RawPeer.pdu(RawPeer.P_DATA), 2, 6),
                Arguments.of("a P-DATA of 5 bytes", RawPeer.pdu(RawPeer.P_DATA, new byte[5]), 2, 6),
                Arguments.of(
                        "a P-DATA longer than agreed",
                        RawPeer.pdu(RawPeer.P_DATA, RawPeer.pdv(1, COMMAND, new byte[TestService.MAX_PDU - 5])),
                        2,
                        6),
                Arguments.of("a P-DATA without end", RawPeer.pdu(RawPeer.P_DATA, 0xFFFFFFFFL, echo), 2, 6),
                Arguments.of("a short release", RawPeer.pdu(RawPeer.RELEASE_RQ, new byte[3]), 2, 6),
                Arguments.of("a long release", RawPeer.pdu(RawPeer.RELEASE_RQ, new byte[5]), 2, 6),
                Arguments.of("an empty abort", RawPeer.pdu(RawPeer.ABORT), 2, 6),
                Arguments.of("a second request", RawPeer.pdu(1, RawPeer.request(16_384)), 2, 2),
                Arguments.of("an acceptance", RawPeer.pdu(2, RawPeer.acceptance(new byte[0])), 2, 2),
                Arguments.of("a rejection", RawPeer.release(RawPeer.ASSOCIATE_RJ), 2, 2),
                Arguments.of("a release response", RawPeer.release(RawPeer.RELEASE_RP), 2, 2),
                Arguments.of("a PDV of length 0", data(RawPeer.hex("00000000 0103")), 2, 6),
                Arguments.of("a PDV of length 1", data(RawPeer.hex("00000001 0103")), 2, 6),
                Arguments.of("a PDV beyond its PDU", data(RawPeer.hex("00000009 0103 0000")), 2, 6),
                Arguments.of("a PDV of negative length", data(RawPeer.hex("FFFFFFFF 0103 0000")), 2, 6),
                Arguments.of("half a PDV header", data(concat(RawPeer.pdv(1, COMMAND, half), new byte[3])), 2, 6),
                Arguments.of("a data set without command", data(RawPeer.pdv(1, LAST, new byte[8])), 2, 6),
                Arguments.of(
                        "data within a command",
                        data(concat(RawPeer.pdv(1, COMMAND, half), RawPeer.pdv(1, 0, half))),
                        2,
                        6),
                Arguments.of(
                        "a command in two contexts",
                        data(concat(RawPeer.pdv(1, COMMAND, half), RawPeer.pdv(3, COMMAND | LAST, half))),
                        2,
                        6),
                Arguments.of("a context not accepted", data(RawPeer.pdv(3, COMMAND | LAST, echo)), 2, 6),
                Arguments.of("an empty command", data(RawPeer.pdv(1, COMMAND | LAST, new byte[0])), 2, 6),
                Arguments.of("no command set", data(RawPeer.pdv(1, COMMAND | LAST, new byte[20])), 2, 6),
                Arguments.of("half a command set", data(RawPeer.pdv(1, COMMAND | LAST, half)), 2, 6),
                Arguments.of(
                        "a release within a command",
                        concat(data(RawPeer.pdv(1, COMMAND, half)), RawPeer.release(RawPeer.RELEASE_RQ)),
                        2,
                        6),
                Arguments.of("a command without end", endlessCommand(), 2, 6));
    }

    private static byte[] data(byte[] pdvs) {
        return RawPeer.pdu(RawPeer.P_DATA, pdvs);
    }

    private static byte[] endlessCommand() {
        byte[] pdu = data(RawPeer.pdv(1, COMMAND, new byte[8192]));
        byte[] all = new byte[0];
        for (int i = 0; i < 9; i++) {
            all = concat(all, pdu);
        }
        return all;
    }

    private static byte[] concat(byte[]... parts) {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (byte[] part : parts) {
            out.writeBytes(part);
        }
        return out.toByteArray();
    }

    @ParameterizedTest(name = "{0}")
    @MethodSource
    void withinAnAssociation(String what, byte[] bytes, int source, int reason)
            throws IOException, InterruptedException {
        try (RawPeer peer = RawPeer.associated(server.port(), 16_384)) {
            peer.send(bytes);
            assertAborted(peer, source, reason);
        }
        service.awaitEnd();
        assertServing();
    }

    @Test
    void onlyOneAbortAnswersABadPduAndWhatFollowsItIsNotReadAsPdus() throws IOException, InterruptedException {
        // The bytes after the PDV's header look like unknown PDUs and an A-ABORT.
        byte[] bait = concat(RawPeer.pdu(0x55, new byte[300]), RawPeer.release(RawPeer.ABORT), new byte[100]);
        try (RawPeer peer = RawPeer.associated(server.port(), 16_384)) {
            peer.send(data(RawPeer.pdv(1, LAST, bait)));
            assertAborted(peer, 2, 6);
            peer.shutdownOutput();
            assertEquals(-1, peer.receive().type());
        }
        service.awaitEnd();
    }

    @Test
    void anAbortOfThePeerIsNotAnswered() throws IOException, InterruptedException {
        try (RawPeer peer = RawPeer.connect(server.port())) {
            peer.send(RawPeer.release(RawPeer.ABORT));
            assertEquals(-1, peer.receive().type());
        }
        try (RawPeer peer = RawPeer.associated(server.port(), 16_384)) {
            peer.send(RawPeer.release(RawPeer.ABORT));
            assertEquals(-1, peer.receive().type());
        }
        service.awaitEnd();
        assertServing();
    }

    @Test
    void anAssociationThatComesByteByByteIsServed() throws IOException, InterruptedException {
        try (RawPeer peer = RawPeer.connect(server.port())) {
            peer.sendByteByByte(RawPeer.pdu(1, RawPeer.request(16_384)));
            assertEquals(RawPeer.ASSOCIATE_AC, peer.receive().type());
            peer.sendByteByByte(data(RawPeer.pdv(1, COMMAND | LAST, RawPeer.echo(7))));
            CommandSet response = CommandSet.decode(peer.receiveCommand().command());
            assertEquals(7, response.messageIdBeingRespondedTo());
            assertEquals(0, response.status());
            peer.sendByteByByte(RawPeer.release(RawPeer.RELEASE_RQ));
            assertEquals("6 00000000", peer.receive().toString());
        }
        service.awaitEnd();
    }

    @Test
    void aMessageMayBeCutIntoFragmentsAndPdusAnyhow() throws IOException, InterruptedException {
        byte[] command = RawPeer.command(0x0001, 9, 0, RawPeer.VERIFICATION, "1.2.3");
        byte[] dataSet = new byte[1000];
        new Random(1).nextBytes(dataSet);
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        for (int at = 0; at < command.length; at += 10) {
            out.writeBytes(
                    data(RawPeer.pdv(1, COMMAND, Arrays.copyOfRange(command, at, Math.min(command.length, at + 10)))));
        }
        // Empty fragments, the last of the command in one PDU with the first of the data set.
        out.writeBytes(data(concat(
                RawPeer.pdv(1, COMMAND | LAST, new byte[0]),
                RawPeer.pdv(1, 0, Arrays.copyOf(dataSet, 301)),
                RawPeer.pdv(1, 0, new byte[0]),
                RawPeer.pdv(1, 0, Arrays.copyOfRange(dataSet, 301, 400)))));
        out.writeBytes(data(RawPeer.pdv(1, 0, Arrays.copyOfRange(dataSet, 400, 1000))));
        out.writeBytes(data(RawPeer.pdv(1, LAST, new byte[0])));

        try (RawPeer peer = RawPeer.associated(server.port(), 16_384)) {
            peer.send(out.toByteArray());
            assertEquals(9, CommandSet.decode(peer.receiveCommand().command()).messageIdBeingRespondedTo());
        }
        TestService.Stored stored = TestService.await(service.stored, "nothing was stored");
        assertEquals("1.2.3", stored.sopInstanceUid());
        assertArrayEquals(dataSet, stored.dataSet());
    }

    /** Sizes that a peer announces: whatever is sent stays within, in fragments of even length. */
    @ParameterizedTest
    @ValueSource(ints = {8, 9, 16, 63, 64, 1023, 4096, 16_385})
    void theMaximumLengthOfThePeerIsHonoured(int maxPduLength) throws IOException {
        try (RawPeer peer = RawPeer.associated(server.port(), maxPduLength)) {
            peer.send(data(RawPeer.pdv(1, COMMAND | LAST, RawPeer.echo(7))));
            RawPeer.Received received = peer.receiveCommand();

            assertTrue(received.longest() <= maxPduLength, () -> received.longest() + " bytes");
            assertEquals(0, received.odd());
            assertEquals(7, CommandSet.decode(received.command()).messageIdBeingRespondedTo());
        }
    }

    @Test
    void randomBytesNeverStopTheServer() throws IOException {
        Random random = new Random(99);
        for (int i = 0; i < 200; i++) {
            byte[] bytes = new byte[1 + random.nextInt(400)];
            random.nextBytes(bytes);
            if (random.nextBoolean()) {
                // Likely types and lengths.
                bytes = RawPeer.pdu(1 + random.nextInt(7), bytes);
            }
            try (RawPeer peer =
                    i % 2 == 0 ? RawPeer.connect(server.port()) : RawPeer.associated(server.port(), 16_384)) {
                peer.send(bytes);
                peer.shutdownOutput();
                Pdu pdu = peer.receive();
                while (pdu.type() >= 0) {
                    pdu = peer.receive();
                }
            }
        }
        assertServing();
    }
}
