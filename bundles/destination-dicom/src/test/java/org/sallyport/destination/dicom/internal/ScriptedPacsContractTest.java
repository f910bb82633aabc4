package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationPolicy;
import org.sallyport.dicom.net.AssociationServer;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.dicom.net.PresentationContext.Result;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.gateway.api.Destination;

/** With a PACS of our own, which keeps a digest of each image and holds none in memory. */
class ScriptedPacsContractTest extends PacsContract {

    private static final Timeouts SHORT =
            new Timeouts(Duration.ofSeconds(30), Duration.ofSeconds(2), Duration.ofSeconds(30));

    private final Map<String, Received> stored = new ConcurrentHashMap<>();
    private @Nullable AssociationServer server;
    private volatile boolean silent;

    @Override
    protected Destination open() throws IOException {
        AssociationServer opened = AssociationServer.start(
                new AssociationServer.Settings("127.0.0.1", 0, 65_536, 20, FakePacs.TIMEOUTS), new Policy());
        server = opened;
        return destination(opened.port());
    }

    @Override
    protected void close(Destination destination) throws Exception {
        super.close(destination);
        breakReceiver();
    }

    @Override
    protected boolean breakReceiver() throws IOException {
        if (server != null) {
            server.close();
        }
        return true;
    }

    @Override
    protected @Nullable Destination openSilent() {
        silent = true;
        return server == null ? null : destination(server.port(), SHORT);
    }

    @Override
    protected List<Received> received() {
        return List.copyOf(stored.values());
    }

    private final class Policy implements AssociationPolicy {

        @Override
        public Decision decide(AssociateRequest request, Peer peer) {
            return Decision.accept(request.contexts().stream()
                    .map(c -> new PresentationContext(
                            c.id(),
                            c.abstractSyntax(),
                            Result.ACCEPTANCE,
                            c.transferSyntaxes().get(0)))
                    .toList());
        }

        @Override
        public Service serve(Association association) {
            return new Service() {
                @Override
                public void handle(Association.Message message) throws IOException {
                    if (silent) {
                        return;
                    }
                    CommandSet command = message.command();
                    if (command.commandField() == CommandSet.C_STORE_RQ) {
                        String uid = String.valueOf(command.affectedSopInstanceUid());
                        // Not before it is whole: what breaks off is not kept.
                        Received whole = PacsContract.received(uid, message.dataSet());
                        stored.put(uid, whole);
                    }
                    association.send(message.context(), command.response(CommandSet.SUCCESS));
                }

                @Override
                public void close() {
                    // Holds nothing.
                }
            };
        }
    }
}
