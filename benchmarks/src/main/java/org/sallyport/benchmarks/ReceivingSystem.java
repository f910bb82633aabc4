package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;

/** A program that receives images. Immutable. */
interface ReceivingSystem {

    String name();

    /** When an image is safe from a power cut; {@code stock} is what the program does if nobody says anything. */
    String durability();

    /** Whether it keeps senders that use Nagle's algorithm from waiting (TCP_QUICKACK). */
    default boolean acknowledgesAtOnce() {
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
     * @param maxPdu longest PDU that it takes, in bytes
     */
    Receiver start(Children children, Path folder, int maxPdu) throws IOException;
}
