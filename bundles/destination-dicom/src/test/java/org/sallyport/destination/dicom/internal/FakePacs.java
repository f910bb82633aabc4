package org.sallyport.destination.dicom.internal;

import java.io.Closeable;
import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.function.BiPredicate;
import java.util.function.Consumer;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.StorageCommitment;
import org.sallyport.dicom.net.StorageCommitment.Failure;
import org.sallyport.dicom.net.StorageCommitment.Report;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.Tls;

/** A PACS whose answers a test decides. */
final class FakePacs implements AssociationPolicy, Closeable {

    static final Timeouts TIMEOUTS =
            new Timeouts(Duration.ofSeconds(10), Duration.ofSeconds(10), Duration.ofSeconds(10));

    record Received(String syntax, byte[] dataSet) {}

    interface Statuses {
        int of(String sopInstanceUid) throws IOException;
    }

    enum Commitment {
        SAME_ASSOCIATION,
        OTHER_ASSOCIATION,
        SILENT
    }

    final Map<String, List<Received>> stored = new ConcurrentHashMap<>();
    final List<AssociateRequest> requests = new CopyOnWriteArrayList<>();
    final Set<String> lost = ConcurrentHashMap.newKeySet();
    volatile BiPredicate<String, String> takes = (sopClass, syntax) -> true;
    volatile Statuses statuses = uid -> 0;
    volatile Function<CommandSet, CommandSet> answers = answer -> answer;
    volatile Commitment commitment = Commitment.SAME_ASSOCIATION;
    /** Brings a report to the gateway's own port. */
    volatile Consumer<Report> elsewhere = report -> {};

    private final AssociationServer server;

    FakePacs(int maxAssociations) throws IOException {
        this(maxAssociations, null);
    }

    /** @param tls null = in the clear */
    FakePacs(int maxAssociations, @Nullable Tls tls) throws IOException {
        server = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 16_384, maxAssociations, TIMEOUTS, tls), this);
    }

    int port() {
        return server.port();
    }

    List<Received> received(String sopInstanceUid) {
        return stored.getOrDefault(sopInstanceUid, List.of());
    }

    @Override
    public Decision decide(AssociateRequest request, Peer peer) {
        requests.add(request);
        return Decision.accept(request.contexts().stream()
                .map(c -> {
                    String syntax = c.transferSyntaxes().stream()
                            .filter(ts -> takes.test(c.abstractSyntax(), ts))
                            .findFirst()
                            .orElse("");
                    return new PresentationContext(
                            c.id(),
                            c.abstractSyntax(),
                            syntax.isEmpty() ? Result.TRANSFER_SYNTAXES_NOT_SUPPORTED : Result.ACCEPTANCE,
                            syntax);
                })
                .toList());
    }

    @Override
    public Service serve(Association association) {
        return new Service() {
            @Override
            public void handle(Association.Message message) throws IOException {
                serve(association, message);
            }

            @Override
            public void close() {
                // Holds nothing.
            }
        };
    }

    private void serve(Association association, Association.Message message) throws IOException {
        CommandSet command = message.command();
        switch (command.commandField()) {
            case CommandSet.C_STORE_RQ -> {
                String uid = String.valueOf(command.affectedSopInstanceUid());
                byte[] bytes = message.dataSet().readAllBytes();
                int status = statuses.of(uid);
                if (status == 0 || (status & 0xF000) == 0xB000) {
                    stored.computeIfAbsent(uid, key -> new CopyOnWriteArrayList<>())
                            .add(new Received(message.context().transferSyntax(), bytes));
                }
                association.send(message.context(), answers.apply(command.response(status)));
            }
            case CommandSet.N_ACTION_RQ -> {
                StorageCommitment.Request asked = StorageCommitment.readRequest(message);
                association.send(message.context(), command.response(0));
                if (commitment == Commitment.SAME_ASSOCIATION) {
                    StorageCommitment.report(association, asked, report(asked));
                } else if (commitment == Commitment.OTHER_ASSOCIATION) {
                    elsewhere.accept(report(asked));
                }
            }
            default -> association.send(message.context(), command.response(0));
        }
    }

    private Report report(StorageCommitment.Request asked) {
        List<String> all = asked.instances().stream()
                .map(StorageCommitment.Reference::sopInstanceUid)
                .toList();
        return new Report(
                asked.transactionUid(),
                all.stream().filter(this::keeps).toList(),
                all.stream()
                        .filter(uid -> !keeps(uid))
                        .map(uid -> new Failure(uid, CommandSet.NO_SUCH_SOP_INSTANCE))
                        .toList());
    }

    private boolean keeps(String uid) {
        return stored.containsKey(uid) && !lost.contains(uid);
    }

    @Override
    public void close() throws IOException {
        server.close();
    }
}
