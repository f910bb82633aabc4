package org.sallyport.gateway.delivery.internal;

import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.time.Instant;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.concurrent.TimeUnit;
import java.util.function.Predicate;
import java.util.function.UnaryOperator;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DestinationDirectory;

/**
 * One delivery in a destination's hands. Ended exactly once: by its worker with the outcome, or by another who gives it up; whoever ends it tells the
 * queue. Its monitor guards thread and end; progress is written by the destination's threads and read by any.
 */
final class Call {

    private final DeliveryRecord record;
    private final Instant since;
    private final Bandwidth bandwidth;
    private volatile long progressNanos = System.nanoTime();
    private volatile @Nullable StudyDelivery delivery;
    private volatile @Nullable Predicate<String> quotes;
    private volatile @Nullable String cancelled;
    private volatile boolean ended;
    private long interruptedNanos;
    private boolean interrupted;
    private @Nullable Thread thread;

    Call(DeliveryRecord record, Instant since, Bandwidth bandwidth) {
        this.record = record;
        this.since = since;
        this.bandwidth = bandwidth;
    }

    DeliveryRecord record() {
        return record;
    }

    long id() {
        return record.id();
    }

    /** From now on the calling thread is in the destination's hands, and may be interrupted. */
    synchronized void enter() {
        progressNanos = System.nanoTime();
        thread = Thread.currentThread();
        if (cancelled != null) {
            thread.interrupt();
        }
    }

    void setDelivery(StudyDelivery handed) {
        delivery = handed;
    }

    /** From now on the destination has seen identity, which this recognises. */
    void setQuotes(Predicate<String> quotesIdentity) {
        quotes = quotesIdentity;
    }

    /** An outcome without texts that quote identity. */
    DeliveryOutcome withheld(DeliveryOutcome outcome, String instead) {
        Predicate<String> quoting = quotes;
        if (quoting == null) {
            return outcome;
        }
        UnaryOperator<String> clean = text -> quoting.test(text) ? instead : text;
        if (outcome instanceof DeliveryOutcome.Delivered delivered) {
            Map<String, String> receipts = new LinkedHashMap<>();
            delivered.instanceReceipts().forEach((uid, receipt) -> receipts.put(uid, clean.apply(receipt)));
            return DeliveryOutcome.delivered(clean.apply(delivered.receipt()), receipts);
        }
        if (outcome instanceof DeliveryOutcome.Later later) {
            return new DeliveryOutcome.Later(clean.apply(later.reason()), later.pause());
        }
        return outcome instanceof DeliveryOutcome.Refused refused
                ? DeliveryOutcome.refused(clean.apply(refused.reason()))
                : DeliveryOutcome.stopped(clean.apply(((DeliveryOutcome.Stopped) outcome).reason()));
    }

    /** Of what a plug-in says of single images, what may be kept. */
    Map<String, String> receipts(Map<String, String> given) {
        StudyDelivery handed = delivery;
        return handed == null ? Map.of() : handed.receipts(given);
    }

    /** The thread is ours again; an interrupt was for the destination: a database would break off. */
    synchronized void leave() {
        thread = null;
        Thread.interrupted();
    }

    void progressed() {
        progressNanos = System.nanoTime();
    }

    long idleNanos() {
        return System.nanoTime() - progressNanos;
    }

    /** Has it broken off, for the first reason that is given. */
    synchronized void cancel(String reason) {
        if (cancelled == null) {
            cancelled = reason;
            interrupted = true;
            interruptedNanos = System.nanoTime();
        }
        if (thread != null) {
            thread.interrupt();
        }
    }

    /** Why it is to be broken off, or null. */
    @Nullable
    String cancelled() {
        return cancelled;
    }

    /** Whether it was cancelled so long ago. */
    synchronized boolean isCancelledFor(long nanos) {
        return interrupted && System.nanoTime() - interruptedNanos >= nanos;
    }

    /** @return whether the caller is the one who ended it */
    synchronized boolean end() {
        boolean first = !ended;
        ended = true;
        return first;
    }

    /** The stream as the destination gets it: counted, slowed down, and dead once the call has ended. */
    InputStream meter(InputStream in) {
        return new Metered(in);
    }

    DestinationDirectory.Running view() {
        StudyDelivery handed = delivery;
        return new DestinationDirectory.Running(
                record.id(),
                record.studyInstanceUid(),
                record.part(),
                since,
                handed == null ? 0 : handed.instancesDone(),
                handed == null ? 0 : handed.instances().size(),
                handed == null ? 0 : handed.bytesDone(),
                handed == null ? 0 : handed.study().bytes());
    }

    @Override
    public String toString() {
        return "delivery " + record.id() + ", no progress for " + TimeUnit.NANOSECONDS.toSeconds(idleNanos()) + " s";
    }

    private final class Metered extends FilterInputStream {

        Metered(InputStream in) {
            super(in);
        }

        private void check() throws IOException {
            if (ended) {
                throw new IOException("the delivery has ended");
            }
        }

        @Override
        public int read() throws IOException {
            byte[] one = new byte[1];
            return read(one, 0, 1) < 0 ? -1 : one[0] & 0xff;
        }

        @Override
        public int read(byte[] bytes, int offset, int length) throws IOException {
            check();
            int read = super.read(bytes, offset, bandwidth.piece(length));
            if (read > 0) {
                progressed();
                bandwidth.take(read);
                progressed();
            }
            return read;
        }

        @Override
        public long skip(long bytes) throws IOException {
            check();
            progressed();
            return super.skip(bytes);
        }

        @Override
        public boolean markSupported() {
            return false;
        }
    }
}
