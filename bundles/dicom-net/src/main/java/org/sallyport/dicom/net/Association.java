package org.sallyport.dicom.net;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.net.InetAddress;
import java.security.cert.X509Certificate;
import java.time.Duration;
import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.net.internal.DataPdus;
import org.sallyport.dicom.net.internal.PdvReader;
import org.sallyport.dicom.net.internal.UpperLayer;

/**
 * An established association. Messages are exchanged by its owner, one thread; the figures for people may be read from any, and so may
 * {@link #kill()}.
 */
public final class Association implements Closeable {

    private static final int LONGEST_COMMAND = 64 * 1024;
    /** Reports that may come before a response that is due. */
    private static final int MOST_EVENTS = 1000;

    private final UpperLayer upperLayer;
    private final PdvReader pdvs;
    private final Timeouts timeouts;
    private final AssociateAccept accepted;
    private final UserInformation peer;
    private final AssociationPolicy.Peer connected;
    private final Instant since = Instant.now();
    private final DataPdus sender;

    private volatile long messages;
    private volatile long bytes;
    private int lastMessageId;
    private @Nullable EventHandler events;

    Association(
            UpperLayer upperLayer,
            Timeouts timeouts,
            AssociateAccept accepted,
            UserInformation peer,
            AssociationPolicy.Peer connected) {
        this.upperLayer = upperLayer;
        this.pdvs = new PdvReader(upperLayer, timeouts.network());
        this.timeouts = timeouts;
        this.accepted = accepted;
        this.peer = peer;
        this.connected = connected;
        this.sender = new DataPdus(upperLayer, peer.maxPduLength());
    }

    public String callingAet() {
        return accepted.callingAet();
    }

    public String calledAet() {
        return accepted.calledAet();
    }

    public InetAddress address() {
        return connected.address();
    }

    /** What the peer proved in the TLS handshake; null = nothing, or in the clear. */
    public @Nullable X509Certificate certificate() {
        return connected.certificate();
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

    /** Variable field of the longest P-DATA-TF received so far, bytes (PS3.8 9.3.5). */
    public long longestPdu() {
        return upperLayer.longestData();
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
    public record Message(PresentationContext context, CommandSet command, InputStream dataSet) {

        /**
         * Reads the data set into memory.
         *
         * @throws org.sallyport.dicom.data.DicomDataException if it is none, or is beyond the limits
         */
        public DataSet readDataSet(Limits limits) throws IOException {
            TransferSyntax syntax = TransferSyntax.of(context.transferSyntax())
                    .orElseThrow(() -> new IOException("a transfer syntax that is not known was agreed on"));
            return DataSetReader.readAll(dataSet, syntax, limits);
        }
    }

    /** Takes an N-EVENT-REPORT-RQ (PS3.7 10.1.1) that comes while its user waits for something else. */
    @FunctionalInterface
    public interface EventHandler {

        /** @return the status of the response, which is sent by the caller */
        int handle(Message report) throws IOException;
    }

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

    @Nullable
    Message receive(Duration timeout, BooleanSupplier giveUp) throws IOException {
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

    /** Sends a message with a data set; what its source throws aborts the association, since the peer could not tell that it is cut short. */
    public void send(PresentationContext context, CommandSet command, DataSetSource dataSet) throws IOException {
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
    }

    /**
     * As {@link #send(PresentationContext, CommandSet, DataSetSource)}, but the command goes out with the first byte of the data set: what its source
     * throws before that leaves the association as it was.
     */
    void sendOnceReady(PresentationContext context, CommandSet command, DataSetSource dataSet) throws IOException {
        OnceReady out = new OnceReady(context, command);
        try {
            dataSet.writeTo(out);
            out.close();
        } catch (IOException | RuntimeException e) {
            if (out.hasBegun()) {
                abort();
            }
            throw e;
        }
    }

    /** Sends its command before the first byte. */
    private final class OnceReady extends OutputStream {

        private final PresentationContext context;
        private final CommandSet command;
        private @Nullable OutputStream out;

        OnceReady(PresentationContext context, CommandSet command) {
            this.context = context;
            this.command = command;
        }

        boolean hasBegun() {
            return out != null;
        }

        private OutputStream begun() throws IOException {
            OutputStream open = out;
            if (open == null) {
                open = sender.dataSet(context.id());
                out = open;
                send(context, command);
            }
            return open;
        }

        @Override
        public void write(int b) throws IOException {
            begun().write(b);
        }

        @Override
        public void write(byte[] bytes, int offset, int length) throws IOException {
            begun().write(bytes, offset, length);
        }

        @Override
        public void close() throws IOException {
            begun().close();
        }
    }

    /** Sends a message with a data set from memory, encoded in the context's transfer syntax. */
    public void send(PresentationContext context, CommandSet command, DataSet dataSet) throws IOException {
        TransferSyntax syntax = TransferSyntax.of(context.transferSyntax())
                .orElseThrow(() -> new IOException("a transfer syntax that is not known was agreed on"));
        send(context, command, out -> {
            DataSetWriter writer = new DataSetWriter(out, syntax);
            writer.write(dataSet);
            writer.finish();
        });
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
        send(context, command, dataSet);
        return response(lastMessageId);
    }

    /**
     * C-STORE of one instance as a sub-operation of a C-MOVE (PS3.7 9.1.4). What the source throws before its first byte leaves the association as it
     * was; later it aborts it.
     *
     * @param context accepted, of the instance's class
     * @param originatorAet AE title of who asked for the C-MOVE
     * @param originatorMessageId message ID of that C-MOVE-RQ
     * @param sent run when all of it was sent, before the response is waited for; leaves the association alone
     * @return the response: status 0 or Bxxx = stored
     */
    public CommandSet storeFor(
            PresentationContext context,
            String sopInstanceUid,
            String originatorAet,
            int originatorMessageId,
            DataSetSource dataSet,
            Runnable sent)
            throws IOException {
        sendOnceReady(
                context,
                CommandSet.storeRequest(
                        nextMessageId(), context.abstractSyntax(), sopInstanceUid, originatorAet, originatorMessageId),
                dataSet);
        sent.run();
        return response(lastMessageId);
    }

    /**
     * N-ACTION (PS3.7 10.1.4).
     *
     * @param information Action Information, or null
     * @return the response; an Action Reply is passed over
     */
    public CommandSet action(String sopClassUid, String sopInstanceUid, int actionTypeId, @Nullable DataSet information)
            throws IOException {
        PresentationContext context = requireContext(sopClassUid);
        return exchange(
                context,
                CommandSet.actionRequest(
                        nextMessageId(), sopClassUid, sopInstanceUid, actionTypeId, information != null),
                information);
    }

    /**
     * N-EVENT-REPORT (PS3.7 10.1.1), as the provider of the SOP class.
     *
     * @param information Event Information, or null
     * @return the response; an Event Reply is passed over
     */
    public CommandSet eventReport(
            String sopClassUid, String sopInstanceUid, int eventTypeId, @Nullable DataSet information)
            throws IOException {
        PresentationContext context = requireContext(sopClassUid);
        return exchange(
                context,
                CommandSet.eventReportRequest(
                        nextMessageId(), sopClassUid, sopInstanceUid, eventTypeId, information != null),
                information);
    }

    private CommandSet exchange(PresentationContext context, CommandSet command, @Nullable DataSet dataSet)
            throws IOException {
        if (dataSet == null) {
            send(context, command);
        } else {
            send(context, command, dataSet);
        }
        return response(lastMessageId);
    }

    /** Who takes N-EVENT-REPORTs that come at any time; without one they are against the protocol. */
    public void onEventReport(EventHandler handler) {
        events = handler;
    }

    /**
     * Waits for N-EVENT-REPORTs and serves one. The association stays as it is when none comes.
     *
     * @param stop asked a few times a second; if true the wait ends
     * @return whether one came
     * @throws AssociationException if the peer ended the association instead; kind RELEASED if in order
     */
    public boolean serveEventReport(Duration timeout, BooleanSupplier stop) throws IOException {
        pdvs.drain();
        if (!upperLayer.awaitAnything(timeout, stop)) {
            return false;
        }
        Message message = receive(timeouts.network(), () -> false);
        if (message == null) {
            throw new AssociationException(AssociationException.Kind.RELEASED, "peer released the association");
        }
        if (!serveEvent(message)) {
            throw upperLayer.refuse("an N-EVENT-REPORT-RQ was due, " + message.command + " came");
        }
        return true;
    }

    private boolean serveEvent(Message message) throws IOException {
        EventHandler handler = events;
        if (handler == null || message.command.commandField() != CommandSet.N_EVENT_REPORT_RQ) {
            return false;
        }
        int status = handler.handle(message);
        pdvs.drain();
        send(message.context, message.command.response(status));
        return true;
    }

    /** The first accepted context of a SOP class. */
    public Optional<PresentationContext> context(String abstractSyntax) {
        return contexts().stream()
                .filter(c -> c.isAccepted() && c.abstractSyntax().equals(abstractSyntax))
                .findFirst();
    }

    PresentationContext requireContext(String abstractSyntax) throws IOException {
        return context(abstractSyntax).orElseThrow(() -> new IOException("peer did not accept " + abstractSyntax));
    }

    Timeouts timeouts() {
        return timeouts;
    }

    /** Whether something came, without ending the association when nothing does; see {@link #receive}. */
    boolean awaitAnything(Duration timeout, BooleanSupplier stop) throws IOException {
        pdvs.drain();
        return upperLayer.awaitAnything(timeout, stop);
    }

    /** Whether something may have come, asked without waiting. */
    boolean hasArrived() throws IOException {
        return upperLayer.hasArrived();
    }

    /** Passes over what is left of the message's data set, so that it may be answered. */
    void passOver() throws IOException {
        pdvs.drain();
    }

    AssociationException refuse(String what) {
        return upperLayer.refuse(what);
    }

    int nextMessageId() {
        lastMessageId = lastMessageId % 0xFFFF + 1;
        return lastMessageId;
    }

    private CommandSet response(int messageId) throws IOException {
        Message message = receive(timeouts.idle(), () -> false);
        for (int served = 0; message != null && served < MOST_EVENTS && serveEvent(message); served++) {
            message = receive(timeouts.idle(), () -> false);
        }
        if (message == null) {
            throw new AssociationException(AssociationException.Kind.RELEASED, "peer released instead of answering");
        }
        if (!message.command.isResponse() || message.command.messageIdBeingRespondedTo() != messageId) {
            throw upperLayer.refuse("an answer to message " + messageId + " was due, " + message.command + " came");
        }
        return message.command;
    }

    /** Whether it was released or aborted, as far as its owner has seen; asked by the owner. */
    public boolean hasEnded() {
        return upperLayer.hasEnded();
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
