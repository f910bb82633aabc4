package org.sallyport.dicom.net;

import java.util.Arrays;

/**
 * A negotiated presentation context (PS3.8 9.3.3.2).
 *
 * @param id odd, 1–255
 * @param abstractSyntax the SOP class
 * @param transferSyntax the one chosen; without meaning unless accepted
 */
public record PresentationContext(int id, String abstractSyntax, Result result, String transferSyntax) {

    /** Result/Reason, PS3.8 Table 9-18. */
    public enum Result {
        ACCEPTANCE,
        USER_REJECTION,
        NO_REASON,
        ABSTRACT_SYNTAX_NOT_SUPPORTED,
        TRANSFER_SYNTAXES_NOT_SUPPORTED;

        /** As encoded, 0–4. */
        public int code() {
            return Arrays.asList(values()).indexOf(this);
        }
    }

    public boolean isAccepted() {
        return result == Result.ACCEPTANCE;
    }
}
