package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.nio.file.DirectoryStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.ScheduledFuture;
import java.util.function.BooleanSupplier;
import java.util.function.Predicate;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import java.util.zip.ZipException;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.intake.ReturnedObjects.Kind;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.node.BackEndRules;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.node.NodeDestinations.NodeSender;
import org.sallyport.gateway.api.node.NodeDirectory;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.support.http.Reply;
import org.sallyport.ith.connector.internal.DispatchTargets.Target;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Carries out dispatches: fetches an archive, and sends its objects with their identity to nodes, to all at the same time. What lies on the disk
 * meanwhile is sealed, and of no use after a restart: it is fetched anew then. Thread-safe.
 */
final class Dispatch implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(Dispatch.class);

    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(1);
    private static final int LONGEST_REASON = 200;
    private static final long LOOK_MILLIS = 200;

    /** What a dispatch needs to know of the back end. */
    interface Link {

        /** @return the workspace's id, or null before the first configuration */
        @Nullable
        String workspace();

        BackEndRules rules();

        Predicate<Node> reachable();

        /** Whether the back end is there now. */
        BooleanSupplier connected();

        DispatchNews.Teller teller();
    }

    private final IthHttp http;
    private final IthSettings settings;
    private final Gateway gateway;
    private final Link link;
    private final AuditLog audit;
    private final Path folder;
    private final Clock clock;
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "ith-dispatch-news"));

    Dispatch(IthHttp http, IthSettings settings, Gateway gateway, Link link, AuditLog audit, Path folder, Clock clock) {
        this.http = http;
        this.settings = settings;
        this.gateway = gateway;
        this.link = link;
        this.audit = audit;
        this.folder = folder;
        this.clock = clock;
    }

    /** Deletes what was left behind when the gateway stopped. */
    void tidy() throws IOException {
        try (DirectoryStream<Path> files = Files.newDirectoryStream(folder)) {
            for (Path file : files) {
                Files.delete(file);
            }
        }
    }

    /** How one dispatch goes on: the parts that its steps hand to one another. */
    private final class Run {

        final Commands commands;
        final Commands.Entry entry;
        final Event event;
        final SealedFile zip;
        final InstanceSpool spool;
        final List<DispatchDelivery.Found> objects = new ArrayList<>();
        final List<String> troubles = new ArrayList<>();

        @Nullable
        Returning returning;

        int held;
        int unreadable;

        Run(Commands commands, Commands.Entry entry) {
            this.commands = commands;
            this.entry = entry;
            this.event = entry.event;
            this.zip = new SealedFile(folder.resolve(entry.number + ".zip"));
            this.spool = new InstanceSpool(folder.resolve(entry.number + ".instances"));
        }

        int all() {
            return objects.size() + held + unreadable;
        }

        void deleteFiles() throws IOException {
            spool.delete();
            zip.delete();
        }
    }

    /** @throws InterruptedException if the gateway stops or a person has cancelled it: it is run again, or not */
    Outcome run(Commands commands, Commands.Entry entry) throws InterruptedException {
        Run run = new Run(commands, entry);
        try {
            return run(run);
        } finally {
            try {
                run.deleteFiles();
            } catch (IOException e) {
                LOG.warn("files of dispatch {} could not be deleted: {}", entry.number, e.getMessage());
            }
        }
    }

    private Outcome run(Run run) throws InterruptedException {
        String action = run.event.text("action");
        if (!action.isEmpty() && !action.equals("pull_and_dispatch")) {
            return Outcome.failed("action \"" + action + "\" is not known");
        }
        NodeDirectory directory = awaitParts();
        List<Target> targets = DispatchTargets.of(
                run.event, link.rules().nodes(), directory.nodes(), settings.identityNetworks(), link.reachable());
        List<Target> usable =
                targets.stream().filter(target -> target.node() != null).toList();
        targets.stream()
                .filter(target -> target.node() == null)
                .forEach(target -> run.troubles.add(target.name() + ": " + target.problem()));
        if (usable.isEmpty()) {
            return Outcome.failed(
                    run.troubles.isEmpty()
                            ? "no node to send to: none is active, answers, may read and is approved"
                            : String.join("; ", run.troubles));
        }
        DispatchNews news = new DispatchNews(run.event, link.teller(), targets.size());
        String problem = fetch(run, news);
        if (problem != null) {
            return Outcome.failed(problem);
        }
        if (run.all() == 0) {
            return Outcome.failed("the archive holds no DICOM files");
        }
        return send(run, targets, news);
    }

    /** The gateway may be starting, or a bundle be replaced; without the local nodes nobody can be told whom they bar. */
    private NodeDirectory awaitParts() throws InterruptedException {
        while (true) {
            NodeDirectory directory = gateway.directory();
            boolean others = gateway.returned() != null
                    && gateway.nodes() != null
                    && gateway.vault() != null
                    && gateway.quarantine() != null;
            if (directory != null && others) {
                return directory;
            }
            Thread.sleep(LOOK_MILLIS);
        }
    }

    // ---- fetching

    /** @return why it failed for good, or null */
    private @Nullable String fetch(Run run, DispatchNews news) throws InterruptedException {
        DownloadFile download = new DownloadFile(http, settings.dispatching());
        int failures = 0;
        while (true) {
            String problem;
            Duration asked = null;
            try {
                if (!run.zip.isWhole()) {
                    String workspace = link.workspace();
                    if (workspace == null) {
                        return "the workspace is not known: there was no configuration yet";
                    }
                    Reply reply = download(download, Paths.download(workspace, run.event), run.zip, news);
                    if (reply.status() != 200) {
                        if (!reply.isTemporary()) {
                            return refusal(reply);
                        }
                        asked = reply.retryAfter();
                        throw new IOException("the back end answered " + reply.status() + " " + reply.text());
                    }
                }
                unpack(run);
                return null;
            } catch (DownloadFile.Refused e) {
                return e.getMessage();
            } catch (Gateway.NotThere e) {
                LOG.info("dispatch {} waits: {}", run.entry.number, e.getMessage());
                awaitParts();
                continue;
            } catch (ZipException e) {
                problem = "the archive is wrong: " + e.getMessage();
            } catch (IOException e) {
                problem = "the download failed: " + text(e);
            }
            delete(run.zip);
            if (link.connected().getAsBoolean() || failures == 0) {
                failures++;
            }
            if (failures > settings.dispatching().retries()) {
                return problem;
            }
            LOG.warn("dispatch {}: {}; it is tried again", run.entry.number, problem);
            pause(failures, asked);
        }
    }

    private static String refusal(Reply reply) {
        return reply.refusesUs()
                ? "the back end refuses the gateway's key for the download (" + reply.status() + ")"
                : "the back end answered the download with " + reply.status() + " " + reply.text();
    }

    private static String text(IOException e) {
        String message = String.valueOf(e.getMessage());
        return e.getClass() == IOException.class || e instanceof Gateway.NotThere
                ? Reply.line(message)
                : e.getClass().getSimpleName();
    }

    private static void delete(SealedFile file) {
        try {
            file.delete();
        } catch (IOException e) {
            LOG.warn("{} could not be deleted", file.path());
        }
    }

    private void pause(int failures, @Nullable Duration asked) throws InterruptedException {
        Duration usual = settings.dispatching().retryDelay();
        Duration pause = asked == null ? usual.multipliedBy(Math.min(failures, 5)) : asked;
        Thread.sleep(Math.min(pause.toMillis(), LONGEST_PAUSE.toMillis()));
    }

    private Reply download(DownloadFile download, String path, SealedFile zip, DispatchNews news)
            throws IOException, InterruptedException {
        ScheduledFuture<?> telling = news.downloading(download, timer);
        try {
            return download.fetch(path, zip);
        } finally {
            telling.cancel(false);
        }
    }

    private void unpack(Run run) throws IOException {
        run.objects.clear();
        run.held = 0;
        run.unreadable = 0;
        InstanceSpool.Content content = run.spool.fill(run.zip, settings.dispatching());
        Returning returning = begin(run);
        Set<String> seen = new HashSet<>();
        for (InstanceSpool.Item item : content.items()) {
            Returned returned;
            try (InputStream in = run.spool.open(item)) {
                returned = returning.examine(in);
            } catch (DicomDataException e) {
                run.unreadable++;
                continue;
            }
            if (returned.kind() == Kind.UNKNOWN_PATIENT) {
                hold(run, item, returned);
            } else if (seen.add(returned.sopInstanceUid())) {
                run.objects.add(new DispatchDelivery.Found(item, returned));
            }
        }
        returning.remember(run.objects.stream()
                .filter(object -> object.returned().kind() == Kind.RESULT)
                .map(object -> object.returned().sopInstanceUid())
                .toList());
        if (content.others() > 0) {
            LOG.info("dispatch {}: {} files of the archive are no DICOM files", run.entry.number, content.others());
        }
        run.returning = returning;
    }

    private Returning begin(Run run) throws IOException {
        return Gateway.need(gateway.returned(), "the restoring of identity")
                .begin(new AccessRequest(
                        "ith-back-end",
                        Set.of(Roles.PRIVACY_OFFICER),
                        "ith",
                        Reply.cut(run.event.type() + " " + run.event.correlationId(), LONGEST_REASON),
                        Reply.cut(run.event.entityId(), LONGEST_REASON)));
    }

    /** Sealed, where a person sees it; once, however often it comes. */
    private void hold(Run run, InstanceSpool.Item item, Returned returned) throws IOException {
        run.held++;
        IdentityVault vault = Gateway.need(gateway.vault(), "the vault");
        Quarantine quarantine = Gateway.need(gateway.quarantine(), "the quarantine");
        KeyedDigest digest = vault.newHeldDigest();
        byte[] buffer = new byte[1 << 16];
        try (InputStream in = run.spool.open(item)) {
            for (int n = in.read(buffer); n >= 0; n = in.read(buffer)) {
                digest.update(buffer, 0, n);
            }
        }
        byte[] key = digest.finish();
        try (Quarantine.Holding holding = quarantine.hold(new Quarantine.Description(
                Quarantine.Kind.HELD,
                Reply.cut("not sent out: " + returned.reason(), LONGEST_REASON),
                returned.sopClassUid(),
                returned.transferSyntaxUid(),
                "ITH",
                "back end",
                clock.instant(),
                key))) {
            try (InputStream in = run.spool.open(item);
                    OutputStream sealed = vault.sealHeld("held/" + holding.id(), holding.sealed())) {
                in.transferTo(sealed);
            }
            holding.commitUnlessHeld(key);
        }
    }

    // ---- sending

    private Outcome send(Run run, List<Target> targets, DispatchNews news) throws InterruptedException {
        int total = run.all() * targets.size();
        news.processing(total);
        run.commands.progress(run.entry, 0, total);
        Returning restoring = run.returning;
        if (restoring == null) {
            throw new IllegalStateException("nothing was examined");
        }
        try {
            record(run, targets);
        } catch (IOException e) {
            return Outcome.failed("nothing was sent: the audit log cannot be written");
        }
        ExecutorService threads = Executors.newFixedThreadPool(
                targets.size(), task -> new Thread(task, "ith-dispatch-" + run.entry.number));
        List<Future<@Nullable String>> sending = new ArrayList<>();
        try {
            for (int i = 0; i < targets.size(); i++) {
                Node node = targets.get(i).node();
                if (node != null && !run.objects.isEmpty()) {
                    int index = i;
                    sending.add(threads.submit(() -> sendTo(node, index, run, restoring, news)));
                }
            }
            for (Future<@Nullable String> one : sending) {
                String problem = one.get();
                if (problem != null) {
                    run.troubles.add(problem);
                }
            }
        } catch (ExecutionException e) {
            throw new IllegalStateException("sending failed", e.getCause());
        } finally {
            threads.shutdownNow();
        }
        run.commands.progress(run.entry, news.sent(), total);
        return outcome(run, restoring);
    }

    /** Who is given identity. */
    private void record(Run run, List<Target> targets) throws IOException {
        String nodes = targets.stream()
                .map(Target::node)
                .flatMap(Stream::ofNullable)
                .map(node -> node.id() + " (" + node.aet() + " at " + node.address() + ":" + node.port() + ")")
                .collect(Collectors.joining(", "));
        audit.record(
                "identity.send",
                "ith-back-end",
                "ith",
                Reply.cut(run.event.entityId(), LONGEST_REASON),
                Reply.cut(run.event.type() + " " + run.event.correlationId(), LONGEST_REASON),
                "done",
                run.objects.size() + " objects to " + Reply.cut(nodes, 1_000));
    }

    private static Outcome outcome(Run run, Returning restoring) {
        if (run.held > 0) {
            run.troubles.add(
                    run.held + " of " + run.all()
                            + " files are of patients that this gateway does not know, or not as they say: held (quarantine:list)");
        }
        if (run.unreadable > 0) {
            run.troubles.add(run.unreadable + " of " + run.all() + " files cannot be read");
        }
        int unresolved = restoring.unresolved();
        String note =
                unresolved == 0 ? null : unresolved + " references to images that are not known here stay as they are";
        if (!run.troubles.isEmpty()) {
            String told = String.join("; ", run.troubles);
            return Outcome.failed(note == null ? told : told + "; " + note);
        }
        return Outcome.done(note);
    }

    /** @return what is missing there, or null */
    private @Nullable String sendTo(Node node, int index, Run run, Returning restoring, DispatchNews news)
            throws InterruptedException {
        DispatchDelivery delivery = new DispatchDelivery(run.entry.number, run.objects, run.spool, restoring, count -> {
            news.sent(index, count);
            run.commands.progress(run.entry, news.sent(), news.total());
        });
        String reason;
        try (NodeSender sender = Gateway.need(gateway.nodes(), "the sending to nodes")
                .open(node, settings.dispatching().callingAet())) {
            for (int attempt = 1; ; attempt++) {
                DeliveryOutcome outcome = sender.send(delivery);
                if (outcome instanceof DeliveryOutcome.Delivered) {
                    news.sent(index, run.objects.size());
                    return null;
                }
                boolean worthATry = outcome instanceof DeliveryOutcome.Later;
                reason = reason(outcome);
                if (!worthATry || attempt > settings.dispatching().retries()) {
                    break;
                }
                LOG.warn("dispatch {} to node {}: {}; it is tried again", run.entry.number, node.id(), reason);
                pause(attempt, null);
            }
        } catch (InterruptedException e) {
            delivery.cancel();
            throw e;
        } catch (IOException e) {
            reason = text(e);
        } catch (Exception e) {
            LOG.error("dispatch {} to node {} failed", run.entry.number, node.id(), e);
            reason = e.getClass().getSimpleName();
        }
        int sent = news.sent(index);
        return node.name() + ": " + (run.objects.size() - sent) + " of " + run.objects.size()
                + " images are missing there: " + reason;
    }

    private static String reason(DeliveryOutcome outcome) {
        if (outcome instanceof DeliveryOutcome.Later later) {
            return later.reason();
        }
        return outcome instanceof DeliveryOutcome.Refused refused ? refused.reason() : outcome.toString();
    }

    @Override
    public void close() {
        timer.shutdownNow();
    }
}
