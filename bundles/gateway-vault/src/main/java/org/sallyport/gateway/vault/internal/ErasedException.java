package org.sallyport.gateway.vault.internal;

import org.sallyport.gateway.api.vault.VaultException;

/** The key is gone, because the patient was erased. */
final class ErasedException extends VaultException {

    private static final long serialVersionUID = 1L;

    ErasedException(String message) {
        super(message);
    }
}
