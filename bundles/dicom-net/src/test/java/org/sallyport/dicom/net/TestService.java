package org.sallyport.dicom.net;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.BlockingQueue;
import java.util.concurrent.LinkedBlockingQueue;
import java.util.concurrent.TimeUnit;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;

/** Accepts what its decision accepts, answers echoes and stores; says what it has seen. */
final class TestService implements AssociationPolicy {

    static final Timeouts PATIENT =
            new Timeouts(Duration.ofSeconds(20), Duration.ofSeconds(20), Duration.ofSeconds(20));
    static final int MAX_PDU = 16_384;

    private static final int PATIENCE_SECONDS = 20;

    /** Serves a message, instead of the answers that are usual. */
    @FunctionalInterface
    interface Handler {
        void handle(Association association, Association.Message message) throws IOException;
    }

    record Stored(String sopInstanceUid, byte[] dataSet) {}

    final BlockingQueue<Stored> stored = new LinkedBlockingQueue<>();
    final BlockingQueue<IOException> failed = new LinkedBlockingQueue<>();
    final BlockingQueue<Peer> peers = new LinkedBlockingQueue<>();
    private final BlockingQueue<Association> begun = new LinkedBlockingQueue<>();
    private final BlockingQueue<Association> ended = new LinkedBlockingQueue<>();
    private Function<AssociateRequest, @Nullable Rejection> rejection = request -> null;
    private Handler handler = this::answer;

    TestService rejecting(Function<AssociateRequest, @Nullable Rejection> rejection) {
        this.rejection = rejection;
        return this;
    }

    TestService handling(Handler handler) {
        this.handler = handler;
        return this;
    }

    AssociationServer start() throws IOException {
        return start(MAX_PDU, 10, PATIENT);
    }

    AssociationServer start(int maxPduLength, int maxAssociations, Timeouts timeouts) throws IOException {
        return AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, maxPduLength, maxAssociations, timeouts), this);
    }

    @Override
    public Decision decide(AssociateRequest request, Peer peer) {
        peers.add(peer);
        Rejection why = rejection.apply(request);
        if (why != null) {
            return Decision.reject(why);
        }
        List<PresentationContext> contexts = request.contexts().stream()
                .map(c -> new PresentationContext(
                        c.id(),
                        c.abstractSyntax(),
                        PresentationContext.Result.ACCEPTANCE,
                        c.transferSyntaxes().get(0)))
                .toList();
        return Decision.accept(contexts).withRoles(request.userInformation().roles());
    }

    @Override
    public Service serve(Association association) {
        begun.add(association);
        return new Service() {
            @Override
            public void handle(Association.Message message) throws IOException {
                try {
                    handler.handle(association, message);
                } catch (IOException e) {
                    failed.add(e);
                    throw e;
                }
            }

            @Override
            public void close() {
                ended.add(association);
            }
        };
    }

    void answer(Association association, Association.Message message) throws IOException {
        CommandSet command = message.command();
        if (command.commandField() == CommandSet.C_STORE_RQ) {
            byte[] dataSet = message.dataSet().readAllBytes();
            stored.add(new Stored(String.valueOf(command.affectedSopInstanceUid()), dataSet));
        }
        association.send(message.context(), command.response(CommandSet.SUCCESS));
    }

    Association awaitBegin() throws InterruptedException {
        return await(begun, "no association began");
    }

    Association awaitEnd() throws InterruptedException {
        return await(ended, "no association ended");
    }

    static <T> T await(BlockingQueue<T> queue, String otherwise) throws InterruptedException {
        T found = queue.poll(PATIENCE_SECONDS, TimeUnit.SECONDS);
        if (found == null) {
            throw new AssertionError(otherwise + " within " + PATIENCE_SECONDS + " seconds");
        }
        return found;
    }
}
