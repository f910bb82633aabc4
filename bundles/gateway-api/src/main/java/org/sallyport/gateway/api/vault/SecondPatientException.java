package org.sallyport.gateway.api.vault;

/** A Study Instance UID arrived under a second patient. */
public class SecondPatientException extends VaultException {

    private static final long serialVersionUID = 1L;

    public SecondPatientException(String pseudonymousStudyInstanceUid) {
        super("study " + pseudonymousStudyInstanceUid + " is known under another patient");
    }
}
