package org.sallyport.itests;

import java.io.IOException;
import java.net.ServerSocket;
import java.util.ArrayList;
import java.util.List;
import java.util.Random;

/**
 * Ports for servers that are started a little later. They lie below those that the kernel gives to connections, so that none is taken meanwhile, and each
 * process of the tests has a range of its own. Used by the thread of the tests.
 */
final class Ports {

    private static final int FIRST = 14_000;
    private static final int RANGE = 4_000;
    private static final int START = FIRST + RANGE * ((Integer.getInteger("fork.number", 1) - 1) % 4);

    /** Begins anywhere, so that runs of several checkouts rarely meet. */
    private static int next = new Random().nextInt(RANGE);

    private static int tried;

    private Ports() {}

    /** Ports on which nobody listens, each handed out once. */
    static List<Integer> free(int count) throws IOException {
        List<Integer> ports = new ArrayList<>();
        while (ports.size() < count) {
            if (tried++ == RANGE) {
                throw new IOException("all ports from " + START + " on were handed out or are taken");
            }
            int port = START + next++ % RANGE;
            if (isFree(port)) {
                ports.add(port);
            }
        }
        return ports;
    }

    private static boolean isFree(int port) {
        try (ServerSocket socket = new ServerSocket(port)) {
            return socket.isBound();
        } catch (IOException e) {
            return false;
        }
    }
}
