package org.sallyport.dicom.net;

import java.io.IOException;
import java.time.Duration;
import java.util.List;
import java.util.function.BooleanSupplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.CommandSet.SubOperations;
import org.sallyport.dicom.net.UserInformation.RoleSelection;

/**
 * C-FIND, C-MOVE and C-GET as user (PS3.7 9.1.2–9.1.4). Belongs to the owner of the association, one thread, as everything that it calls
 * back. One operation at a time; {@link Timeouts#idle()} is the longest wait for each response.
 */
public final class QueryRetrieve {

    /** Identifiers are short: keys, or lists of failed instances. */
    static final Limits IDENTIFIER = new Limits(8, 100_000, 1 << 20, 16L << 20);

    private static final Duration SLICE = Duration.ofMillis(250);

    private final Association association;

    public QueryRetrieve(Association association) {
        this.association = association;
    }

    /**
     * When to stop before the end; the peer is asked by C-CANCEL (PS3.7 9.3.2.3) and given {@link Timeouts#idle()} to comply.
     *
     * @param mostMatches of a C-FIND, at least 1; more are not taken
     * @param cancelled asked a few times a second
     */
    public record Terms(int mostMatches, BooleanSupplier cancelled) {

        public Terms {
            if (mostMatches < 1) {
                throw new IllegalArgumentException("most matches " + mostMatches + ": must be at least 1");
            }
        }

        public static Terms upTo(int mostMatches) {
            return new Terms(mostMatches, () -> false);
        }
    }

    /**
     * How an operation ended.
     *
     * @param status 0 success, Bxxx with failures or warnings, FE00 cancelled, else failed
     * @param comment what the peer said of it, or null
     * @param subOperations of a C-MOVE or C-GET, by the last response that told them
     * @param stopped whether we asked to stop: what came is not all
     * @param failedInstances SOP Instance UIDs that a C-MOVE or C-GET could not send, as far as told
     */
    public record Outcome(
            int status,
            @Nullable String comment,
            SubOperations subOperations,
            boolean stopped,
            List<String> failedInstances) {

        public Outcome {
            failedInstances = List.copyOf(failedInstances);
        }
    }

    /** Takes the matches of a C-FIND. */
    @FunctionalInterface
    public interface MatchHandler {

        /** @return whether more are wanted */
        boolean take(DataSet match) throws IOException;
    }

    /** Takes the pending responses of a C-MOVE or C-GET. */
    @FunctionalInterface
    public interface ProgressHandler {
        void progress(SubOperations numbers);
    }

    /** Takes the instances that a C-GET brings. */
    @FunctionalInterface
    public interface StoreHandler {

        /**
         * @param store a C-STORE-RQ; what is left of its data set is passed over
         * @return the status of the response
         * @throws IOException ends the association
         */
        int store(Association.Message store) throws IOException;
    }

    /**
     * C-FIND (PS3.7 9.1.2).
     *
     * @param sopClassUid an information model, of which a context was accepted
     */
    public Outcome find(String sopClassUid, DataSet identifier, Terms terms, MatchHandler matches) throws IOException {
        PresentationContext context = association.requireContext(sopClassUid);
        int id = association.nextMessageId();
        association.send(context, CommandSet.findRequest(id, sopClassUid), identifier);
        Run run = new Run(context, id, CommandSet.C_FIND_RQ, terms.cancelled);
        int taken = 0;
        boolean wanted = true;
        while (true) {
            Association.Message message = run.nextResponse(null);
            if (!message.command().isPending()) {
                return run.outcome(message);
            }
            if (!message.command().hasDataSet()) {
                throw association.refuse("a match without an identifier");
            }
            if (run.stopped) {
                continue;
            }
            if (wanted && taken < terms.mostMatches) {
                taken++;
                wanted = matches.take(read(message));
            } else {
                // Not before there is one more: all that there are may have been taken.
                run.stop();
            }
            if (!wanted && !run.stopped) {
                run.stop();
            }
        }
    }

    /**
     * C-MOVE (PS3.7 9.1.4) to an application entity that the peer knows.
     *
     * @param destinationAet 1–16 characters
     */
    public Outcome move(
            String sopClassUid,
            DataSet identifier,
            String destinationAet,
            BooleanSupplier cancelled,
            ProgressHandler progress)
            throws IOException {
        PresentationContext context = association.requireContext(sopClassUid);
        int id = association.nextMessageId();
        association.send(context, CommandSet.moveRequest(id, sopClassUid, destinationAet), identifier);
        return retrieve(new Run(context, id, CommandSet.C_MOVE_RQ, cancelled), null, progress);
    }

    /**
     * C-GET (PS3.7 9.1.3): the instances come by C-STORE on the same association, in contexts of storage classes for which we proposed to be
     * provider ({@link AssociationRequester.Options#withRoles}) and the peer agreed.
     */
    public Outcome get(
            String sopClassUid,
            DataSet identifier,
            BooleanSupplier cancelled,
            StoreHandler stores,
            ProgressHandler progress)
            throws IOException {
        PresentationContext context = association.requireContext(sopClassUid);
        int id = association.nextMessageId();
        association.send(context, CommandSet.getRequest(id, sopClassUid), identifier);
        return retrieve(new Run(context, id, CommandSet.C_GET_RQ, cancelled), stores, progress);
    }

    private Outcome retrieve(Run run, @Nullable StoreHandler stores, ProgressHandler progress) throws IOException {
        while (true) {
            Association.Message message = run.nextResponse(stores);
            if (!message.command().isPending()) {
                return run.outcome(message);
            }
            progress.progress(run.numbers);
        }
    }

    private DataSet read(Association.Message message) throws IOException {
        try {
            return message.readDataSet(IDENTIFIER);
        } catch (DicomDataException e) {
            AssociationException refused = association.refuse("an identifier that cannot be read: " + e.getMessage());
            refused.addSuppressed(e);
            throw refused;
        }
    }

    /** One operation under way. */
    private final class Run {

        private final PresentationContext context;
        private final int messageId;
        private final int commandField;
        private final BooleanSupplier cancelled;
        private SubOperations numbers = new SubOperations(-1, -1, -1, -1);
        private boolean stopped;
        private long deadline;

        Run(PresentationContext context, int messageId, int commandField, BooleanSupplier cancelled) {
            this.context = context;
            this.messageId = messageId;
            this.commandField = commandField;
            this.cancelled = cancelled;
        }

        void stop() throws IOException {
            association.send(context, CommandSet.cancelRequest(messageId));
            stopped = true;
            deadline = System.nanoTime() + association.timeouts().idle().toNanos();
        }

        Association.Message nextResponse(@Nullable StoreHandler stores) throws IOException {
            while (true) {
                Association.Message message = nextMessage();
                CommandSet command = message.command();
                if (stores != null && command.commandField() == CommandSet.C_STORE_RQ) {
                    int status = isOurs(message) ? stores.store(message) : CommandSet.SOP_CLASS_NOT_SUPPORTED;
                    association.passOver();
                    association.send(message.context(), command.response(status));
                    continue;
                }
                if (command.commandField() != (commandField | CommandSet.RESPONSE)
                        || command.messageIdBeingRespondedTo() != messageId
                        || command.status() < 0) {
                    throw association.refuse("an answer to message " + messageId + " was due, " + command + " came");
                }
                SubOperations told = command.subOperations();
                if (told.completed() >= 0 || told.failed() >= 0) {
                    numbers = told;
                }
                return message;
            }
        }

        /** Only instances of the context's class, where it was agreed that we provide it. */
        private boolean isOurs(Association.Message message) {
            String sopClass = message.context().abstractSyntax();
            return sopClass.equals(message.command().affectedSopClassUid())
                    && association.peer().roles().stream()
                            .anyMatch(role -> role.sopClassUid().equals(sopClass) && role.scp());
        }

        private Association.Message nextMessage() throws IOException {
            long waitUntil = System.nanoTime() + association.timeouts().idle().toNanos();
            while (true) {
                if (!stopped && cancelled.getAsBoolean()) {
                    stop();
                }
                long now = System.nanoTime();
                if (stopped && now - deadline > 0 || now - waitUntil > 0) {
                    association.abort();
                    throw new AssociationException(
                            Kind.TIMED_OUT,
                            stopped ? "the peer did not stop after C-CANCEL; aborted" : "no response came; aborted");
                }
                if (association.awaitAnything(SLICE, () -> false)) {
                    Association.Message message =
                            association.receive(association.timeouts().network(), () -> false);
                    if (message == null) {
                        throw new AssociationException(Kind.RELEASED, "peer released instead of answering");
                    }
                    return message;
                }
            }
        }

        Outcome outcome(Association.Message last) throws IOException {
            List<String> failed =
                    last.command().hasDataSet() ? read(last).strings(Tag.FailedSOPInstanceUIDList) : List.of();
            return new Outcome(last.command().status(), last.command().errorComment(), numbers, stopped, failed);
        }
    }

    /** The role selections that {@link #get} needs for these storage classes. */
    public static List<RoleSelection> asProviderOf(List<String> storageClasses) {
        return storageClasses.stream()
                .map(uid -> new RoleSelection(uid, false, true))
                .toList();
    }
}
