package org.sallyport.dicom.net;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.OutputStream;
import java.net.InetAddress;
import java.net.InetSocketAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.ByteBuffer;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.internal.Connection;
import org.sallyport.dicom.net.internal.UpperLayer;

/** What an association does to the sockets of its two sides: whatever waits for more to send costs 40 ms a message. */
@Timeout(60)
class SocketsTest {

    private static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    private static final String EXPLICIT = "1.2.840.10008.1.2.1";
    private static final int HEADER = 6;

    /** Notes each write. */
    private static final class NotingSocket extends Socket {

        final List<byte[]> writes = new CopyOnWriteArrayList<>();

        @Override
        public OutputStream getOutputStream() throws IOException {
            OutputStream to = super.getOutputStream();
            return new OutputStream() {
                @Override
                public void write(int b) throws IOException {
                    write(new byte[] {(byte) b}, 0, 1);
                }

                @Override
                public void write(byte[] bytes, int offset, int length) throws IOException {
                    writes.add(Arrays.copyOfRange(bytes, offset, offset + length));
                    to.write(bytes, offset, length);
                }
            };
        }

        /** Types of the PDUs, each of which has to be one write. */
        List<Integer> pdus() {
            return writes.stream()
                    .map(write -> {
                        assertTrue(write.length >= HEADER, "a write of " + write.length + " bytes");
                        assertEquals(
                                write.length - HEADER, ByteBuffer.wrap(write).getInt(2), "a PDU is cut");
                        return (int) write[0];
                    })
                    .toList();
        }
    }

    /** Accepts such sockets. */
    private static final class NotingListener extends ServerSocket {

        NotingListener() throws IOException {
            super(0, 10, InetAddress.getLoopbackAddress());
            setSoTimeout(20_000);
        }

        @Override
        public NotingSocket accept() throws IOException {
            NotingSocket accepted = new NotingSocket();
            implAccept(accepted);
            return accepted;
        }
    }

    private final TestService service = new TestService();
    private final ExecutorService threads = Executors.newCachedThreadPool();
    private final NotingListener listener = new NotingListener();
    private final NotingSocket requesting = new NotingSocket();

    SocketsTest() throws IOException {}

    @BeforeEach
    void connect() throws IOException {
        requesting.connect(new InetSocketAddress(InetAddress.getLoopbackAddress(), listener.getLocalPort()), 20_000);
    }

    @AfterEach
    void close() throws IOException {
        threads.shutdownNow();
        requesting.close();
        listener.close();
    }

    private Association request() throws IOException {
        UpperLayer layer = new UpperLayer(Connection.plain(requesting), true, TestService.PATIENT, TestService.MAX_PDU);
        AssociateAccept accepted = layer.request(new AssociateRequest(
                1,
                "CALLED",
                "CALLING",
                AssociateRequest.DICOM_APPLICATION_CONTEXT,
                List.of(new ProposedContext(1, CT, List.of(EXPLICIT))),
                UserInformation.ours(TestService.MAX_PDU)));
        return new Association(
                layer,
                TestService.PATIENT,
                accepted,
                accepted.userInformation(),
                new AssociationPolicy.Peer(requesting.getInetAddress(), null));
    }

    private NotingSocket accept() throws IOException {
        NotingSocket accepted = listener.accept();
        UpperLayer layer = new UpperLayer(Connection.plain(accepted), false, TestService.PATIENT, TestService.MAX_PDU);
        AssociateRequest request = layer.awaitRequest();
        AssociationPolicy.Peer peer = new AssociationPolicy.Peer(accepted.getInetAddress(), null);
        AssociateAccept accept = new AssociateAccept(
                request.calledAet(),
                request.callingAet(),
                service.decide(request, peer).contexts(),
                UserInformation.ours(TestService.MAX_PDU));
        Association association = new Association(layer, TestService.PATIENT, accept, request.userInformation(), peer);
        layer.accept(accept);
        assertTrue(accepted.getTcpNoDelay(), "before the first answer");
        for (Association.Message message = association.receive(() -> false);
                message != null;
                message = association.receive(() -> false)) {
            service.answer(association, message);
        }
        return accepted;
    }

    @Test
    void eachPduIsOneWriteAndNobodyWaitsForMore() throws Exception {
        assertFalse(requesting.getTcpNoDelay(), "the platform's own choice");
        Future<NotingSocket> acceptor = threads.submit(this::accept);
        byte[] dataSet = new byte[100_000];
        new Random(1).nextBytes(dataSet);
        try (Association association = request()) {
            assertTrue(requesting.getTcpNoDelay());
            // In pieces of all sizes, as elements come.
            CommandSet response = association.store(CT, "1.2.3", EXPLICIT, out -> {
                out.write(dataSet[0]);
                for (int at = 1, length = 1; at < dataSet.length; at += length, length = length * 3 % 30_011) {
                    out.write(dataSet, at, Math.min(length, dataSet.length - at));
                }
            });
            assertEquals(0, response.status());
            association.release();
        }
        NotingSocket accepted = acceptor.get(20, TimeUnit.SECONDS);
        assertArrayEquals(
                dataSet, TestService.await(service.stored, "nothing was stored").dataSet());

        int perPdu = TestService.MAX_PDU - HEADER;
        int dataPdus = (dataSet.length + perPdu - 1) / perPdu;
        List<Integer> sent = requesting.pdus();
        assertEquals(RawPeer.ASSOCIATE_RQ, sent.get(0));
        assertEquals(
                1 + dataPdus,
                sent.stream().filter(type -> type == RawPeer.P_DATA).count(),
                "a command and its data set");
        assertEquals(RawPeer.RELEASE_RQ, sent.get(sent.size() - 1));
        assertEquals(2 + 1 + dataPdus, sent.size());
        assertEquals(List.of(RawPeer.ASSOCIATE_AC, RawPeer.P_DATA, RawPeer.RELEASE_RP), accepted.pdus());
    }
}
