package org.sallyport.gateway.api.intake;

import java.io.IOException;
import java.io.InputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;

/** Tells what de-identification would do to an object. Nothing is stored, and no pseudonym assigned: those shown are made up anew each time. Thread-safe. */
public interface TrialTreatment {

    /**
     * @param part10 the object up to its pixel data is read; not closed
     * @param profile name of the profile, or null: the one in force
     * @throws IOException if the object or the profile cannot be read
     */
    Report tryOut(InputStream part10, @Nullable String profile) throws IOException;

    /**
     * @param profile that was tried, with its version
     * @param held why the object would be held, or null: it would pass
     * @param pixels what would be done to its pixels, in plain words
     * @param attributes in their order; empty if it would be held before they are treated
     */
    record Report(String profile, @Nullable String held, String pixels, List<Attribute> attributes) {

        public Report {
            attributes = List.copyOf(attributes);
        }
    }

    /** What becomes of an attribute. */
    enum Fate {
        KEPT,
        CHANGED,
        EMPTIED,
        REMOVED,
        ADDED
    }

    /**
     * @param place keywords of the sequences that it stands in, with the numbers of items from 0, and its own
     * @param by the rule, option, table or dictionary that decides
     * @param value text that it is changed to; null if it is kept or gone, or no text. What it was is not told
     */
    record Attribute(
            String place,
            String vr,
            Fate fate,
            String by,
            @Nullable String value) {}
}
