package org.sallyport.gateway.scp.internal.query;

/** An identifier that does not fit its SOP class: status A900 (PS3.4 C.4.1.1.4). The message holds no value, and fits Error Comment (0000,0902). */
public final class BadIdentifier extends Exception {

    private static final long serialVersionUID = 1L;

    private final int tag;

    /** @param tag what it is about, for Offending Element (0000,0901) */
    public BadIdentifier(int tag, String message) {
        super(message);
        this.tag = tag;
    }

    public int tag() {
        return tag;
    }
}
