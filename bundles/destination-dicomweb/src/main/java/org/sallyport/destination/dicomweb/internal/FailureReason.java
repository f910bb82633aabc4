package org.sallyport.destination.dicomweb.internal;

/** Failure Reason (0008,1197) of a store (PS3.18 I.2.2, PS3.7 C). Pure. */
final class FailureReason {

    private static final int DUPLICATE = 0x0111;

    private FailureReason() {}

    /** The instance is there: with an answer that got lost it was stored before. */
    static boolean isThere(int reason) {
        return reason == DUPLICATE;
    }

    /** Whether the same instance will fail again, however often it is sent. What is not known is tried again. */
    static boolean isFinal(int reason) {
        return switch (reason) {
            // Attribute value, instance, SOP class, not authorized, transfer syntax.
            case 0x0106, 0x0115, 0x0117, 0x0118, 0x0122, 0x0124 -> true;
            default -> (reason & 0xFF00) == 0xA900 || (reason & 0xF000) == 0xC000;
        };
    }

    /** For people. */
    static String text(int reason) {
        if (reason == StoreResponse.NO_REASON) {
            return "no reason told";
        }
        String meaning =
                switch (reason) {
                    case 0x0106, 0x0115 -> "a value is not valid";
                    case 0x0110 -> "processing failure";
                    case 0x0117 -> "the instance is not valid";
                    case 0x0122, 0x0118 -> "the SOP class is not taken";
                    case 0x0124 -> "not authorized";
                    case 0xC122 -> "the transfer syntax is not taken";
                    default ->
                        switch (reason & 0xFF00) {
                            case 0xA700 -> "out of resources";
                            case 0xA900 -> "the data set does not match its SOP class";
                            default -> (reason & 0xF000) == 0xC000 ? "cannot understand" : "failed";
                        };
                };
        return String.format("%04XH %s", reason & 0xFFFF, meaning);
    }
}
