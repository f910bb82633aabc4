package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.util.concurrent.ThreadLocalRandom;

/** Ports that a test closes and opens again: not among those that the system hands out to anybody who asks for any. */
public final class FreePort {

    private static final int FIRST = 20_000;
    private static final int AFTER_LAST = 32_000;

    private FreePort() {}

    public static int find() throws IOException {
        IOException last = null;
        for (int i = 0; i < 100; i++) {
            int port = ThreadLocalRandom.current().nextInt(FIRST, AFTER_LAST);
            try (ServerSocket free = new ServerSocket(port, 1, InetAddress.getLoopbackAddress())) {
                return free.getLocalPort();
            } catch (IOException e) {
                last = e;
            }
        }
        throw new IOException("no port is free", last);
    }
}
