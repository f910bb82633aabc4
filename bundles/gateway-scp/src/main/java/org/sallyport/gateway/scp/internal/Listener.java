package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.IntSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.Tls;
import org.sallyport.gateway.api.node.DicomReceiver.ListenerView;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** One port, listened on or not. What it is opened with is asked for each time, so that a mistake that was mended is. Guarded by its monitor. */
final class Listener {

    private static final Logger LOG = LoggerFactory.getLogger(Listener.class);

    /** What to open. */
    interface Opening {

        /** @throws IllegalArgumentException if the settings cannot be used; the message says why */
        AssociationServer.Settings settings() throws IOException;
    }

    private final IntSupplier port;
    private final boolean secured;
    private final Opening opening;
    private final AssociationPolicy policy;
    private @Nullable AssociationServer server;
    private @Nullable Tls tls;
    private @Nullable String problem;
    private boolean ended;

    /** @param port for people, while it is not open */
    Listener(IntSupplier port, boolean secured, Opening opening, AssociationPolicy policy) {
        this.port = port;
        this.secured = secured;
        this.opening = opening;
        this.policy = policy;
    }

    /** Does nothing if it is open. */
    synchronized void open() throws IOException {
        if (server != null) {
            return;
        }
        if (ended) {
            throw new IOException("the listener ends");
        }
        try {
            AssociationServer.Settings settings = opening.settings();
            AssociationServer opened = AssociationServer.start(settings, policy);
            server = opened;
            tls = settings.tls();
            problem = null;
            LOG.info("listening for DICOM on port {}{}", opened.port(), secured ? " over TLS" : "");
        } catch (IOException | IllegalArgumentException e) {
            problem = e.getMessage();
            IOException told = new IOException((secured ? "TLS: " : "") + e.getMessage(), e);
            throw told;
        }
    }

    /** Lets associations end. */
    void close(Duration grace) {
        AssociationServer open;
        synchronized (this) {
            open = server;
            server = null;
        }
        // Outside the monitor: associations may take a while to end, and people want to see them meanwhile.
        if (open != null) {
            try {
                open.close(grace);
            } catch (IOException e) {
                LOG.warn("closing port {} failed", open.port(), e);
            }
            LOG.info("port {} is closed for DICOM", open.port());
        }
    }

    /** As {@link #close}, for good: also one who waits to open it again finds it ended. */
    void end(Duration grace) {
        synchronized (this) {
            ended = true;
        }
        close(grace);
    }

    synchronized ListenerView view() {
        AssociationServer open = server;
        if (open == null) {
            return new ListenerView(
                    port.getAsInt(),
                    secured,
                    false,
                    problem == null ? "the listener is stopped (dicom:start)" : problem);
        }
        return new ListenerView(open.port(), secured, true, tls == null ? null : tls.problem());
    }

    synchronized List<Association> associations() {
        return server == null ? List.of() : server.associations();
    }
}
