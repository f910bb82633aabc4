package org.sallyport.gateway.api.store;

import java.io.IOException;

/** An image that was cleaned up cannot be had back now. The message says why, in plain words without identity. */
public final class NotFetchedException extends IOException {

    private static final long serialVersionUID = 1L;

    public NotFetchedException(String message) {
        super(message);
    }
}
