package org.sallyport.benchmarks;

/**
 * A running receiver.
 *
 * @param process the process whose CPU time and memory count
 * @param aet its AE title
 * @param port of 127.0.0.1
 */
record Receiver(Child process, String aet, int port) implements AutoCloseable {

    static final String HOST = "127.0.0.1";

    @Override
    public void close() {
        process.stop();
    }
}
