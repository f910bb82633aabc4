package org.sallyport.gateway.api.intake;

import org.sallyport.dicom.data.TransferSyntax;

/**
 * What the C-STORE command said of the object (PS3.7 9.1.1).
 *
 * @param sopClassUid Affected SOP Class UID (0000,0002)
 * @param sopInstanceUid Affected SOP Instance UID (0000,1000); original, hence no {@code toString} that shows it
 */
public record ReceivedObject(String sopClassUid, String sopInstanceUid, TransferSyntax transferSyntax) {

    @Override
    public String toString() {
        return "ReceivedObject[" + sopClassUid + ", " + transferSyntax.uid() + "]";
    }
}
