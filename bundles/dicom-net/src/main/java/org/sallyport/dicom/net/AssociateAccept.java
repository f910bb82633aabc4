package org.sallyport.dicom.net;

import java.util.List;

/** An A-ASSOCIATE-AC (PS3.8 9.3.3). */
public record AssociateAccept(
        String calledAet, String callingAet, List<PresentationContext> contexts, UserInformation userInformation) {

    public AssociateAccept {
        contexts = List.copyOf(contexts);
    }
}
