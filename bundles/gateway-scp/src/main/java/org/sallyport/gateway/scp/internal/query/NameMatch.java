package org.sallyport.gateway.scp.internal.query;

import java.util.List;

/**
 * Matching of PN by component group (PS3.4 C.2.2.2.1, C.2.2.2.4): a key of one group matches a name that has such a group, whichever; one of several is
 * compared group by group, and an empty group of it matches any. Immutable.
 */
public final class NameMatch implements ValueMatch {

    private final List<String> groups;
    private final List<Glob> patterns;

    public NameMatch(String key) {
        this.groups = Names.groups(key);
        this.patterns = groups.stream().map(Glob::new).toList();
    }

    @Override
    public boolean matches(String value) {
        return matchesFolded(Names.groups(value));
    }

    /** @param name as {@link Names#groups} gives it */
    public boolean matchesFolded(List<String> name) {
        if (patterns.size() == 1) {
            Glob only = patterns.get(0);
            return name.stream().anyMatch(group -> !group.isEmpty() && only.matches(group));
        }
        for (int i = 0; i < patterns.size(); i++) {
            String group = i < name.size() ? name.get(i) : "";
            if (!groups.get(i).isEmpty() && !patterns.get(i).matches(group)) {
                return false;
            }
        }
        return true;
    }

    /** Folded pieces of which every match holds each, in whichever group. */
    public List<String> literals() {
        return patterns.stream().flatMap(pattern -> pattern.literals().stream()).toList();
    }

    /** The folded characters that the first group of every match begins with; empty = none, or it is not the first group that has to match. */
    public String prefix() {
        return groups.size() == 1 ? patterns.get(0).prefix() : "";
    }
}
