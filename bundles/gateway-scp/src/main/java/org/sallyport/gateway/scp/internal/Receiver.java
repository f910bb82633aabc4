package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.util.List;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.component.annotations.ReferencePolicyOption;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.ListenerControl;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DICOM listener. While the intake is not there (vault locked, database away, a bundle being replaced) associations are rejected for the
 * time being. The server is guarded by this object's monitor; the reference to the intake is owned by Declarative Services.
 */
@Component(
        service = {DicomReceiver.class, ListenerControl.class},
        configurationPid = "org.sallyport.scp",
        immediate = true)
@Designate(ocd = ScpConfiguration.class)
public final class Receiver implements DicomReceiver, ListenerControl {

    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    /** AE title and port may follow the back end; all else stays as configured. */
    private volatile ScpSettings settings;

    private final NodeTable nodes;
    private final AtomicReference<@Nullable Intake> intake = new AtomicReference<>();
    private @Nullable AssociationServer server;
    private @Nullable String problem;

    @Activate
    public Receiver(ScpConfiguration configuration, @Reference NodeTable nodes) {
        this(ScpSettings.of(configuration), nodes);
        if (settings.autoStart()) {
            try {
                start();
            } catch (IOException e) {
                // Shown by the health page; dicom:start tries again.
                LOG.error("the DICOM listener cannot start: {}", e.getMessage());
            }
        } else {
            LOG.info("the DICOM listener waits for dicom:start");
        }
    }

    Receiver(ScpSettings settings, NodeTable nodes) {
        this.settings = settings;
        this.nodes = nodes;
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setIntake(Intake service) {
        intake.set(service);
    }

    void unsetIntake(Intake service) {
        intake.compareAndSet(service, null);
    }

    private Timeouts timeouts() {
        return new Timeouts(settings.acseTimeout(), settings.dimseTimeout(), settings.networkTimeout());
    }

    @Override
    public synchronized void start() throws IOException {
        if (server != null) {
            return;
        }
        try {
            AssociationServer opened = AssociationServer.start(
                    new AssociationServer.Settings(
                            settings.bindAddress(),
                            settings.port(),
                            settings.maxPduLength(),
                            settings.maxAssociations(),
                            timeouts()),
                    new ReceivingPolicy(settings, nodes, intake::get));
            server = opened;
            problem = null;
            LOG.info("listening for DICOM as {} on port {}", settings.aet(), opened.port());
        } catch (IOException e) {
            problem = e.getMessage();
            throw e;
        }
    }

    @Override
    public void stop() {
        AssociationServer open;
        synchronized (this) {
            open = server;
            server = null;
        }
        // Outside the monitor: associations may take a while to end, and people want to see them meanwhile.
        if (open != null) {
            try {
                open.close(settings.networkTimeout());
            } catch (IOException e) {
                LOG.warn("closing the DICOM listener failed", e);
            }
            LOG.info("the DICOM listener is closed");
        }
    }

    @Override
    public void follow(String aet, int port) throws IOException {
        ScpSettings before;
        boolean listening;
        synchronized (this) {
            before = settings;
            if (before.aet().equals(aet) && before.port() == port) {
                return;
            }
            listening = server != null;
        }
        LOG.info("the listener moves to {} on port {}, as the back end wants it", aet, port);
        stop();
        settings = before.at(aet, port);
        if (!listening) {
            return;
        }
        try {
            start();
        } catch (IOException e) {
            settings = before;
            start();
            throw e;
        }
    }

    /** The configuration changes or the gateway stops: senders are told within seconds, and try again. */
    @Deactivate
    synchronized void close() throws IOException {
        AssociationServer open = server;
        server = null;
        if (open != null) {
            open.close(java.time.Duration.ofSeconds(5));
        }
    }

    @Override
    public synchronized Status status() {
        AssociationServer open = server;
        Intake current = intake.get();
        Optional<String> cannotKeep = current == null ? Optional.empty() : current.problem();
        String why = problem;
        if (open == null) {
            why = why == null ? "the listener is stopped (dicom:start)" : why;
        } else if (current == null) {
            why = "vault, store or profile is not ready: see the log";
        } else if (!nodes.isReady()) {
            why = "the back end's rules are not there: see the log";
        } else if (!nodes.proxyActive()) {
            why = "the back end has switched this gateway off";
        } else if (cannotKeep.isPresent()) {
            why = cannotKeep.get();
        }
        boolean receiving =
                open != null && current != null && nodes.isReady() && nodes.proxyActive() && cannotKeep.isEmpty();
        return new Status(
                open != null,
                receiving,
                settings.aet(),
                open == null ? settings.port() : open.port(),
                receiving ? null : why);
    }

    @Override
    public synchronized List<AssociationView> associations() {
        AssociationServer open = server;
        return open == null
                ? List.of()
                : open.associations().stream().map(Receiver::view).toList();
    }

    private static AssociationView view(Association association) {
        return new AssociationView(
                association.callingAet(),
                association.calledAet(),
                association.address().getHostAddress(),
                association.since(),
                association.messages(),
                association.bytes(),
                null);
    }

    @Override
    public long echo(String calledAet, String host, int port) throws IOException {
        try (Association association = AssociationRequester.open(
                host, port, calledAet, settings.aet(), AssociationRequester.verification(), timeouts())) {
            long begin = System.nanoTime();
            int status = association.echo();
            long millis = (System.nanoTime() - begin) / 1_000_000;
            association.release();
            if (status != CommandSet.SUCCESS) {
                throw new IOException(String.format("C-ECHO answered with status 0x%04X", status));
            }
            return millis;
        }
    }
}
