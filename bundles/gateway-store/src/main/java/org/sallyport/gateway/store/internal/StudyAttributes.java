package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.time.Instant;
import java.util.Hashtable;
import org.sallyport.gateway.api.store.InstanceFacts;

/** What a filter over studies sees of an instance: the names that a destination's filter has too. Pure. */
final class StudyAttributes {

    private StudyAttributes() {}

    @SuppressWarnings("JdkObsolete") // what Filter.match takes
    static Hashtable<String, Object> of(InstanceRow row) {
        InstanceFacts facts = facts(row);
        Hashtable<String, Object> attributes = new Hashtable<>(facts.attributes());
        attributes.put("Modality", facts.modality());
        attributes.put("CallingAET", facts.callingAet());
        attributes.put("CalledAET", facts.calledAet());
        attributes.put("CallingAddress", facts.address());
        return attributes;
    }

    static Instant receivedAt(InstanceRow row) {
        return facts(row).receivedAt();
    }

    private static InstanceFacts facts(InstanceRow row) {
        try {
            return FactsJson.read(row.facts);
        } catch (IOException e) {
            throw new UncheckedIOException("the row of frame " + row.frameId + " is damaged", e);
        }
    }
}
