package org.sallyport.dicom.net.internal;

import java.io.IOException;
import java.net.Socket;
import java.net.SocketOption;
import org.jspecify.annotations.Nullable;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * TCP_QUICKACK where the platform has it. Peers that leave Nagle's algorithm on wait 40 ms for our delayed acknowledgement at the end of
 * each message; acknowledging at once ends that. The kernel resets the option, so that it is set again after reads.
 */
final class QuickAck {

    private static final Logger LOG = LoggerFactory.getLogger(QuickAck.class);
    private static final @Nullable SocketOption<Boolean> OPTION = find();

    private QuickAck() {}

    private static @Nullable SocketOption<Boolean> find() {
        try {
            return Holder.option();
        } catch (LinkageError e) {
            LOG.debug("no jdk.net in this Java: TCP_QUICKACK is not used", e);
            return null;
        }
    }

    /** Apart, so that a Java without {@code jdk.net} fails here only. */
    private static final class Holder {
        static SocketOption<Boolean> option() {
            return jdk.net.ExtendedSocketOptions.TCP_QUICKACK;
        }
    }

    /** Whether the socket knows the option. */
    static boolean supports(Socket socket) {
        return OPTION != null && socket.supportedOptions().contains(OPTION);
    }

    static void set(Socket socket) throws IOException {
        if (OPTION != null) {
            socket.setOption(OPTION, true);
        }
    }
}
