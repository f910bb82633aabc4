package org.sallyport.dicom.net;

import java.util.List;

/**
 * An A-ASSOCIATE-RQ (PS3.8 9.3.2).
 *
 * @param protocolVersion bit 0 = version 1
 * @param calledAet called AE title, stripped
 * @param callingAet calling AE title, stripped
 * @param applicationContext UID of the application context
 */
public record AssociateRequest(
        int protocolVersion,
        String calledAet,
        String callingAet,
        String applicationContext,
        List<ProposedContext> contexts,
        UserInformation userInformation) {

    /** The DICOM Application Context (PS3.7 A.2.1). */
    public static final String DICOM_APPLICATION_CONTEXT = "1.2.840.10008.3.1.1.1";

    public AssociateRequest {
        contexts = List.copyOf(contexts);
    }

    /**
     * A proposed presentation context (PS3.8 9.3.2.2).
     *
     * @param id odd, 1–255
     */
    public record ProposedContext(int id, String abstractSyntax, List<String> transferSyntaxes) {

        public ProposedContext {
            if (id < 1 || id > 255 || (id & 1) == 0) {
                throw new IllegalArgumentException("presentation context id " + id + " is not odd and at most 255");
            }
            transferSyntaxes = List.copyOf(transferSyntaxes);
        }
    }
}
