package org.sallyport.gateway.api.store;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The index database could not answer. */
public class IndexException extends IOException {

    private static final long serialVersionUID = 1L;

    public IndexException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }
}
