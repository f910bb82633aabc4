package org.sallyport.dicom.net;

import java.io.IOException;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.net.AssociationException.Kind;
import org.sallyport.dicom.net.CommandSet.SubOperations;

/**
 * One C-FIND, C-MOVE or C-GET as provider (PS3.7 9.1.2–9.1.4): sends its responses as they come, and hears a C-CANCEL between them. Belongs to the owner of
 * the association, one thread. Exactly one {@link #end} ends it.
 */
public final class QueryRetrieveProvider {

    private final Association association;
    private final Association.Message request;
    private boolean cancelled;

    /** @param request a C-FIND-RQ, C-MOVE-RQ or C-GET-RQ that was just received */
    public QueryRetrieveProvider(Association association, Association.Message request) {
        this.association = association;
        this.request = request;
    }

    /**
     * Reads the identifier; once.
     *
     * @throws org.sallyport.dicom.data.DicomDataException if it is none, or longer than a mebibyte in one value or 16 MiB in all
     */
    public DataSet identifier() throws IOException {
        return request.readDataSet(QueryRetrieve.IDENTIFIER);
    }

    /**
     * Whether the peer has sent a C-CANCEL for this by now (PS3.7 9.3.2.3). Does not wait; cheap enough to be asked for each match.
     *
     * @throws AssociationException if the peer ended the association, or sent what does not belong here
     */
    public boolean isCancelled() throws IOException {
        while (!cancelled
                && association.hasArrived()
                && association.awaitAnything(java.time.Duration.ofMillis(1), () -> false)) {
            Association.Message message = next();
            if (!isCancel(message)) {
                throw association.refuse("nothing but C-CANCEL was due, " + message.command() + " came");
            }
        }
        return cancelled;
    }

    private Association.Message next() throws IOException {
        Association.Message message = association.receive(association.timeouts().network(), () -> false);
        if (message == null) {
            throw new AssociationException(Kind.RELEASED, "peer released while it was being answered");
        }
        return message;
    }

    /** One for another message is too late, and of no effect. */
    private boolean isCancel(Association.Message message) {
        CommandSet command = message.command();
        if (command.commandField() != CommandSet.C_CANCEL_RQ) {
            return false;
        }
        cancelled |= command.messageIdBeingRespondedTo() == request.command().messageId();
        return true;
    }

    /**
     * A match of a C-FIND.
     *
     * @param allKeysSupported whether every key of the identifier was (PS3.4 C.4.1.1.4)
     */
    public void match(DataSet match, boolean allKeysSupported) throws IOException {
        int status = allKeysSupported ? CommandSet.PENDING : CommandSet.PENDING_WITH_WARNING;
        association.send(request.context(), request.command().response(status, true), match);
    }

    /** How far a C-MOVE or C-GET is. */
    public void progress(SubOperations numbers) throws IOException {
        association.send(
                request.context(),
                request.command().response(CommandSet.PENDING).withSubOperations(numbers));
    }

    /**
     * C-STORE of one instance as a sub-operation of a C-GET. What the source throws before its first byte leaves the association as it was; later it
     * aborts it.
     *
     * @param context accepted, of the instance's class; the peer has to be its provider
     * @param sent run when all of it was sent, before the response is waited for; leaves the association alone
     * @return the response: status 0 or Bxxx = stored
     */
    public CommandSet store(
            PresentationContext context, String sopInstanceUid, Association.DataSetSource dataSet, Runnable sent)
            throws IOException {
        int id = association.nextMessageId();
        association.sendOnceReady(
                context, CommandSet.storeRequest(id, context.abstractSyntax(), sopInstanceUid), dataSet);
        sent.run();
        while (true) {
            Association.Message message = association.receive(() -> false);
            if (message == null) {
                throw new AssociationException(Kind.RELEASED, "peer released instead of answering");
            }
            CommandSet command = message.command();
            if (command.commandField() == (CommandSet.C_STORE_RQ | CommandSet.RESPONSE)
                    && command.messageIdBeingRespondedTo() == id
                    && command.status() >= 0) {
                return command;
            }
            if (!isCancel(message)) {
                throw association.refuse("an answer to message " + id + " was due, " + command + " came");
            }
        }
    }

    /** The response to begin with, for {@link #end}. */
    public CommandSet response(int status) {
        return request.command().response(status);
    }

    /** The last response. */
    public void end(CommandSet response) throws IOException {
        // Of an identifier that was not read, too.
        association.passOver();
        association.send(request.context(), response);
    }

    /**
     * The last response of a C-MOVE or C-GET.
     *
     * @param failed SOP Instance UIDs that were not stored; empty = none, and no identifier is sent
     */
    public void end(int status, SubOperations numbers, List<String> failed, String comment) throws IOException {
        CommandSet response =
                request.command().response(status, !failed.isEmpty()).withSubOperations(numbers);
        if (!comment.isEmpty()) {
            response.withComment(comment);
        }
        if (failed.isEmpty()) {
            association.send(request.context(), response);
            return;
        }
        DataSet list = new DataSet();
        list.setString(Tag.FailedSOPInstanceUIDList, failed.toArray(String[]::new));
        association.send(request.context(), response, list);
    }
}
