package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;

/** The caller has cancelled while an image was waited for. */
final class CancelledException extends IOException {

    private static final long serialVersionUID = 1L;
}
