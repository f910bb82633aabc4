package org.sallyport.gateway.delivery.internal;

import java.io.IOException;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.osgi.framework.Filter;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.sallyport.gateway.api.vault.IdentityVault;

/**
 * A study as the filters of routes see it: its treated attributes, and of {@link InstanceFacts#KEYED_ATTRIBUTES} those original values that a filter
 * compares with as a whole and whose keyed digests the study has. So nobody is shown a value that he did not write into the filter himself. Immutable.
 */
final class RoutedStudy {

    private final Map<String, Object> treated;
    private final Set<String> lookupKeys;
    private final Supplier<@Nullable IdentityVault> vault;

    /** @param lookupKeys of its images */
    RoutedStudy(Map<String, Object> treated, Set<String> lookupKeys, Supplier<@Nullable IdentityVault> vault) {
        this.treated = Map.copyOf(treated);
        this.lookupKeys = Set.copyOf(lookupKeys);
        this.vault = vault;
    }

    static RoutedStudy of(StudyRecord study, List<StoredInstance> instances, Supplier<@Nullable IdentityVault> vault) {
        Set<String> keys = new HashSet<>();
        instances.forEach(instance -> keys.addAll(instance.facts().lookupKeys()));
        return new RoutedStudy(StudyDelivery.facts(study, instances).attributes(), keys, vault);
    }

    /** @throws IOException if a filter asks for an original and the vault is not there: then nobody can tell */
    Map<String, Object> seenBy(Route route) throws IOException {
        Map<String, Object> seen = new HashMap<>(treated);
        for (Filter filter : route.filters()) {
            for (FilterComparisons.Whole asked : FilterComparisons.whole(filter)) {
                if (InstanceFacts.KEYED_ATTRIBUTES.contains(asked.attribute()) && had(asked, route)) {
                    seen.put(asked.attribute(), with(seen.get(asked.attribute()), asked.value()));
                }
            }
        }
        return seen;
    }

    private boolean had(FilterComparisons.Whole asked, Route route) throws IOException {
        if (lookupKeys.isEmpty()) {
            return false;
        }
        IdentityVault open = vault.get();
        if (open == null) {
            throw new IOException("the filter of destination " + route.name() + " asks for " + asked.attribute()
                    + ", and the vault is not there");
        }
        return lookupKeys.contains(open.lookupKey(asked.attribute(), asked.value()));
    }

    private static Object with(@Nullable Object have, String value) {
        Set<String> all = new LinkedHashSet<>();
        if (have instanceof String[] many) {
            all.addAll(Arrays.asList(many));
        } else if (have != null) {
            all.add(have.toString());
        }
        all.add(value);
        return StudyDelivery.one(all);
    }
}
