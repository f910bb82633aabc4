package org.sallyport.dicom.net.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.net.SocketOption;
import java.net.StandardSocketOptions;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import jdk.net.ExtendedSocketOptions;
import org.junit.jupiter.api.Test;

class QuickAckTest {

    /** Gives a byte for each read, and notes which options are set. */
    private static final class FakeSocket extends Socket {

        final List<String> set = new ArrayList<>();
        private final Set<SocketOption<?>> known;

        FakeSocket(SocketOption<?>... known) {
            this.known = Set.of(known);
        }

        @Override
        public Set<SocketOption<?>> supportedOptions() {
            return known;
        }

        @Override
        public <T> Socket setOption(SocketOption<T> name, T value) {
            if (!known.contains(name)) {
                throw new UnsupportedOperationException(name.name());
            }
            set.add(name.name() + "=" + value);
            return this;
        }

        @Override
        public void setSoTimeout(int millis) {
            // It never waits.
        }

        @Override
        public InputStream getInputStream() {
            return new InputStream() {
                @Override
                public int read() {
                    return 7;
                }

                @Override
                public int read(byte[] to, int offset, int length) {
                    to[offset] = 7;
                    return 1;
                }
            };
        }
    }

    private static void readThreeTimes(Connection connection) throws IOException {
        SocketInput in = new SocketInput(connection);
        for (int i = 0; i < 3; i++) {
            assertTrue(in.await(1_000));
            byte[] one = new byte[1];
            in.readFully(one, 0, 1);
            assertEquals(7, one[0]);
        }
        assertEquals(3, in.received());
    }

    /** The kernel resets it. */
    @Test
    void itIsSetAgainAfterEachRead() throws IOException {
        FakeSocket socket = new FakeSocket(StandardSocketOptions.TCP_NODELAY, ExtendedSocketOptions.TCP_QUICKACK);
        readThreeTimes(Connection.plain(socket));
        assertEquals(List.of("TCP_QUICKACK=true", "TCP_QUICKACK=true", "TCP_QUICKACK=true"), socket.set);
    }

    @Test
    void underTlsItIsSetOnTheConnectionBelow() throws IOException {
        FakeSocket tcp = new FakeSocket(ExtendedSocketOptions.TCP_QUICKACK);
        FakeSocket tls = new FakeSocket();
        readThreeTimes(new Connection(tcp, tls));
        assertEquals(3, tcp.set.size());
        assertEquals(List.of(), tls.set);
    }

    @Test
    void aPlatformWithoutItIsReadFromAllTheSame() throws IOException {
        FakeSocket socket = new FakeSocket(StandardSocketOptions.TCP_NODELAY);
        assertFalse(QuickAck.supports(socket));
        readThreeTimes(Connection.plain(socket));
        assertEquals(List.of(), socket.set);
    }

    @Test
    void aRealSocketTakesItWhereItSaysThatItKnowsIt() throws IOException {
        try (ServerSocket listener = new ServerSocket(0, 1, InetAddress.getLoopbackAddress());
                Socket socket = new Socket(InetAddress.getLoopbackAddress(), listener.getLocalPort());
                Socket accepted = listener.accept()) {
            assertEquals(
                    socket.supportedOptions().contains(ExtendedSocketOptions.TCP_QUICKACK), QuickAck.supports(socket));
            accepted.getOutputStream().write(new byte[] {7, 7});
            SocketInput in = new SocketInput(Connection.plain(socket));
            byte[] both = new byte[2];
            in.setTimeout(20_000);
            in.readFully(both, 0, 2);
            assertEquals(7, both[1]);
            if (QuickAck.supports(socket)) {
                assertTrue(socket.getOption(ExtendedSocketOptions.TCP_QUICKACK));
            }
        }
    }
}
