package org.sallyport.simulator;

/** What happens to an upload or a download instead of what should. */
public enum Fault {
    STATUS_400,
    STATUS_401,
    STATUS_403,
    STATUS_404,
    STATUS_413,
    STATUS_429_RETRY_AFTER,
    STATUS_500,
    STATUS_503_RETRY_AFTER,
    /** No answer until the client gives up. */
    STALL,
    /** The connection goes in the middle of the body, the client's or the reply's. */
    CUT_WHILE_READING,
    /** Everything was taken, but the client never hears of it. */
    CUT_AFTER_ACCEPTING,
    /** A reply that ends early though its length was told; downloads only. */
    HALF_ANSWER,
    /** A reply that is no JSON, or no ZIP. */
    WRONG_CONTENT,
    /** A ZIP with a byte changed inside; downloads only. */
    DAMAGED_ZIP,
    /** A ZIP with an entry that climbs out of its folder; downloads only. */
    CLIMBING_ZIP,
    /** A ZIP whose entry is a gigabyte of zeros; downloads only. */
    BOMB_ZIP,
    /** A few bytes now and then; ends well after some seconds. */
    SLOW;

    int status() {
        return Integer.parseInt(name().substring(7, 10));
    }

    boolean isStatus() {
        return name().startsWith("STATUS_");
    }
}
