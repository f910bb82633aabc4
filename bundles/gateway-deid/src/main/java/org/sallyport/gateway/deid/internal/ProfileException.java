package org.sallyport.gateway.deid.internal;

import java.io.IOException;

/** A profile that is not understood; the message names file, line, rule and what is allowed. */
final class ProfileException extends IOException {

    private static final long serialVersionUID = 1L;

    ProfileException(String file, int line, String problem) {
        super(file + " line " + line + ": " + problem);
    }

    ProfileException(String problem) {
        super(problem);
    }
}
