package org.sallyport.benchmarks;

import java.io.IOException;
import java.util.List;

/** A program that sends images. May be used by several threads at once. */
interface Sender {

    String name();

    /** Whether it holds back the end of a message until what it sent before is acknowledged (RFC 896). */
    boolean usesNagle();

    /**
     * Sends images over one association.
     *
     * @return how many C-STORE were answered with success
     */
    int send(Receiver receiver, List<Image> images) throws IOException, InterruptedException;
}
