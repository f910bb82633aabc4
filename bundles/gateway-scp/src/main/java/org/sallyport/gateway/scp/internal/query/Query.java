package org.sallyport.gateway.scp.internal.query;

import java.util.List;
import java.util.Map;
import java.util.Set;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;

/**
 * What a C-FIND asks for. Immutable.
 *
 * @param conditions by the level that they are about; all have to be met
 * @param returned tags of supported keys, which the answers hold
 * @param allSupported whether there were no others
 * @param uniqueKeys values of unique keys, by level: one of them has to be met
 * @param exact keys with a single value that an index knows: Patient ID, Accession Number
 * @param dates of studies; null = any
 * @param name of patients; null = any
 * @param characterSet of the identifier
 */
public record Query(
        Model model,
        Level level,
        Map<Level, List<Condition>> conditions,
        Set<Integer> returned,
        boolean allSupported,
        Map<Level, List<String>> uniqueKeys,
        Map<Integer, String> exact,
        @org.jspecify.annotations.Nullable RangeMatch dates,
        @org.jspecify.annotations.Nullable NameMatch name,
        SpecificCharacterSet characterSet) {

    public Query {
        conditions = Map.copyOf(conditions);
        returned = Set.copyOf(returned);
        uniqueKeys = Map.copyOf(uniqueKeys);
        exact = Map.copyOf(exact);
    }

    /** Whether all conditions of this level are met. */
    public boolean isMet(Level of, Attributes attributes) {
        for (Condition condition : conditions.getOrDefault(of, List.of())) {
            if (!condition.isMetBy(attributes)) {
                return false;
            }
        }
        return true;
    }

    public boolean hasConditions(Level of) {
        return conditions.containsKey(of);
    }

    /** Whether an answer holds one of these. */
    public boolean returnsAny(List<Integer> tags) {
        return tags.stream().anyMatch(returned::contains);
    }

    /** Values of a unique key; empty = any. */
    public List<String> unique(Level of) {
        return uniqueKeys.getOrDefault(of, List.of());
    }

    /** Of the issuer, if it is one. */
    public @org.jspecify.annotations.Nullable String issuer() {
        return exact.get(Tag.IssuerOfPatientID);
    }

    @Override
    public String toString() {
        return "Query[" + model + ", " + level + "]";
    }
}
