package org.sallyport.dicom.net.internal;

import org.sallyport.dicom.data.VR;

/** The command elements that are used (PS3.7 E.1); group 0000 is not part of PS3.6. */
public final class CommandElements {

    public static final int COMMAND_GROUP_LENGTH = 0x00000000;
    public static final int AFFECTED_SOP_CLASS_UID = 0x00000002;
    public static final int REQUESTED_SOP_CLASS_UID = 0x00000003;
    public static final int COMMAND_FIELD = 0x00000100;
    public static final int MESSAGE_ID = 0x00000110;
    public static final int MESSAGE_ID_BEING_RESPONDED_TO = 0x00000120;
    public static final int MOVE_DESTINATION = 0x00000600;
    public static final int PRIORITY = 0x00000700;
    public static final int COMMAND_DATA_SET_TYPE = 0x00000800;
    public static final int STATUS = 0x00000900;
    public static final int OFFENDING_ELEMENT = 0x00000901;
    public static final int ERROR_COMMENT = 0x00000902;
    public static final int AFFECTED_SOP_INSTANCE_UID = 0x00001000;
    public static final int REQUESTED_SOP_INSTANCE_UID = 0x00001001;
    public static final int EVENT_TYPE_ID = 0x00001002;
    public static final int ACTION_TYPE_ID = 0x00001008;
    public static final int REMAINING_SUB_OPERATIONS = 0x00001020;
    public static final int COMPLETED_SUB_OPERATIONS = 0x00001021;
    public static final int FAILED_SUB_OPERATIONS = 0x00001022;
    public static final int WARNING_SUB_OPERATIONS = 0x00001023;
    public static final int MOVE_ORIGINATOR_AET = 0x00001030;
    public static final int MOVE_ORIGINATOR_MESSAGE_ID = 0x00001031;

    private CommandElements() {}

    /** The value representation; UN for elements that are not used. */
    public static VR vrOf(int tag) {
        return switch (tag) {
            case COMMAND_GROUP_LENGTH -> VR.UL;
            case AFFECTED_SOP_CLASS_UID,
                    REQUESTED_SOP_CLASS_UID,
                    AFFECTED_SOP_INSTANCE_UID,
                    REQUESTED_SOP_INSTANCE_UID -> VR.UI;
            case COMMAND_FIELD,
                    MESSAGE_ID,
                    MESSAGE_ID_BEING_RESPONDED_TO,
                    PRIORITY,
                    COMMAND_DATA_SET_TYPE,
                    STATUS,
                    EVENT_TYPE_ID,
                    ACTION_TYPE_ID,
                    REMAINING_SUB_OPERATIONS,
                    COMPLETED_SUB_OPERATIONS,
                    FAILED_SUB_OPERATIONS,
                    WARNING_SUB_OPERATIONS,
                    MOVE_ORIGINATOR_MESSAGE_ID -> VR.US;
            case MOVE_DESTINATION, MOVE_ORIGINATOR_AET -> VR.AE;
            case OFFENDING_ELEMENT -> VR.AT;
            case ERROR_COMMENT -> VR.LO;
            default -> VR.UN;
        };
    }
}
