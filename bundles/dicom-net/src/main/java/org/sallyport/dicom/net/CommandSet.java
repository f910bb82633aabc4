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
    public static final int C_ECHO_RQ = 0x0030;
    public static final int C_CANCEL_RQ = 0x0FFF;
    /** Set in the command field of a response. */
    public static final int RESPONSE = 0x8000;

    public static final int SUCCESS = 0x0000;
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

    /** A response without a data set. */
    public CommandSet response(int status) {
        CommandSet response = of(commandField() | RESPONSE, false);
        response.set(CommandElements.MESSAGE_ID_BEING_RESPONDED_TO, messageId());
        response.set(CommandElements.STATUS, status);
        copy(response, CommandElements.AFFECTED_SOP_CLASS_UID);
        copy(response, CommandElements.AFFECTED_SOP_INSTANCE_UID);
        return response;
    }

    private void copy(CommandSet to, int tag) {
        Element element = elements.get(tag);
        if (element != null) {
            to.elements.put(element);
        }
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
