package org.sallyport.dicom.net;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.net.internal.CommandElements;

/** A command set (PS3.7 6.3): implicit VR little endian, group 0000. Owned by one thread. */
public final class CommandSet {

    public static final int C_STORE_RQ = 0x0001;
    public static final int C_GET_RQ = 0x0010;
    public static final int C_FIND_RQ = 0x0020;
    public static final int C_MOVE_RQ = 0x0021;
    public static final int C_ECHO_RQ = 0x0030;
    public static final int N_EVENT_REPORT_RQ = 0x0100;
    public static final int N_ACTION_RQ = 0x0130;
    public static final int C_CANCEL_RQ = 0x0FFF;
    /** Set in the command field of a response. */
    public static final int RESPONSE = 0x8000;

    public static final int SUCCESS = 0x0000;
    public static final int PENDING = 0xFF00;
    /** Pending: not every key was supported as an optional key (PS3.4 C.4.1.1.4). */
    public static final int PENDING_WITH_WARNING = 0xFF01;

    public static final int CANCELLED = 0xFE00;
    /** C-MOVE and C-GET: ended with failures or warnings (PS3.4 C.4.2.1.5). */
    public static final int SUB_OPERATIONS_FAILED = 0xB000;

    public static final int PROCESSING_FAILURE = 0x0110;
    public static final int NO_SUCH_SOP_INSTANCE = 0x0112;
    public static final int NO_SUCH_ACTION = 0x0123;
    public static final int NO_SUCH_EVENT_TYPE = 0x0113;
    public static final int NOT_AUTHORIZED = 0x0124;
    public static final int SOP_CLASS_NOT_SUPPORTED = 0x0122;
    public static final int UNRECOGNIZED_OPERATION = 0x0211;
    public static final int MISTYPED_ARGUMENT = 0x0212;

    private static final int NO_DATA_SET = 0x0101;
    private static final int LONGEST_COMMENT = 64;

    private final DataSet elements;

    private CommandSet(DataSet elements) {
        this.elements = elements;
    }

    private static CommandSet of(int commandField, boolean hasDataSet) {
        CommandSet command = new CommandSet(new DataSet());
        command.set(CommandElements.COMMAND_FIELD, commandField);
        command.set(CommandElements.COMMAND_DATA_SET_TYPE, hasDataSet ? 0 : NO_DATA_SET);
        return command;
    }

    /** C-ECHO-RQ (PS3.7 9.3.5.1). */
    public static CommandSet echoRequest(int messageId, String sopClassUid) {
        CommandSet command = of(C_ECHO_RQ, false);
        command.set(CommandElements.MESSAGE_ID, messageId);
        command.set(CommandElements.AFFECTED_SOP_CLASS_UID, sopClassUid);
        return command;
    }

    /** C-STORE-RQ (PS3.7 9.3.1.1), medium priority. */
    public static CommandSet storeRequest(int messageId, String sopClassUid, String sopInstanceUid) {
        CommandSet command = of(C_STORE_RQ, true);
        command.set(CommandElements.MESSAGE_ID, messageId);
        command.set(CommandElements.PRIORITY, 0);
        command.set(CommandElements.AFFECTED_SOP_CLASS_UID, sopClassUid);
        command.set(CommandElements.AFFECTED_SOP_INSTANCE_UID, sopInstanceUid);
        return command;
    }

    /**
     * C-STORE-RQ that belongs to a C-MOVE (PS3.7 9.3.1.1).
     *
     * @param originatorAet AE title of who asked for the C-MOVE
     * @param originatorMessageId message ID of that C-MOVE-RQ, 0–65535
     */
    public static CommandSet storeRequest(
            int messageId, String sopClassUid, String sopInstanceUid, String originatorAet, int originatorMessageId) {
        CommandSet command = storeRequest(messageId, sopClassUid, sopInstanceUid);
        command.set(CommandElements.MOVE_ORIGINATOR_AET, originatorAet);
        command.set(CommandElements.MOVE_ORIGINATOR_MESSAGE_ID, originatorMessageId);
        return command;
    }

    /** C-FIND-RQ (PS3.7 9.3.2.1), medium priority. */
    public static CommandSet findRequest(int messageId, String sopClassUid) {
        return query(C_FIND_RQ, messageId, sopClassUid);
    }

    /** C-GET-RQ (PS3.7 9.3.3.1), medium priority. */
    public static CommandSet getRequest(int messageId, String sopClassUid) {
        return query(C_GET_RQ, messageId, sopClassUid);
    }

    /** C-MOVE-RQ (PS3.7 9.3.4.1), medium priority. */
    public static CommandSet moveRequest(int messageId, String sopClassUid, String destinationAet) {
        CommandSet command = query(C_MOVE_RQ, messageId, sopClassUid);
        command.set(CommandElements.MOVE_DESTINATION, destinationAet);
        return command;
    }

    private static CommandSet query(int commandField, int messageId, String sopClassUid) {
        CommandSet command = of(commandField, true);
        command.set(CommandElements.MESSAGE_ID, messageId);
        command.set(CommandElements.PRIORITY, 0);
        command.set(CommandElements.AFFECTED_SOP_CLASS_UID, sopClassUid);
        return command;
    }

    /** C-CANCEL-RQ (PS3.7 9.3.2.3) of a C-FIND, C-MOVE or C-GET. */
    public static CommandSet cancelRequest(int messageIdBeingRespondedTo) {
        CommandSet command = of(C_CANCEL_RQ, false);
        command.set(CommandElements.MESSAGE_ID_BEING_RESPONDED_TO, messageIdBeingRespondedTo);
        return command;
    }

    /** N-ACTION-RQ (PS3.7 10.3.4.1). */
    public static CommandSet actionRequest(
            int messageId, String sopClassUid, String sopInstanceUid, int actionTypeId, boolean hasDataSet) {
        CommandSet command = of(N_ACTION_RQ, hasDataSet);
        command.set(CommandElements.MESSAGE_ID, messageId);
        command.set(CommandElements.REQUESTED_SOP_CLASS_UID, sopClassUid);
        command.set(CommandElements.REQUESTED_SOP_INSTANCE_UID, sopInstanceUid);
        command.set(CommandElements.ACTION_TYPE_ID, actionTypeId);
        return command;
    }

    /** N-EVENT-REPORT-RQ (PS3.7 10.3.1.1). */
    public static CommandSet eventReportRequest(
            int messageId, String sopClassUid, String sopInstanceUid, int eventTypeId, boolean hasDataSet) {
        CommandSet command = of(N_EVENT_REPORT_RQ, hasDataSet);
        command.set(CommandElements.MESSAGE_ID, messageId);
        command.set(CommandElements.AFFECTED_SOP_CLASS_UID, sopClassUid);
        command.set(CommandElements.AFFECTED_SOP_INSTANCE_UID, sopInstanceUid);
        command.set(CommandElements.EVENT_TYPE_ID, eventTypeId);
        return command;
    }

    /** A response without a data set. */
    public CommandSet response(int status) {
        return response(status, false);
    }

    /** A response; with a data set if that is sent with it (a match of a C-FIND). */
    public CommandSet response(int status, boolean hasDataSet) {
        CommandSet response = of(commandField() | RESPONSE, hasDataSet);
        response.set(CommandElements.MESSAGE_ID_BEING_RESPONDED_TO, messageId());
        response.set(CommandElements.STATUS, status);
        copy(response, CommandElements.AFFECTED_SOP_CLASS_UID, CommandElements.AFFECTED_SOP_CLASS_UID);
        copy(response, CommandElements.AFFECTED_SOP_INSTANCE_UID, CommandElements.AFFECTED_SOP_INSTANCE_UID);
        copy(response, CommandElements.REQUESTED_SOP_CLASS_UID, CommandElements.AFFECTED_SOP_CLASS_UID);
        copy(response, CommandElements.REQUESTED_SOP_INSTANCE_UID, CommandElements.AFFECTED_SOP_INSTANCE_UID);
        copy(response, CommandElements.EVENT_TYPE_ID, CommandElements.EVENT_TYPE_ID);
        copy(response, CommandElements.ACTION_TYPE_ID, CommandElements.ACTION_TYPE_ID);
        return response;
    }

    private void copy(CommandSet to, int tag, int as) {
        Element element = elements.get(tag);
        if (element != null) {
            to.elements.put(new Element(as, element.vr(), element.value()));
        }
    }

    /**
     * Numbers of sub-operations (PS3.7 9.1.3, 9.1.4), each 0–65535, or -1 if it was not told.
     *
     * @param warning stored, with a warning
     */
    public record SubOperations(int remaining, int completed, int failed, int warning) {}

    /** Adds the numbers; those that are -1 are left out. */
    public CommandSet withSubOperations(SubOperations numbers) {
        setIfTold(CommandElements.REMAINING_SUB_OPERATIONS, numbers.remaining);
        setIfTold(CommandElements.COMPLETED_SUB_OPERATIONS, numbers.completed);
        setIfTold(CommandElements.FAILED_SUB_OPERATIONS, numbers.failed);
        setIfTold(CommandElements.WARNING_SUB_OPERATIONS, numbers.warning);
        return this;
    }

    private void setIfTold(int tag, int number) {
        if (number >= 0) {
            set(tag, number);
        }
    }

    /** The numbers of sub-operations that a C-MOVE or C-GET response tells. */
    public SubOperations subOperations() {
        return new SubOperations(
                elements.intValue(CommandElements.REMAINING_SUB_OPERATIONS, -1),
                elements.intValue(CommandElements.COMPLETED_SUB_OPERATIONS, -1),
                elements.intValue(CommandElements.FAILED_SUB_OPERATIONS, -1),
                elements.intValue(CommandElements.WARNING_SUB_OPERATIONS, -1));
    }

    /** Whether a response says that more responses follow. */
    public boolean isPending() {
        return status() == PENDING || status() == PENDING_WITH_WARNING;
    }

    /** Requested SOP Class UID (0000,0003) of an N-ACTION. */
    public @Nullable String requestedSopClassUid() {
        return elements.string(CommandElements.REQUESTED_SOP_CLASS_UID);
    }

    /** Requested SOP Instance UID (0000,1001) of an N-ACTION. */
    public @Nullable String requestedSopInstanceUid() {
        return elements.string(CommandElements.REQUESTED_SOP_INSTANCE_UID);
    }

    /** Action Type ID (0000,1008), -1 if there is none. */
    public int actionTypeId() {
        return elements.intValue(CommandElements.ACTION_TYPE_ID, -1);
    }

    /** Event Type ID (0000,1002), -1 if there is none. */
    public int eventTypeId() {
        return elements.intValue(CommandElements.EVENT_TYPE_ID, -1);
    }

    /** Move Destination (0000,0600). */
    public @Nullable String moveDestination() {
        return elements.string(CommandElements.MOVE_DESTINATION);
    }

    /** Move Originator Application Entity Title (0000,1030) of a C-STORE that belongs to a C-MOVE. */
    public @Nullable String moveOriginatorAet() {
        return elements.string(CommandElements.MOVE_ORIGINATOR_AET);
    }

    /** Move Originator Message ID (0000,1031), -1 if there is none. */
    public int moveOriginatorMessageId() {
        return elements.intValue(CommandElements.MOVE_ORIGINATOR_MESSAGE_ID, -1);
    }

    /** Offending Element (0000,0901): the first tag, 0 if there is none. */
    public int offendingElement() {
        Element element = elements.get(CommandElements.OFFENDING_ELEMENT);
        byte[] tag = element == null ? new byte[0] : element.bytes();
        return tag.length < 4 ? 0 : Tag.of(u16(tag, 0), u16(tag, 2));
    }

    /** Adds Error Comment (0000,0902), cut to 64 characters (PS3.7 C). */
    public CommandSet withComment(String comment) {
        set(
                CommandElements.ERROR_COMMENT,
                comment.length() <= LONGEST_COMMENT ? comment : comment.substring(0, LONGEST_COMMENT));
        return this;
    }

    /** Adds Offending Element (0000,0901). */
    public CommandSet withOffendingElement(int tag) {
        set(CommandElements.OFFENDING_ELEMENT, tag);
        return this;
    }

    public int commandField() {
        return elements.intValue(CommandElements.COMMAND_FIELD, -1);
    }

    public boolean isResponse() {
        return (commandField() & RESPONSE) != 0;
    }

    public int messageId() {
        return elements.intValue(CommandElements.MESSAGE_ID, 0);
    }

    public int messageIdBeingRespondedTo() {
        return elements.intValue(CommandElements.MESSAGE_ID_BEING_RESPONDED_TO, -1);
    }

    public boolean hasDataSet() {
        return elements.intValue(CommandElements.COMMAND_DATA_SET_TYPE, NO_DATA_SET) != NO_DATA_SET;
    }

    /** Status (0000,0900), -1 if there is none. */
    public int status() {
        return elements.intValue(CommandElements.STATUS, -1);
    }

    public @Nullable String affectedSopClassUid() {
        return elements.string(CommandElements.AFFECTED_SOP_CLASS_UID);
    }

    public @Nullable String affectedSopInstanceUid() {
        return elements.string(CommandElements.AFFECTED_SOP_INSTANCE_UID);
    }

    public @Nullable String errorComment() {
        return elements.string(CommandElements.ERROR_COMMENT);
    }

    /**
     * Decodes a command set.
     *
     * @throws AssociationException if it is none
     */
    static CommandSet decode(byte[] bytes) throws AssociationException {
        DataSet elements = new DataSet();
        int at = 0;
        while (at < bytes.length) {
            if (bytes.length - at < 8) {
                throw malformed(at);
            }
            int group = u16(bytes, at);
            int element = u16(bytes, at + 2);
            long length = u16(bytes, at + 4) | (long) u16(bytes, at + 6) << 16;
            at += 8;
            int tag = Tag.of(group, element);
            if (group != 0 || length > bytes.length - at || elements.contains(tag)) {
                throw malformed(at - 8);
            }
            byte[] value = new byte[(int) length];
            System.arraycopy(bytes, at, value, 0, value.length);
            at += value.length;
            elements.put(Element.of(tag, CommandElements.vrOf(tag), value));
        }
        CommandSet command = new CommandSet(elements);
        if (command.commandField() < 0) {
            throw malformed(0);
        }
        return command;
    }

    private void set(int tag, long value) {
        elements.setInt(tag, CommandElements.vrOf(tag), value);
    }

    private void set(int tag, String value) {
        elements.setString(tag, CommandElements.vrOf(tag), value);
    }

    private static AssociationException malformed(int at) {
        return new AssociationException(
                AssociationException.Kind.PROTOCOL_ERROR, "no command set: byte " + at + " of it");
    }

    private static int u16(byte[] bytes, int at) {
        return bytes[at] & 0xFF | (bytes[at + 1] & 0xFF) << 8;
    }

    /** The bytes with their group length (PS3.7 9.3). */
    byte[] encode() throws IOException {
        DataSet rest = elements.copy();
        rest.remove(CommandElements.COMMAND_GROUP_LENGTH);
        byte[] body = encode(rest);
        DataSet length = new DataSet();
        length.setInt(CommandElements.COMMAND_GROUP_LENGTH, VR.UL, body.length);
        ByteArrayOutputStream all = new ByteArrayOutputStream(body.length + 12);
        all.writeBytes(encode(length));
        all.writeBytes(body);
        return all.toByteArray();
    }

    private static byte[] encode(DataSet dataSet) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream(256);
        DataSetWriter writer = new DataSetWriter(bytes, TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN);
        writer.write(dataSet);
        writer.finish();
        return bytes.toByteArray();
    }

    @Override
    public String toString() {
        return String.format("CommandSet[%04X, message %d]", commandField(), messageId());
    }
}
