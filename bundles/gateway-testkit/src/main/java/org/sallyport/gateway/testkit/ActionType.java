package org.sallyport.gateway.testkit;

/** What de-identification is judged by, as the MIDI-B challenge (2024) did. */
public enum ActionType {
    /** An attribute that is needed is there. */
    TAG_RETAINED,
    /** One that needs a value has one. */
    TEXT_NOT_NULL,
    /** Text that tells nobody's identity stays. */
    TEXT_RETAINED,
    /** An identifier stands nowhere in the object. */
    TEXT_REMOVED,
    /** A date is moved, all of a patient's by the same days. */
    DATE_SHIFTED,
    /** A UID is another one. */
    UID_CHANGED,
    /** Equal UIDs are equal afterwards, and different ones different. */
    UID_CONSISTENT,
    /** A patient has one pseudonym, and no other patient has it. */
    PATIENT_ID_CONSISTENT,
    /** Pixels with text are blank. */
    PIXELS_HIDDEN,
    /** All others are as they were. */
    PIXELS_RETAINED
}
