package org.sallyport.dicom.net.internal;

import java.io.Closeable;
import java.io.EOFException;
import java.io.IOException;
import java.io.OutputStream;
import java.net.SocketTimeoutException;
import java.time.Duration;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.net.AssociateAccept;
import org.sallyport.dicom.net.AssociateRequest;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.Rejection;
import org.sallyport.dicom.net.Timeouts;
import org.sallyport.dicom.net.internal.StateTable.Action;
import org.sallyport.dicom.net.internal.StateTable.Event;
import org.sallyport.dicom.net.internal.StateTable.State;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * One association's upper layer: turns what comes and what is asked into events, looks the action up in {@link StateTable} and carries it
 * out. Owned by the association's thread; {@link #kill()} may be called from any.
 */
public final class UpperLayer implements Closeable {

    /** 128 contexts with all transfer syntaxes there are stay far below. */
    private static final int LONGEST_ASSOCIATE_PDU = 1 << 20;

    private static final int SLICE_MILLIS = 250;
    private static final int SHORT_PDU = 4;
    /** The header of one PDV. */
    private static final int SHORTEST_DATA = 6;

    /** A peer that stays below is held to be stuck, or to hold its place on purpose. */
    private static final int SLOWEST_BYTES_PER_SECOND = 4096;

    private static final Logger LOG = LoggerFactory.getLogger(UpperLayer.class);

    private final Connection connection;
    private final SocketInput in;
    private final OutputStream out;
    private final boolean requester;
    private final Timeouts timeouts;
    private final int maxPduLength;

    private State state;
    private byte[] body = {};
    private int dataLeft;
    private long invalidLeft;
    private int abortReason;
    private volatile boolean writeTimedOut;
    /** Written by the owner only. */
    private volatile long longestData;

    private final WriteDeadline writes = new WriteDeadline(this::endWrite);

    /** @param maxPduLength longest P-DATA-TF variable field that we take; what we announce */
    public UpperLayer(Connection connection, boolean requester, Timeouts timeouts, int maxPduLength)
            throws IOException {
        this.connection = connection;
        this.requester = requester;
        this.timeouts = timeouts;
        this.maxPduLength = maxPduLength;
        connection.tcp().setTcpNoDelay(true);
        this.in = new SocketInput(connection);
        this.out = connection.output();
        // The connection is there already: Sta4 has been passed by the requester's connect, Sta1 by the acceptor's
        // accept.
        this.state = requester ? State.STA4 : State.STA1;
        if (!requester) {
            step(Event.TRANSPORT_INDICATION);
        }
    }

    /** Bytes received so far. */
    public long received() {
        return in.received();
    }

    /** Variable field of the longest P-DATA-TF received so far, bytes. */
    public long longestData() {
        return longestData;
    }

    // ---- association

    /** Acceptor: waits for the A-ASSOCIATE-RQ at most ARTIM. */
    public AssociateRequest awaitRequest() throws IOException {
        await(deadline(timeouts.acse()), () -> false);
        try {
            return PduDecoder.request(body);
        } catch (PduException e) {
            throw refuse(e);
        }
    }

    public void accept(AssociateAccept accept) throws IOException {
        step(Event.RESPONSE_ACCEPT);
        send(PduEncoder.accept(accept));
    }

    /** Sends an A-ASSOCIATE-RJ and waits for the peer to close. */
    public void reject(Rejection rejection) throws IOException {
        step(Event.RESPONSE_REJECT);
        send(PduEncoder.reject(rejection));
        awaitClose();
    }

    /** Requester: sends the request and waits for the answer. */
    public AssociateAccept request(AssociateRequest request) throws IOException {
        step(Event.TRANSPORT_CONFIRM);
        send(PduEncoder.request(request));
        Action action = await(deadline(timeouts.acse()), () -> false);
        if (action == Action.AE_4) {
            close();
            throw new AssociationException(new Rejection(body[1] & 0xFF, body[2] & 0xFF, body[3] & 0xFF));
        }
        try {
            return PduDecoder.accept(body, request.contexts());
        } catch (PduException e) {
            throw refuse(e);
        }
    }

    // ---- release and abort

    /** Requests release and waits for the answer; what the peer still sends meanwhile is passed over. Resolves a collision. */
    public void release() throws IOException {
        step(Event.RELEASE_REQUEST);
        send(PduEncoder.release(PduType.A_RELEASE_RQ));
        long deadline = deadline(timeouts.acse());
        while (true) {
            Action action = await(deadline, () -> false);
            switch (action) {
                case AR_6 -> passOver(deadline);
                case AR_3 -> {
                    close();
                    return;
                }
                case AR_8 -> {
                    if (requester) {
                        step(Event.RELEASE_RESPONSE);
                        send(PduEncoder.release(PduType.A_RELEASE_RP));
                    }
                }
                case AR_10 -> {
                    step(Event.RELEASE_RESPONSE);
                    send(PduEncoder.release(PduType.A_RELEASE_RP));
                    awaitClose();
                    return;
                }
                default -> throw new IllegalStateException(action + " while releasing");
            }
        }
    }

    /** Answers the peer's A-RELEASE-RQ and waits for it to close. */
    public void confirmRelease() throws IOException {
        step(Event.RELEASE_RESPONSE);
        send(PduEncoder.release(PduType.A_RELEASE_RP));
        awaitClose();
    }

    /** A-ABORT by the service user. Does nothing if the association has ended. */
    public void abort() {
        if (StateTable.action(state, Event.ABORT_REQUEST) == null) {
            kill();
            return;
        }
        try {
            step(Event.ABORT_REQUEST);
            send(PduEncoder.abort(0, 0));
            awaitClose();
        } catch (IOException e) {
            // The connection is gone already, which is what an abort is for.
            kill();
        }
    }

    /** Asked by the owner. */
    public boolean hasEnded() {
        return state == State.STA1 || state == State.STA13;
    }

    /** Ends the connection at once, from any thread: the owner's waits end with {@link Kind#CONNECTION_LOST}. */
    public void kill() {
        connection.kill();
    }

    @Override
    public void close() throws IOException {
        state = State.STA1;
        connection.close();
    }

    // ---- data

    /**
     * Waits for the next P-DATA-TF.
     *
     * @param giveUp asked now and then; if true the association is aborted
     * @return false if the peer requested release instead: {@link #confirmRelease()}
     */
    public boolean awaitData(Duration timeout, BooleanSupplier giveUp) throws IOException {
        while (dataLeft == 0) {
            if (await(deadline(timeout), giveUp) == Action.AR_2) {
                return false;
            }
        }
        return true;
    }

    /**
     * Waits for the peer without ending the association when it stays silent.
     *
     * @param stop asked a few times a second; if true the wait ends
     * @return whether there is something to be received, the end of the connection included
     */
    public boolean awaitAnything(Duration timeout, BooleanSupplier stop) throws IOException {
        long deadline = deadline(timeout);
        while (dataLeft == 0 && !in.hasBuffered()) {
            long left = deadline - System.nanoTime();
            if (left <= 0 || stop.getAsBoolean()) {
                return false;
            }
            try {
                in.await((int) Math.max(1, Math.min(left / 1_000_000, SLICE_MILLIS)));
                return true;
            } catch (SocketTimeoutException e) {
                LOG.trace("a slice of the wait is over", e);
            } catch (IOException e) {
                throw lost(e);
            }
        }
        return true;
    }

    /** Whether something may have come, asked without waiting: {@link #awaitAnything} tells. */
    public boolean hasArrived() throws IOException {
        try {
            return dataLeft > 0 || in.hasArrived();
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Bytes left of the P-DATA-TF under way. */
    public int dataLeft() {
        return dataLeft;
    }

    /** Bytes of the P-DATA-TF under way, at most {@link #dataLeft()}. */
    public int readData(byte[] to, int offset, int length) throws IOException {
        try {
            int n = in.read(to, offset, Math.min(length, dataLeft));
            dataLeft -= n;
            return n;
        } catch (EOFException e) {
            throw lost();
        } catch (SocketTimeoutException e) {
            throw timedOut("in the middle of a message");
        } catch (IOException e) {
            throw lost(e);
        }
    }

    /** Passes over what is left of the PDU under way. */
    private void passOver(long deadline) throws IOException {
        in.setDeadline(deadline);
        byte[] rest = new byte[8192];
        while (dataLeft > 0) {
            readData(rest, 0, rest.length);
        }
        while (invalidLeft > 0) {
            invalidLeft -= in.read(rest, 0, (int) Math.min(rest.length, invalidLeft));
        }
    }

    /** Sends one whole P-DATA-TF PDU in one write. */
    public void sendData(byte[] pdu, int length) throws IOException {
        step(Event.P_DATA_REQUEST);
        write(pdu, length);
    }

    /** What came is against the protocol: aborts as the service provider does. */
    public AssociationException refuse(String what) {
        return refuse(new PduException(PduException.INVALID_PARAMETER, what));
    }

    private AssociationException refuse(PduException e) {
        abortReason = e.reason();
        try {
            step(Event.INVALID_PDU);
            awaitClose();
        } catch (IOException closing) {
            e.addSuppressed(closing);
            kill();
        }
        AssociationException refused = new AssociationException(Kind.PROTOCOL_ERROR, e.getMessage() + "; aborted");
        refused.initCause(e);
        return refused;
    }

    // ---- the machine

    /** Waits for the next PDU that the user has to hear of, and carries out its action. */
    private Action await(long deadline, BooleanSupplier giveUp) throws IOException {
        while (true) {
            Event event = receive(deadline, giveUp);
            Action action = step(event);
            switch (action) {
                case AE_3, AE_4, AE_6, DT_2, AR_2, AR_3, AR_6, AR_8, AR_10 -> {
                    return action;
                }
                case AA_3 -> {
                    close();
                    throw new AssociationException(
                            Kind.ABORTED_BY_PEER, "peer aborted, source/reason " + body[2] + "/" + body[3]);
                }
                case AA_2, AA_4, AA_5, AR_5 -> {
                    close();
                    throw event == Event.ARTIM_EXPIRED
                            ? new AssociationException(Kind.TIMED_OUT, "no association message came in time")
                            : new AssociationException(Kind.CONNECTION_LOST, "peer closed the connection");
                }
                case AA_1, AA_7, AA_8 -> {
                    awaitClose();
                    throw new AssociationException(Kind.PROTOCOL_ERROR, event + " is not allowed now; aborted");
                }
                default -> throw new IllegalStateException(action + " is no answer to " + event);
            }
        }
    }

    private static long deadline(Duration timeout) {
        return System.nanoTime() + timeout.toNanos();
    }

    /** In Sta13: passes over what comes until the peer closes or ARTIM runs out; then closes. */
    private void awaitClose() throws IOException {
        long deadline = deadline(timeouts.acse());
        try {
            while (state == State.STA13) {
                passOver(deadline);
                step(receive(deadline, () -> false));
            }
        } catch (IOException e) {
            LOG.debug("the peer did not close the connection in order", e);
        }
        close();
    }

    /** The next event from the transport. */
    private Event receive(long deadline, BooleanSupplier giveUp) throws IOException {
        try {
            if (!awaitByte(deadline, giveUp)) {
                return Event.TRANSPORT_CLOSED;
            }
            // A PDU of an association has to come within the network time-out, and while ARTIM runs, before it expires.
            long whole = deadline(timeouts.network());
            in.setDeadline(isArtimRunning() && deadline - whole < 0 ? deadline : whole);
            byte[] header = new byte[PduType.HEADER];
            in.readFully(header, 0, header.length);
            long length =
                    (header[2] & 0xFFL) << 24 | (header[3] & 0xFF) << 16 | (header[4] & 0xFF) << 8 | header[5] & 0xFF;
            return event(header[0] & 0xFF, length);
        } catch (EOFException e) {
            return Event.TRANSPORT_CLOSED;
        } catch (SocketTimeoutException e) {
            if (isArtimRunning()) {
                return Event.ARTIM_EXPIRED;
            }
            throw timedOut("waiting for the peer");
        } catch (AssociationException e) {
            throw e;
        } catch (IOException e) {
            return Event.TRANSPORT_CLOSED;
        }
    }

    private boolean isArtimRunning() {
        return state == State.STA2 || state == State.STA13;
    }

    private boolean awaitByte(long deadline, BooleanSupplier giveUp) throws IOException {
        while (true) {
            long left = (deadline - System.nanoTime()) / 1_000_000;
            if (giveUp.getAsBoolean()) {
                abort();
                throw new AssociationException(Kind.ABORTED, "aborted because the service ends");
            }
            if (left <= 0 && !in.hasBuffered()) {
                // Also where the peer sends without end.
                throw new SocketTimeoutException("time is up");
            }
            try {
                return in.await((int) Math.max(1, Math.min(left, SLICE_MILLIS)));
            } catch (SocketTimeoutException e) {
                LOG.trace("a slice of the wait is over", e);
            }
        }
    }

    private Event event(int type, long length) throws IOException {
        int most =
                switch (type) {
                    case PduType.A_ASSOCIATE_RQ, PduType.A_ASSOCIATE_AC -> LONGEST_ASSOCIATE_PDU;
                    case PduType.P_DATA_TF -> maxPduLength;
                    default -> SHORT_PDU;
                };
        if (type < PduType.A_ASSOCIATE_RQ || type > PduType.A_ABORT) {
            abortReason = PduException.UNRECOGNIZED_PDU;
            invalidLeft = length;
            return Event.INVALID_PDU;
        }
        boolean tooShort = most == SHORT_PDU ? length < SHORT_PDU : type == PduType.P_DATA_TF && length < SHORTEST_DATA;
        if (length > most || tooShort) {
            abortReason = PduException.INVALID_PARAMETER;
            invalidLeft = length;
            return Event.INVALID_PDU;
        }
        abortReason = 2; // unexpected PDU, if the table finds it so
        if (type == PduType.P_DATA_TF) {
            dataLeft = (int) length;
            longestData = Math.max(longestData, length);
            in.setTimeout(millis(timeouts.network()), longest(length));
            return Event.P_DATA_TF;
        }
        body = new byte[(int) length];
        in.readFully(body, 0, body.length);
        return switch (type) {
            case PduType.A_ASSOCIATE_RQ -> Event.ASSOCIATE_RQ;
            case PduType.A_ASSOCIATE_AC -> Event.ASSOCIATE_AC;
            case PduType.A_ASSOCIATE_RJ -> Event.ASSOCIATE_RJ;
            case PduType.A_RELEASE_RQ -> Event.RELEASE_RQ;
            case PduType.A_RELEASE_RP -> Event.RELEASE_RP;
            default -> Event.ABORT_PDU;
        };
    }

    /** Takes the step that the table says; sends the aborts that belong to it. */
    private Action step(Event event) throws IOException {
        @Nullable Action action = StateTable.action(state, event);
        if (action == null) {
            if (state == State.STA1 || state == State.STA13) {
                throw new AssociationException(Kind.CONNECTION_LOST, "the association has ended");
            }
            throw new IllegalStateException(event + " in " + state);
        }
        state = StateTable.next(action, state, requester);
        switch (action) {
            case AA_1 -> {
                if (event != Event.ABORT_REQUEST) {
                    send(PduEncoder.abort(0, 0));
                }
            }
            case AA_7, AA_8 -> send(PduEncoder.abort(2, abortReason));
            default -> {
                // Sending, closing and indications are the caller's part of the action.
            }
        }
        return action;
    }

    private void send(byte[] pdu) throws IOException {
        write(pdu, pdu.length);
    }

    private void write(byte[] pdu, int length) throws IOException {
        writes.begin(longest(length));
        try {
            out.write(pdu, 0, length);
        } catch (IOException e) {
            throw lost(e);
        } finally {
            writes.end();
        }
    }

    private void endWrite() {
        writeTimedOut = true;
        kill();
    }

    /** Nanoseconds that bytes may take in all: the network time-out, and what a slow line needs for them. */
    private long longest(long bytes) {
        return timeouts.network().toNanos() + bytes * 1_000_000_000L / SLOWEST_BYTES_PER_SECOND;
    }

    private AssociationException timedOut(String when) {
        abort();
        return new AssociationException(Kind.TIMED_OUT, "time-out " + when + "; aborted");
    }

    private AssociationException lost() throws IOException {
        close();
        return new AssociationException(Kind.CONNECTION_LOST, "peer closed the connection");
    }

    private AssociationException lost(IOException cause) throws IOException {
        close();
        AssociationException lost = writeTimedOut
                ? new AssociationException(Kind.TIMED_OUT, "the peer did not take what was sent; closed")
                : new AssociationException(Kind.CONNECTION_LOST, "connection lost");
        lost.initCause(cause);
        return lost;
    }

    private static int millis(Duration duration) {
        return (int) Math.max(1, Math.min(duration.toMillis(), Integer.MAX_VALUE));
    }
}
