package org.sallyport.benchmarks;

import java.io.IOException;
import java.net.ServerSocket;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.Timeouts;

/** Ports for receivers, and waiting until they are used. */
final class Readiness {

    private static final Duration LONGEST = Duration.ofMinutes(5);
    private static final long LOOK_NANOS = 100_000_000;
    private static final long REST_NANOS = 2_000_000_000;
    /** Of processor time, within the time of rest. */
    private static final long REST_MILLIS = 100;

    /** A condition; an {@link IOException} means "not yet". */
    interface Condition {
        boolean holds() throws IOException;
    }

    private Readiness() {}

    static List<Integer> freePorts(int count) throws IOException {
        List<ServerSocket> sockets = new ArrayList<>();
        try {
            for (int i = 0; i < count; i++) {
                sockets.add(new ServerSocket(0));
            }
            return sockets.stream().map(ServerSocket::getLocalPort).toList();
        } finally {
            for (ServerSocket socket : sockets) {
                socket.close();
            }
        }
    }

    /** @throws IOException with the end of its output, if the program ends or is not ready within five minutes */
    static void await(String name, Child child, Condition ready) throws IOException {
        long end = System.nanoTime() + LONGEST.toNanos();
        @Nullable IOException last = null;
        while (child.isAlive() && System.nanoTime() - end < 0) {
            try {
                if (ready.holds()) {
                    return;
                }
            } catch (IOException e) {
                last = e;
            }
            LockSupport.parkNanos(LOOK_NANOS);
        }
        throw new IOException(
                name + (child.isAlive() ? " was not ready within " + LONGEST : " ended") + ":\n" + child.tail(), last);
    }

    /**
     * Waits until a program has nothing to do that came before: it used less than a twentieth of a core for two seconds. Images of the warm-up may still be
     * indexed, and code be compiled.
     */
    static void awaitRest(Child child) throws IOException {
        long pid = child.pid();
        long[] last = {Long.MIN_VALUE / 2, System.nanoTime()};
        await("the end of what came before", child, () -> {
            long cpu = ProcessFigures.of(pid).cpuMillis();
            long now = System.nanoTime();
            if (cpu - last[0] > REST_MILLIS) {
                last[0] = cpu;
                last[1] = now;
            }
            return now - last[1] > REST_NANOS;
        });
    }

    /** Whether the receiver answers C-ECHO. */
    static boolean echoes(Receiver receiver) throws IOException {
        try (Association association = AssociationRequester.open(
                Receiver.HOST,
                receiver.port(),
                receiver.aet(),
                "BENCH",
                AssociationRequester.verification(),
                Timeouts.DEFAULT)) {
            boolean answered = association.echo() == CommandSet.SUCCESS;
            association.release();
            return answered;
        }
    }
}
