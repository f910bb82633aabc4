package org.sallyport.gateway.api.store;

import java.io.IOException;

/** No room on the disk, or less than the configured floor. */
public class StoreFullException extends IOException {

    private static final long serialVersionUID = 1L;

    public StoreFullException(String message) {
        super(message);
    }
}
