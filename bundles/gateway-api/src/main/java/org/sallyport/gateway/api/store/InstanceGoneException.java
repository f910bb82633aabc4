package org.sallyport.gateway.api.store;

import java.io.IOException;

/** An image is no longer here: it was cleaned up after delivery, or deleted. Its identity is kept. */
public class InstanceGoneException extends IOException {

    private static final long serialVersionUID = 1L;

    public InstanceGoneException(String message) {
        super(message);
    }
}
