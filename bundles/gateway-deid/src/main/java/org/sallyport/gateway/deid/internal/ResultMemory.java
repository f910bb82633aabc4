package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.sallyport.gateway.api.DataFolder;

/** Holds {@link SentResults} open for the gate, which recognises them, and for those who send them out. */
@Component(service = ResultMemory.class)
public final class ResultMemory {

    private final SentResults results;

    @Activate
    public ResultMemory() throws IOException {
        this(new SentResults(DataFolder.of("results").resolve("sent")));
    }

    ResultMemory(SentResults results) {
        this.results = results;
    }

    SentResults results() {
        return results;
    }

    @Deactivate
    void close() throws IOException {
        results.close();
    }
}
