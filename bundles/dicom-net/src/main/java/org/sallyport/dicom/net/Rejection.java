package org.sallyport.dicom.net;

/**
 * An A-ASSOCIATE-RJ (PS3.8 9.3.4, Table 9-21).
 *
 * @param result 1 permanent, 2 transient
 * @param source 1 service user, 2 service provider (ACSE), 3 service provider (presentation)
 */
public record Rejection(int result, int source, int reason) {

    public static final Rejection NO_REASON = new Rejection(1, 1, 1);
    public static final Rejection APPLICATION_CONTEXT_NOT_SUPPORTED = new Rejection(1, 1, 2);
    public static final Rejection CALLING_AET_NOT_RECOGNIZED = new Rejection(1, 1, 3);
    public static final Rejection CALLED_AET_NOT_RECOGNIZED = new Rejection(1, 1, 7);
    public static final Rejection PROTOCOL_VERSION_NOT_SUPPORTED = new Rejection(1, 2, 2);
    public static final Rejection TEMPORARY_CONGESTION = new Rejection(2, 3, 1);
    public static final Rejection LOCAL_LIMIT_EXCEEDED = new Rejection(2, 3, 2);

    @Override
    public String toString() {
        return result + "/" + source + "/" + reason;
    }
}
