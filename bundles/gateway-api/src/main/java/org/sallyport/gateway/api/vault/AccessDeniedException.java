package org.sallyport.gateway.api.vault;

/** Reading identity was refused. */
public class AccessDeniedException extends VaultException {

    private static final long serialVersionUID = 1L;

    public AccessDeniedException(String message) {
        super(message);
    }
}
