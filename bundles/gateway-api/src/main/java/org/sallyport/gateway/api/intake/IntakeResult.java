package org.sallyport.gateway.api.intake;

/** What became of a received object. Comments hold no identity and fit Error Comment (0000,0902): at most 64 characters. */
public sealed interface IntakeResult {

    /** Acknowledge: durable. */
    record Kept(How how) implements IntakeResult {}

    /** Do not acknowledge. */
    record Rejected(Why why, String comment) implements IntakeResult {}

    /** How it was kept. */
    enum How {
        /** New, de-identified and stored. */
        STORED,
        /** Equal to what is stored already; nothing was written. */
        SAME,
        /** Another version of a known SOP Instance UID; both are kept, listed as a conflict. */
        CHANGED,
        /** Sealed and held for a person to decide. */
        QUARANTINED
    }

    /** Why it was not kept; the status is that of PS3.4 Annex B.2.3 and PS3.7 Annex C. */
    enum Why {
        /** No room or a failing disk or vault. */
        OUT_OF_RESOURCES(0xA700),
        /** UIDs missing, malformed or not those of the command. */
        DOES_NOT_MATCH(0xA900),
        /** Not parsable; a diagnostic copy was sealed within its quota. */
        CANNOT_UNDERSTAND(0xC000);

        private final int status;

        Why(int status) {
            this.status = status;
        }

        public int status() {
            return status;
        }
    }
}
