package org.sallyport.gateway.testkit;

import java.util.List;
import org.sallyport.dicom.data.TransferSyntax;

/**
 * An object with planted identity, and what is expected of it afterwards. The arrays are not copied: nobody changes them.
 *
 * @param encoded data set in the transfer syntax
 * @param samples of all frames as they were before encoding; empty = no pixels
 * @param hidden bytes at the beginning of the samples that hold text
 */
public record PlantedObject(
        Patient patient,
        String sopClassUid,
        String sopInstanceUid,
        TransferSyntax syntax,
        byte[] encoded,
        byte[] samples,
        int hidden,
        List<Expectation> expectations) {

    public PlantedObject {
        expectations = List.copyOf(expectations);
    }
}
