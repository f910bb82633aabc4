package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/** A program that takes images in, takes their identity out and sends them on. Immutable. */
interface ForwardingSystem {

    String name();

    /** What was set otherwise than it comes. */
    String settings();

    /** What it waits for more images of a study before it sends the study on; nothing is done in this time, so that it is taken off. */
    long idleMillis();

    /** Whether receiver and system use TCP_NODELAY, by an environment variable of dcmtk and Orthanc. */
    default boolean helpsReceiver() {
        return false;
    }

    /** Whether it gets faster over its first minutes, as Java does. */
    default boolean isCompiledWhileItRuns() {
        return false;
    }

    /**
     * Starts it and waits until it receives.
     *
     * @param folder empty, for all that it writes
     * @param port of 127.0.0.1 where images are sent to
     */
    Running start(Workbench bench, Path folder, int port) throws IOException, InterruptedException;

    /** A started one. */
    interface Running extends AutoCloseable {

        Receiver receiver();

        /** Has a study sent on that was received, unless that happens by itself. */
        void forward(String studyInstanceUid) throws IOException, InterruptedException;

        @Override
        void close();
    }
}
