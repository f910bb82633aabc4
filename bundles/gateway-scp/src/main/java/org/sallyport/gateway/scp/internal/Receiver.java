package org.sallyport.gateway.scp.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.atomic.AtomicReference;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
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
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.node.CommitmentListener;
import org.sallyport.gateway.api.node.DicomReceiver;
import org.sallyport.gateway.api.node.ListenerControl;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.scp.internal.node.NodeAssociation;
import org.sallyport.gateway.support.settings.Secrets;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The DICOM ports. While the intake is not there (vault locked, database away, a bundle being replaced) associations are rejected for the
 * time being. The references to the intake and to those who wait for reports are owned by Declarative Services.
 */
@Component(
        service = {DicomReceiver.class, ListenerControl.class},
        configurationPid = "org.sallyport.scp",
        immediate = true)
@Designate(ocd = ScpConfiguration.class)
public final class Receiver implements DicomReceiver, ListenerControl {

    private static final Logger LOG = LoggerFactory.getLogger(Receiver.class);

    /** The configuration changes or the gateway stops: senders are told within seconds, and try again. */
    private static final Duration SOON = Duration.ofSeconds(5);

    /** AE title and port may follow the back end; all else stays as configured. */
    private volatile ScpSettings settings;

    private final NodeTable nodes;
    private final CommitmentReports reports = new CommitmentReports();
    private final AtomicReference<@Nullable Intake> intake = new AtomicReference<>();
    private final Reopening reopening;
    private final AtomicReference<@Nullable QueryServices> queries = new AtomicReference<>();
    private final Listener plain;

    /** null = none is wanted. */
    private final @Nullable Listener secured;

    @Activate
    public Receiver(
            ScpConfiguration configuration,
            Map<String, Object> properties,
            @Reference ConfigurationAdmin configurations,
            @Reference NodeTable nodes)
            throws IOException {
        this(configuration, Secrets.of(configurations, properties, ScpSettings.FILE.place()), nodes);
        autoStart();
    }

    Receiver(ScpConfiguration configuration, Secrets secrets, NodeTable nodes) {
        this(configuration, secrets, nodes, SOON);
    }

    /** @param pause between attempts to open a port that is taken when the gateway starts */
    Receiver(ScpConfiguration configuration, Secrets secrets, NodeTable nodes, Duration pause) {
        this.reopening = new Reopening(this::start, pause);
        this.settings = ScpSettings.of(configuration);
        this.nodes = nodes;
        ReceivingPolicy policy = new ReceivingPolicy(() -> settings, nodes, reports, intake::get, queries::get);
        this.plain = new Listener(() -> settings.port(), false, () -> settings.server(settings.port(), null), policy);
        this.secured = TlsSettings.isWanted(configuration)
                ? new Listener(
                        () -> TlsSettings.port(configuration),
                        true,
                        () -> {
                            TlsSettings tls = TlsSettings.of(configuration, secrets);
                            return settings.server(tls.port(), tls.tls());
                        },
                        policy)
                : null;
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

    @Reference(
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void addCommitmentListener(CommitmentListener listener) {
        reports.add(listener);
    }

    void removeCommitmentListener(CommitmentListener listener) {
        reports.remove(listener);
    }

    /** What cannot be opened now is shown by {@code dicom:status}, and tried again. */
    void autoStart() {
        if (settings.autoStart()) {
            reopening.begin();
        } else {
            LOG.info("the DICOM listener waits for dicom:start");
        }
    }

    @Reference(
            cardinality = ReferenceCardinality.OPTIONAL,
            policy = ReferencePolicy.DYNAMIC,
            policyOption = ReferencePolicyOption.GREEDY)
    void setQueries(QueryServices services) {
        queries.set(services);
    }

    void unsetQueries(QueryServices services) {
        queries.compareAndSet(services, null);
    }

    private List<Listener> ports() {
        return secured == null ? List.of(plain) : List.of(plain, secured);
    }

    @Override
    public void start() throws IOException {
        IOException failed = null;
        for (Listener port : ports()) {
            try {
                port.open();
            } catch (IOException e) {
                if (failed == null) {
                    failed = e;
                } else {
                    failed.addSuppressed(e);
                }
            }
        }
        if (failed != null) {
            throw failed;
        }
    }

    @Override
    public void stop() {
        reopening.end();
        Duration grace = settings.networkTimeout();
        ports().forEach(port -> port.close(grace));
    }

    @Override
    public synchronized void follow(String aet, int port) throws IOException {
        ScpSettings before = settings;
        if (before.aet().equals(aet) && before.port() == port) {
            return;
        }
        LOG.info("the listener moves to {} on port {}, as the back end wants it", aet, port);
        boolean listening = plain.view().listening();
        settings = before.at(aet, port);
        plain.close(before.networkTimeout());
        if (!listening) {
            return;
        }
        try {
            plain.open();
        } catch (IOException e) {
            settings = before;
            // Another program may have taken the port meanwhile.
            reopening.begin();
            throw e;
        }
    }

    @Deactivate
    void close() {
        reopening.close();
        ports().forEach(port -> port.end(SOON));
    }

    @Override
    public List<ListenerView> listeners() {
        return ports().stream().map(Listener::view).toList();
    }

    @Override
    public Status status() {
        ListenerView port = plain.view();
        Intake current = intake.get();
        Optional<String> cannotKeep = current == null ? Optional.empty() : current.problem();
        String why = null;
        if (!port.listening()) {
            why = port.problem();
        } else if (current == null) {
            why = "vault, store or profile is not ready: see the log";
        } else if (!nodes.isReady()) {
            why = "the back end's rules are not there: see the log";
        } else if (!nodes.proxyActive()) {
            why = "the back end has switched this gateway off";
        } else if (cannotKeep.isPresent()) {
            why = cannotKeep.get();
        }
        return new Status(port.listening(), why == null, settings.aet(), port.port(), why);
    }

    @Override
    public List<AssociationView> associations() {
        return ports().stream()
                .flatMap(port -> port.associations().stream())
                .map(Receiver::view)
                .toList();
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
        return echo(AssociationRequester.open(
                host, port, calledAet, settings.aet(), AssociationRequester.verification(), settings.timeouts()));
    }

    @Override
    public long echo(Node node) throws IOException {
        return echo(
                NodeAssociation.open(node, settings.aet(), AssociationRequester.verification(), settings.timeouts()));
    }

    private static long echo(Association opened) throws IOException {
        try (Association association = opened) {
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
