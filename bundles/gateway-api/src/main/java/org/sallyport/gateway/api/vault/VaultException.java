package org.sallyport.gateway.api.vault;

import java.io.IOException;
import org.jspecify.annotations.Nullable;

/** The vault could not do what was asked. The message holds no identity. */
public class VaultException extends IOException {

    private static final long serialVersionUID = 1L;

    public VaultException(String message, @Nullable Throwable cause) {
        super(message, cause);
    }

    public VaultException(String message) {
        super(message);
    }
}
