package org.sallyport.destination.dicom.internal;

import java.io.IOException;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.node.DicomReceiver;

/** The AE title that we call with; asked at each attempt. */
@FunctionalInterface
interface CallingAet {

    /** @throws IOException if it cannot be told now; the message says why, for people */
    String aet() throws IOException;

    /** The gateway's own, whatever it is at the moment. */
    static CallingAet own(Supplier<@Nullable DicomReceiver> receiver) {
        return () -> {
            DicomReceiver there = receiver.get();
            if (there == null) {
                throw new IOException("our own AE title is not known: see whether gateway-scp is active");
            }
            return there.status().aet();
        };
    }
}
