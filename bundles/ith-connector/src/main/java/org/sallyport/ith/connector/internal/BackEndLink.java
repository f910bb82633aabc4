package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.Map;
import java.util.Optional;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.ListenerControl;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.OriginalReceivers;
import org.sallyport.gateway.support.http.Reply;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * The link to one back end. Its configuration is fetched at start and every while, the last good one kept on disk. The rules are registered at
 * once (private until a configuration was ever seen), and so is the destination {@code ith}, which waits for the workspace's id. The one
 * thread {@code ith-configuration} fetches; what it learns is read by any.
 */
final class BackEndLink implements UploadDestination.Workspace {

    /** The destination's name. */
    static final String NAME = BackEndRules.UPLOADS;

    private static final Logger LOG = LoggerFactory.getLogger(BackEndLink.class);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final long SETTLE_SECONDS = 5;
    private static final long LONGEST_PATIENCE_SECONDS = 3_600;

    /** Makes services known. */
    interface Registrar {

        /** @return takes the service back */
        <S> Runnable register(Class<S> type, S service, Map<String, Object> properties);
    }

    private final IthHttp http;
    private final IthSettings settings;
    private final Registrar registrar;
    private final KeptFile lastGood;

    /** Whether an event has switched the gateway off since the last configuration, so that a restart does not switch it on. */
    private final KeptFile off;

    private final Gateway gateway;
    private final Clock clock;
    private final ReceivedRules rules;
    private final UploadIdentity uploads;
    private final Runnable rulesRegistration;
    private final ScheduledExecutorService fetcher =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ith-configuration"));
    /** Whether a fetch beside the usual times waits for its turn. */
    private final AtomicBoolean asked = new AtomicBoolean();

    private volatile boolean keyRefused;

    /** Fetches until uploads are tried again after a refusal that the configuration knows nothing of; set back by any thread. */
    private volatile int patience = 1;

    /** Fetches since such a refusal; only the fetching thread's. */
    private int waited;

    /** Whether the last fetches were refused the key; only the fetching thread's. */
    private boolean fetchRefused;

    private volatile String lastProblem = "";
    private volatile @Nullable Instant fetchedAt;
    private volatile Runnable holdings = () -> {};
    private boolean kept;
    private String followed = "";

    /** Guarded by this. */
    private @Nullable UploadDestination destination;

    /** Guarded by this. */
    private @Nullable Runnable registration;

    BackEndLink(
            IthSettings settings,
            Registrar registrar,
            AuditLog audit,
            OriginalReceivers receivers,
            Gateway gateway,
            Path folder,
            Clock clock)
            throws IOException {
        this.settings = settings;
        this.gateway = gateway;
        this.clock = clock;
        this.off = new KeptFile(folder.resolve("switched-off.json"));
        this.registrar = registrar;
        this.lastGood = new KeptFile(folder.resolve("configuration.json"));
        this.rules = new ReceivedRules(
                new NodeApprovals(new KeptFile(folder.resolve("approved-nodes.json"))), settings, audit);
        this.uploads = new UploadIdentity(settings, receivers, rules);
        if (settings.isPlainBeyondLoopback()) {
            LOG.warn("ITH_URL is http: the gateway's key and the images can be read on the network; use https");
        }
        restore();
        this.http = new IthHttp(settings, clock);
        this.rulesRegistration = registrar.register(BackEndRules.class, rules, Map.of());
        open();
    }

    /** Fetches from now on. */
    void start() {
        fetcher.scheduleWithFixedDelay(this::fetch, 0, settings.refresh().toSeconds(), TimeUnit.SECONDS);
    }

    private void restore() {
        try {
            Optional<byte[]> content = lastGood.read();
            if (content.isEmpty()) {
                LOG.info("no configuration of the back end yet: private until the first one");
            } else {
                rules.use(ProxyConfiguration.parse(JSON.readTree(content.get())));
                kept = true;
                LOG.info("the back end's last good configuration is in force until the next");
            }
        } catch (IOException | IllegalArgumentException e) {
            LOG.error("the last good configuration of the back end cannot be read: private until the next one");
        }
        if (wasSwitchedOff()) {
            rules.switchOff();
            LOG.warn("the back end had switched this gateway off: new associations are refused");
        }
    }

    /** What cannot be read is no permission. */
    private boolean wasSwitchedOff() {
        try {
            return off.read()
                    .map(text -> new String(text, StandardCharsets.UTF_8).equals("true"))
                    .orElse(false);
        } catch (IOException e) {
            LOG.error("whether the back end had switched this gateway off cannot be read: {}", e.toString());
            return true;
        }
    }

    private synchronized void open() {
        UploadDestination opened = new UploadDestination(http, settings, this);
        destination = opened;
        registration = registrar.register(
                Destination.class,
                opened,
                Map.of(
                        Destination.NAME, NAME,
                        Destination.FILTER, settings.filter(),
                        Destination.CONCURRENCY, settings.concurrency(),
                        Destination.RECEIVER, uploads.receiver().toString(),
                        DestinationDirectory.PARTS_IN_ORDER, "yes"));
    }

    /** What runs is interrupted by those who started it; what does not hear that is aborted. */
    private synchronized void shut() {
        if (registration != null) {
            registration.run();
            registration = null;
        }
        if (destination != null) {
            destination.abort();
            destination = null;
        }
    }

    /** Fetches now, beside the usual times; once for all who ask for it before it begins. */
    void fetchSoon() {
        if (asked.compareAndSet(false, true)) {
            fetcher.execute(() -> {
                asked.set(false);
                fetch();
            });
        }
    }

    /** @param listener run when the back end says that it holds other things than before; has to return at once */
    void onHoldings(Runnable listener) {
        holdings = listener;
    }

    void holdingsChanged() {
        holdings.run();
    }

    /**
     * The back end has switched the gateway on or off. Durable on return; the next configuration counts more.
     *
     * @param reason for people
     */
    void switched(boolean active, String reason) throws IOException {
        String why = reason.isEmpty() ? "" : " (" + reason + ")";
        if (active) {
            LOG.info("the back end says that this gateway is active{}: its configuration is fetched", why);
            fetchSoon();
            return;
        }
        switchOff();
        LOG.warn("the back end has switched this gateway off{}: new associations are refused until it is active", why);
    }

    /** Until the next configuration, over restarts too. Durable on return. */
    private void switchOff() throws IOException {
        rules.switchOff();
        off.write("true".getBytes(StandardCharsets.UTF_8));
    }

    ReceivedRules rules() {
        return rules;
    }

    UploadIdentity uploads() {
        return uploads;
    }

    IthHttp http() {
        return http;
    }

    /** When the configuration in force was fetched; null = before the start, or never. */
    @Nullable
    Instant fetchedAt() {
        return fetchedAt;
    }

    /** Why the configuration could not be fetched last; empty = it could. */
    String lastProblem() {
        return lastProblem;
    }

    /** Moves the listener to where the back end wants it, if that is allowed here. */
    private void follow() {
        ProxyConfiguration.Listener wanted = rules.listener();
        ListenerControl control = gateway.listener();
        if (!settings.followListener() || wanted == null || control == null) {
            return;
        }
        try {
            control.follow(wanted.aet(), wanted.port());
            followed = "";
        } catch (IOException e) {
            String problem = "the listener cannot follow the back end: " + e.getMessage();
            if (!problem.equals(followed)) {
                LOG.error(problem);
                followed = problem;
            }
        }
    }

    /** Never throws: it is to be tried again. */
    void fetch() {
        fetchNow();
        follow();
    }

    private void fetchNow() {
        try {
            take(http.get(Paths.CONFIGURATION, settings.readTimeout()));
        } catch (InterruptedException e) {
            // Closing; the thread ends.
            Thread.currentThread().interrupt();
        } catch (IOException e) {
            problem("the back end does not answer (" + e.getClass().getSimpleName()
                    + "); its last good configuration stays in force");
        } catch (RuntimeException e) {
            LOG.error("fetching the back end's configuration failed", e);
        }
    }

    private void take(Reply reply) throws IOException {
        fetchRefused |= reply.refusesUs();
        if (reply.status() == 403) {
            forbidden();
            return;
        }
        if (reply.status() == 401) {
            problem("the back end refuses the gateway's key (401): correct ITH_TOKEN");
            return;
        }
        if (!UploadDestination.isOk(reply)) {
            problem("the back end answered " + reply.status() + " instead of its configuration");
            return;
        }
        ProxyConfiguration fetched;
        try {
            fetched = ProxyConfiguration.parse(JSON.readTree(reply.body()));
        } catch (JsonProcessingException | IllegalArgumentException e) {
            problem("what the back end sent is no configuration: "
                    + (e instanceof IllegalArgumentException ? e.getMessage() : "no JSON"));
            return;
        }
        boolean changed = rules.use(fetched);
        if (changed) {
            fetched.warnings().forEach(LOG::warn);
            LOG.info(
                    "configuration of the back end: {}, {} nodes{}",
                    fetched.mode(),
                    fetched.nodes().size(),
                    fetched.active() ? "" : ", switched off: new associations are refused");
        }
        uploads.tell();
        fetchedAt = clock.instant();
        keep(reply.body(), changed);
        if (keyRefused) {
            tryUploadsAgain();
        }
        fetchRefused = false;
    }

    private void forbidden() {
        String what = "the back end has this gateway switched off (403): new associations are refused";
        rules.switchOff();
        try {
            if (!wasSwitchedOff()) {
                switchOff();
            }
            problem(what);
        } catch (IOException e) {
            problem(what + "; that cannot be kept for a restart: " + e);
        }
    }

    /**
     * At once if the configuration was refused too: somebody has mended that. Else uploads alone are refused, and nothing tells that this changed: they
     * are tried after 1, 2, 4, … fetches, an hour at most.
     */
    private void tryUploadsAgain() {
        if (fetchRefused) {
            patience = 1;
        } else if (++waited < patience) {
            return;
        } else {
            long most =
                    Math.max(1, LONGEST_PATIENCE_SECONDS / settings.refresh().toSeconds());
            patience = (int) Math.min(most, 2L * patience);
        }
        waited = 0;
        keyRefused = false;
        LOG.info("the back end takes the gateway's key for its configuration: uploads are tried again");
        shut();
        open();
    }

    /** What could not be kept once is tried again with the next fetch. */
    private void keep(byte[] body, boolean changed) {
        kept &= !changed;
        try {
            if (!kept) {
                lastGood.write(body);
                off.write("false".getBytes(StandardCharsets.UTF_8));
                kept = true;
            }
            lastProblem = "";
        } catch (IOException e) {
            problem("the configuration of the back end is in force but cannot be kept for a restart: " + e);
        }
    }

    /** Says what changed, once. */
    private void problem(String text) {
        if (!text.equals(lastProblem)) {
            LOG.warn(text);
            lastProblem = text;
        }
    }

    @Override
    public @Nullable String id() {
        return rules.workspaceId();
    }

    @Override
    public IdentityMode identity() {
        return uploads.mode();
    }

    @Override
    public void keyRefused() {
        keyRefused = true;
    }

    @Override
    public void keyTaken() {
        patience = 1;
    }

    void close() throws IOException {
        fetcher.shutdownNow();
        rulesRegistration.run();
        shut();
        http.close();
        try {
            if (!fetcher.awaitTermination(SETTLE_SECONDS, TimeUnit.SECONDS)) {
                LOG.warn("fetching the configuration did not end when interrupted");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
