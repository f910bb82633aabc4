package org.sallyport.destination.dicom.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.InetAddress;
import java.net.ServerSocket;
import java.net.Socket;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.locks.LockSupport;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.Destination;

/** With dcmtk's storescp, which writes what it gets bit by bit. */
@Tag("peers")
class StorescpContractTest extends PacsContract {

    private static final String PREFIX = "CT.";

    @TempDir
    private Path folder;

    private @Nullable Process storescp;

    @AfterEach
    void stop() throws InterruptedException {
        breakReceiver();
    }

    @Override
    protected Destination open() throws Exception {
        int port;
        try (ServerSocket free = new ServerSocket(0, 1, InetAddress.getLoopbackAddress())) {
            port = free.getLocalPort();
        }
        Process started = new ProcessBuilder(
                        "storescp",
                        "--fork",
                        "+B",
                        "-od",
                        Files.createDirectory(folder.resolve("received")).toString(),
                        String.valueOf(port))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("storescp.log").toFile())
                .start();
        storescp = started;
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(30);
        while (true) {
            try (Socket there = new Socket(InetAddress.getLoopbackAddress(), port)) {
                return destination(there.getPort());
            } catch (IOException e) {
                if (!started.isAlive() || System.nanoTime() > deadline) {
                    throw e;
                }
            }
        }
    }

    @Override
    protected boolean breakReceiver() throws InterruptedException {
        if (storescp != null) {
            storescp.destroyForcibly().waitFor();
        }
        return true;
    }

    /** storescp has a process for each association, which removes what came in part when it hears that it was aborted. */
    private void awaitAssociations() {
        long deadline = System.nanoTime() + TimeUnit.SECONDS.toNanos(60);
        // One that has ended and was not waited for has no command any more.
        while (storescp != null
                && storescp.children().anyMatch(child -> child.info().command().isPresent())) {
            assertTrue(System.nanoTime() < deadline, "an association of storescp does not end");
            LockSupport.parkNanos(5_000_000);
        }
    }

    @Override
    protected List<Received> received() throws IOException {
        awaitAssociations();
        List<Received> received = new ArrayList<>();
        try (Stream<Path> files = Files.list(folder.resolve("received"))) {
            for (Path file : files.toList()) {
                try (InputStream in = new BufferedInputStream(Files.newInputStream(file))) {
                    MetaInformation.pass(in);
                    String uid = file.getFileName().toString().substring(PREFIX.length());
                    received.add(received(uid, in));
                }
            }
        }
        return received;
    }
}
