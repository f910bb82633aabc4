package org.sallyport.gateway.api.delivery;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;

/** Which destinations get which studies. Treated values only. Thread-safe. */
public interface RouteDirectory {

    List<RouteView> routes();

    /**
     * Says for each destination whether a study, as it is now, would be queued for it, and why.
     *
     * @throws IOException if there is no such study, or the index cannot be read
     */
    List<Explanation> explain(String studyInstanceUid) throws IOException;

    /**
     * Queues the completed parts of a study for each destination that takes it now and was never queued for them.
     *
     * @param originals who asks for the patient's identity to go with it; null = as each destination's settings say
     * @throws AccessDeniedException if the one who asks for identity lacks the role or the reason; audited
     * @return new deliveries by destination; empty if nothing is missing
     * @throws IOException if there is no such study, or the index cannot be read; nothing was changed for destinations not yet reached
     */
    Map<String, List<Long>> apply(String studyInstanceUid, @Nullable AccessRequest originals) throws IOException;

    /**
     * Queues all completed parts of a study for a destination once more, whatever its filter says. What still waits there is superseded, what runs is not
     * doubled.
     *
     * @param originals who asks for the patient's identity to go with it; null = as the destination's settings say
     * @throws AccessDeniedException if the one who asks for identity lacks the role or the reason; audited
     * @return the new deliveries
     * @throws IOException if there is no such study or destination, or the index cannot be read
     */
    List<Long> replay(String studyInstanceUid, String destination, @Nullable AccessRequest originals)
            throws IOException;

    /**
     * @param there whether the destination is there now; else this is its last filter
     * @param filter null = every study
     * @param problem why nothing is queued for it, or null
     */
    record RouteView(
            String destination,
            boolean there,
            @Nullable String filter,
            @Nullable String problem) {}

    /**
     * @param taken whether the study would be queued
     * @param why in words
     * @param comparisons each comparison of the filter, in its order
     * @param deliveries numbers of the study's deliveries to this destination so far
     */
    record Explanation(
            String destination,
            boolean taken,
            String why,
            @Nullable String filter,
            List<Comparison> comparisons,
            List<Long> deliveries) {

        public Explanation {
            comparisons = List.copyOf(comparisons);
            deliveries = List.copyOf(deliveries);
        }
    }

    /**
     * @param text the comparison, {@code (Modality=CT)}
     * @param attribute the attribute's name
     * @param values what the study has; empty = the attribute is absent
     * @param holds whether it is true
     */
    record Comparison(String text, String attribute, List<String> values, boolean holds) {

        public Comparison {
            values = List.copyOf(values);
        }
    }
}
