package org.sallyport.destination.dicom.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import java.util.Queue;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.ConcurrentLinkedQueue;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.net.Association;
import org.sallyport.dicom.net.AssociationException;
import org.sallyport.dicom.net.CommandSet;
import org.sallyport.dicom.net.PresentationContext;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;

/**
 * Sends one batch over one or more associations, each driven by a thread of the caller in {@link #work()}; they share the queue. {@link #end()}
 * may be called from any thread.
 */
final class Sending {

    private final Link link;
    private final Transcoder transcoder;
    private final Delivery delivery;
    private final Plan.Batch batch;
    private final Tally tally;
    private final StoredInstances memory;
    private final int before;
    private final Queue<DeliveryInstance> queue;
    private final Set<Association> open = ConcurrentHashMap.newKeySet();
    private volatile boolean ended;

    /** @param before instances that are stored already, for the progress */
    Sending(
            Link link,
            Transcoder transcoder,
            Delivery delivery,
            Plan.Batch batch,
            Tally tally,
            StoredInstances memory,
            int before) {
        this.link = link;
        this.transcoder = transcoder;
        this.delivery = delivery;
        this.batch = batch;
        this.tally = tally;
        this.memory = memory;
        this.before = before;
        this.queue = new ConcurrentLinkedQueue<>(batch.instances());
    }

    /** Ends it soon: what is under way is broken off. */
    void end() {
        ended = true;
        open.forEach(Association::kill);
    }

    private boolean isOver() {
        return ended || Thread.currentThread().isInterrupted() || delivery.isCancelled();
    }

    /** Sends what the queue holds until it is empty, the peer cannot go on, or the sending is ended. Says in the tally how it went. */
    void work() {
        try {
            // An object that cannot be rewritten costs its association: the peer has part of it.
            while (!isOver() && !queue.isEmpty()) {
                oneAssociation();
            }
        } catch (AssociationException e) {
            tally.later(String.valueOf(e.getMessage()));
        } catch (IOException e) {
            // Of the connection; its message would tell no more than its kind.
            tally.later("no connection: " + e.getClass().getSimpleName());
        }
    }

    private void oneAssociation() throws IOException {
        Association association = link.open(batch.contexts());
        open.add(association);
        try (association) {
            while (!isOver()) {
                DeliveryInstance next = queue.poll();
                if (next == null) {
                    break;
                }
                if (!store(association, next)) {
                    return;
                }
            }
            if (!ended) {
                association.release();
            }
        } finally {
            open.remove(association);
        }
    }

    /** @return whether the association can go on */
    private boolean store(Association association, DeliveryInstance instance) throws IOException {
        PresentationContext context =
                Plan.choose(association.contexts(), instance.sopClassUid(), instance.transferSyntaxUid(), transcoder);
        if (context == null) {
            tally.refused(notTaken(association.contexts(), instance));
            return true;
        }
        CommandSet response;
        try (InputStream in = new BufferedInputStream(instance.open(), 256 * 1024)) {
            MetaInformation.pass(in);
            response = send(association, context, instance, in);
        } catch (AssociationException e) {
            // The connection broke under it: it is among those to be sent again.
            throw e;
        } catch (Transcoder.Unfit e) {
            tally.refused("cannot be rewritten from " + UidRegistry.name(instance.transferSyntaxUid()) + " into "
                    + UidRegistry.name(context.transferSyntax()) + ": " + e.getMessage());
            return false;
        } catch (DicomDataException e) {
            tally.refused("a stored image is no Part 10 file: " + e.getMessage());
            return true;
        } catch (IOException e) {
            tally.later("a stored image could not be read: " + e.getClass().getSimpleName());
            return false;
        }
        note(instance, response);
        return true;
    }

    private CommandSet send(
            Association association, PresentationContext context, DeliveryInstance instance, InputStream in)
            throws IOException {
        String to = context.transferSyntax();
        return association.store(instance.sopClassUid(), instance.sopInstanceUid(), to, out -> {
            if (to.equals(instance.transferSyntaxUid())) {
                in.transferTo(out);
            } else {
                transcoder.rewrite(in, known(instance.transferSyntaxUid()), known(to), out);
            }
        });
    }

    private static TransferSyntax known(String uid) throws IOException {
        return TransferSyntax.of(uid).orElseThrow(() -> new IOException("transfer syntax " + uid + " is not known"));
    }

    private void note(DeliveryInstance instance, CommandSet response) {
        int status = response.status();
        switch (StoreStatus.of(status)) {
            case STORED -> {
                memory.add(delivery.id(), instance.sopInstanceUid());
                tally.stored(instance.length(), status != 0);
                progress();
            }
            case LATER -> tally.later("the PACS answered " + text(response));
            case REFUSED -> tally.refused("the PACS answered " + text(response));
        }
    }

    /** A delivery is used by one thread at a time. */
    private synchronized void progress() {
        delivery.progress(before + tally.stored(), tally.bytes());
    }

    /** Status and comment as people may see them. */
    static String text(CommandSet response) {
        String status = String.format("%04X", response.status());
        @Nullable String comment = response.errorComment();
        return comment == null ? status : status + " (" + comment.replaceAll("[^ -~]", "?") + ")";
    }

    private static String notTaken(List<PresentationContext> contexts, DeliveryInstance instance) {
        boolean classTaken = contexts.stream()
                .anyMatch(c -> c.isAccepted() && c.abstractSyntax().equals(instance.sopClassUid()));
        String sopClass = UidRegistry.name(instance.sopClassUid());
        return classTaken
                ? "the PACS takes " + sopClass + ", but not in " + UidRegistry.name(instance.transferSyntaxUid())
                        + ", and there is no way to rewrite that"
                : "the PACS does not take " + sopClass;
    }
}
