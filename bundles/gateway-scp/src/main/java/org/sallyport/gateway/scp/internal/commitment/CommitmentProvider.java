package org.sallyport.gateway.scp.internal.commitment;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayDeque;
import java.util.Deque;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import java.util.function.Supplier;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.AssociateRequest.ProposedContext;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationRequester;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.dicom.net.StorageCommitment.Request;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.UserInformation.RoleSelection;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.node.Node;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.scp.internal.node.NodeAssociation;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes requests for storage commitment, and reports their results: on the association of the request, or on one to the node that asked. What is not
 * reported yet lies in files, so that a restart loses nothing. Thread-safe: waiting transactions are in a concurrent map, each worked on by the one thread
 * of this.
 */
public final class CommitmentProvider implements AutoCloseable {

    private static final Logger LOG = LoggerFactory.getLogger(CommitmentProvider.class);

    private static final int MOST_WAITING = 10_000;
    private static final Duration FIRST_PAUSE = Duration.ofSeconds(1);
    private static final Duration LONGEST_PAUSE = Duration.ofMinutes(10);
    private static final long LOOK_MILLIS = 500;
    private static final int RESOURCE_LIMITATION = 0x0213;

    /**
     * How it works.
     *
     * @param onNew whether results are reported on an association to the node, where there is one
     * @param longest how long a report is tried
     */
    public record Settings(boolean onNew, Duration longest, Timeouts timeouts) {}

    /** A transaction that waits. */
    private static final class Waiting {

        final Transaction transaction;
        volatile Instant due;
        volatile Duration pause = FIRST_PAUSE;

        Waiting(Transaction transaction, Instant due) {
            this.transaction = transaction;
            this.due = due;
        }
    }

    /** Results that go back on the association of their request, when it was answered; owned by the association's thread. */
    public final class Desk {

        private final Deque<Transaction> here = new ArrayDeque<>();

        /** Takes an N-ACTION-RQ. @return its response */
        public CommandSet take(Association association, Association.Message message) throws IOException {
            CommandSet command = message.command();
            if (command.actionTypeId() != StorageCommitment.REQUEST) {
                return command.response(CommandSet.NO_SUCH_ACTION);
            }
            Request request;
            try {
                request = StorageCommitment.readRequest(message);
            } catch (DicomDataException e) {
                return command.response(CommandSet.PROCESSING_FAILURE).withComment("the request cannot be read");
            }
            if (request.instances().isEmpty()) {
                return command.response(CommandSet.MISTYPED_ARGUMENT).withComment("no instance is named");
            }
            if (waiting.size() >= MOST_WAITING) {
                return command.response(RESOURCE_LIMITATION).withComment("too many commitments wait");
            }
            Transaction transaction = new Transaction(
                    UUID.randomUUID(),
                    association.callingAet(),
                    association.calledAet(),
                    association.address().getHostAddress(),
                    clock.instant(),
                    request);
            folder.keep(transaction);
            if (settings.onNew && nodes.apply(transaction.aet()).isPresent()) {
                add(transaction);
            } else {
                here.add(transaction);
            }
            return command.response(CommandSet.SUCCESS);
        }

        /** After a response was sent: reports what can be reported at once. */
        public void report(Association association) throws IOException {
            for (Transaction next = here.poll(); next != null; next = here.poll()) {
                Optional<Report> report = judge(next);
                if (report.isEmpty()) {
                    add(next);
                    continue;
                }
                try {
                    CommandSet answer = StorageCommitment.report(association, next.request(), report.get());
                    settled(next, answer.status());
                } catch (IOException e) {
                    add(next);
                    throw e;
                }
            }
        }

        /** The association has ended: what is left is reported otherwise. */
        public void close() {
            here.forEach(CommitmentProvider.this::add);
            here.clear();
        }
    }

    private final Settings settings;
    private final TransactionFolder folder;
    private final Supplier<Judge> judges;
    private final Function<String, Optional<Node>> nodes;
    private final StudyCompletion completion;
    private final Clock clock;
    private final Map<UUID, Waiting> waiting = new ConcurrentHashMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "storage-commitment"));

    /**
     * @param folder for what is not reported yet
     * @param judges make a judge for one thread
     * @param nodes the active node with an AE title
     */
    public CommitmentProvider(
            Settings settings,
            Path folder,
            IdentityVault vault,
            Supplier<Judge> judges,
            Function<String, Optional<Node>> nodes,
            StudyCompletion completion,
            Clock clock) {
        this.settings = settings;
        this.folder = new TransactionFolder(folder, vault);
        this.judges = judges;
        this.nodes = nodes;
        this.completion = completion;
        this.clock = clock;
    }

    /** Goes on with what an earlier run has left, and looks for what can be reported from now on. */
    public void start() throws IOException {
        List<Transaction> left = folder.left();
        left.forEach(this::add);
        timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    public Desk desk() {
        return new Desk();
    }

    private void add(Transaction transaction) {
        waiting.put(transaction.id(), new Waiting(transaction, clock.instant()));
    }

    private Optional<Report> judge(Transaction transaction) throws IOException {
        Judge judge = judges.get();
        // A sender that asks has sent all (as far as it knows).
        for (String study : judge.studies(transaction)) {
            completion.complete(study);
        }
        return judge.judge(transaction, clock.instant());
    }

    private void look() {
        for (Waiting one : waiting.values()) {
            if (!one.due.isAfter(clock.instant())) {
                try {
                    tryToReport(one);
                } catch (IOException | RuntimeException e) {
                    // Thrown on, it would end the timer. Its message may name a host, never an instance.
                    LOG.warn(
                            "{} cannot be reported now: {}",
                            one.transaction,
                            e.getClass().getSimpleName());
                    later(one);
                }
            }
        }
    }

    private void later(Waiting one) {
        Transaction transaction = one.transaction;
        if (clock.instant().isAfter(transaction.askedAt().plus(settings.longest.multipliedBy(2)))) {
            LOG.error("{} of {} could not be reported and is given up", transaction, transaction.aet());
            forget(transaction);
            return;
        }
        one.due = clock.instant().plus(one.pause);
        Duration doubled = one.pause.multipliedBy(2);
        one.pause = doubled.compareTo(LONGEST_PAUSE) < 0 ? doubled : LONGEST_PAUSE;
    }

    private void tryToReport(Waiting one) throws IOException {
        Transaction transaction = one.transaction;
        Optional<Report> report = judge(transaction);
        if (report.isEmpty()) {
            later(one);
            return;
        }
        Node node = nodes.apply(transaction.aet())
                .orElseThrow(() -> new IOException("no node with the AE title of who asked"));
        List<ProposedContext> contexts = List.of(new ProposedContext(
                1,
                StorageCommitment.SOP_CLASS,
                List.of(
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid(),
                        TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN.uid())));
        AssociationRequester.Options options = AssociationRequester.Options.DEFAULT
                .withTimeouts(settings.timeouts)
                // Provider, though it opens the association (PS3.4 J.3.3).
                .withRoles(List.of(new RoleSelection(StorageCommitment.SOP_CLASS, false, true)));
        try (Association association = NodeAssociation.open(node, transaction.ourAet(), contexts, options)) {
            CommandSet answer = StorageCommitment.report(association, transaction.request(), report.get());
            association.release();
            settled(transaction, answer.status());
        }
    }

    /** The peer has it, whatever it makes of it: a report is sent once (PS3.4 J.3.3). */
    private void settled(Transaction transaction, int status) {
        LOG.info("{} of {} is reported, answered {}", transaction, transaction.aet(), String.format("%04X", status));
        forget(transaction);
    }

    private void forget(Transaction transaction) {
        waiting.remove(transaction.id());
        try {
            folder.forget(transaction);
        } catch (IOException e) {
            LOG.warn("the file of {} cannot be removed: it is reported again after a restart", transaction, e);
        }
    }

    @Override
    public void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("reporting storage commitments did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
