package org.sallyport.dicom.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.internal.DataPdus;
import org.sallyport.dicom.net.internal.PdvReader;
import org.sallyport.dicom.net.internal.UpperLayer;

/**
 * An established association. Messages are exchanged by its owner, one thread; the figures for people may be read from any, and so may
 * {@link #kill()}.
 */
public final class Association implements Closeable {

    private static final int LONGEST_COMMAND = 64 * 1024;

    private final UpperLayer upperLayer;
    private final PdvReader pdvs;
    private final Timeouts timeouts;
    private final AssociateAccept accepted;
    private final UserInformation peer;
    private final InetAddress address;
    private final Instant since = Instant.now();
    private final DataPdus sender;

    private volatile long messages;
    private volatile long bytes;
    private int lastMessageId;

    Association(
            UpperLayer upperLayer,
            Timeouts timeouts,
            AssociateAccept accepted,
            UserInformation peer,
            InetAddress address) {
        this.upperLayer = upperLayer;
        this.pdvs = new PdvReader(upperLayer, timeouts.network());
        this.timeouts = timeouts;
        this.accepted = accepted;
        this.peer = peer;
        this.address = address;
        this.sender = new DataPdus(upperLayer, peer.maxPduLength());
    }

    public String callingAet() {
        return accepted.callingAet();
    }

    public String calledAet() {
        return accepted.calledAet();
    }

    public InetAddress address() {
        return address;
    }

    public Instant since() {
        return since;
    }

    /** Messages received. */
    public long messages() {
        return messages;
    }

    /** Bytes received, as of the last message. */
    public long bytes() {
        return bytes;
    }

    /** What the peer said of itself. */
    public UserInformation peer() {
        return peer;
    }

    public List<PresentationContext> contexts() {
        return accepted.contexts();
    }

    /** The accepted context for a SOP class in a transfer syntax. */
    public Optional<PresentationContext> context(String abstractSyntax, String transferSyntax) {
        return contexts().stream()
                .filter(c -> c.isAccepted()
                        && c.abstractSyntax().equals(abstractSyntax)
                        && c.transferSyntax().equals(transferSyntax))
                .findFirst();
    }

    private @Nullable PresentationContext context(int id) {
        return contexts().stream()
                .filter(c -> c.isAccepted() && c.id() == id)
                .findFirst()
                .orElse(null);
    }

    /** A received message; its data set has to be read before the next message is received. */
    public record Message(PresentationContext context, CommandSet command, InputStream dataSet) {}

    /**
     * Waits for the next message.
     *
     * @param giveUp asked a few times a second; if true the association is aborted
     * @return null if the peer released the association, which is confirmed here
     * @throws AssociationException if the association has ended otherwise
     */
    public @Nullable Message receive(BooleanSupplier giveUp) throws IOException {
        return receive(timeouts.idle(), giveUp);
    }

    private @Nullable Message receive(Duration timeout, BooleanSupplier giveUp) throws IOException {
        pdvs.drain();
        if (!upperLayer.awaitData(timeout, giveUp)) {
            upperLayer.confirmRelease();
            return null;
        }
        byte[] command = pdvs.readCommand(LONGEST_COMMAND);
        PresentationContext context = context(pdvs.contextId());
        if (context == null) {
            throw upperLayer.refuse("message in presentation context " + pdvs.contextId() + ", which was not accepted");
        }
        CommandSet decoded;
        try {
            decoded = CommandSet.decode(command);
        } catch (AssociationException e) {
            throw upperLayer.refuse(String.valueOf(e.getMessage()));
        }
        // Written by the owner only.
        long count = messages + 1;
        messages = count;
        bytes = upperLayer.received();
        return new Message(
                context,
                decoded,
                decoded.hasDataSet() ? pdvs.dataSet(pdvs.contextId()) : InputStream.nullInputStream());
    }

    /** Sends a message without a data set. */
    public void send(PresentationContext context, CommandSet command) throws IOException {
        sender.command(context.id(), command.encode());
    }

    /** Writes a data set in the context's transfer syntax; its exceptions abort the association, since the peer could not tell. */
    @FunctionalInterface
    public interface DataSetSource {
        void writeTo(OutputStream out) throws IOException;
    }

    /** C-ECHO (PS3.7 9.1.5). @return the status */
    public int echo() throws IOException {
        PresentationContext context = contexts().stream()
                .filter(c -> c.isAccepted() && c.abstractSyntax().equals(AssociationRequester.VERIFICATION))
                .findFirst()
                .orElseThrow(() -> new IOException("peer does not accept Verification"));
        send(context, CommandSet.echoRequest(nextMessageId(), AssociationRequester.VERIFICATION));
        return response(lastMessageId).status();
    }

    /**
     * C-STORE (PS3.7 9.1.1) of one instance.
     *
     * @return the response: status 0 or Bxxx = stored
     * @throws IOException if no context for class and syntax was accepted, or the association has ended
     */
    public CommandSet store(String sopClassUid, String sopInstanceUid, String transferSyntaxUid, DataSetSource dataSet)
            throws IOException {
        PresentationContext context = context(sopClassUid, transferSyntaxUid)
                .orElseThrow(() -> new IOException("peer did not accept " + sopClassUid + " in " + transferSyntaxUid));
        CommandSet command = CommandSet.storeRequest(nextMessageId(), sopClassUid, sopInstanceUid);
        send(context, command);
        try {
            // Closed only when it was written to its end: closing tells the peer that the data set is complete.
            OutputStream out = sender.dataSet(context.id());
            dataSet.writeTo(out);
            out.close();
        } catch (IOException | RuntimeException e) {
            abort();
            throw e;
        }
        return response(lastMessageId);
    }

    private int nextMessageId() {
        lastMessageId = lastMessageId % 0xFFFF + 1;
        return lastMessageId;
    }

    private CommandSet response(int messageId) throws IOException {
        Message message = receive(timeouts.idle(), () -> false);
        if (message == null) {
            throw new AssociationException(AssociationException.Kind.RELEASED, "peer released instead of answering");
        }
        if (!message.command.isResponse() || message.command.messageIdBeingRespondedTo() != messageId) {
            throw upperLayer.refuse("an answer to message " + messageId + " was due, " + message.command + " came");
        }
        return message.command;
    }

    /** Releases the association (A-RELEASE) and closes the connection. */
    public void release() throws IOException {
        upperLayer.release();
    }

    /** Aborts the association (A-ABORT by the service user). */
    public void abort() {
        upperLayer.abort();
    }

    /** Ends the connection at once; may be called from any thread. */
    public void kill() {
        upperLayer.kill();
    }

    /** Ends the connection without release, if it has not ended yet. */
    @Override
    public void close() throws IOException {
        upperLayer.close();
    }
}
