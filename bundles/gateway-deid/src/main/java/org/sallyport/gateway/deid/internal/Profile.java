package org.sallyport.gateway.deid.internal;

import java.util.BitSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;

/**
 * A de-identification profile: Basic with options, and rules that go before the tables. Immutable, but for rules that are remembered once they are
 * worked out; thread-safe.
 */
final class Profile {

    private static final String NO_HASH = "0".repeat(64);

    /** The strictest: Basic without options. */
    static final Profile BASIC = of("basic", Set.of());

    private static final int MOST_KINDS = 500;

    private record Key(Set<String> families, BitSet rules) {}

    private final String name;
    private final String version;
    private final String hash;
    private final Set<Option> options;
    private final List<ProfileRule> rules;
    private final List<ClassRule> classRules;
    private final List<PixelRule> pixelRules;
    private final TermList terms;
    private final TextCleaner cleaner;
    private final @Nullable String pixelCleaner;
    private final boolean ocr;
    private final Map<Key, Rules> compiled = new ConcurrentHashMap<>();

    /**
     * @param name as written into De-identification Method (0012,0063)
     * @param version as its author says
     * @param hash SHA-256 of all that it consists of, 64 hexadecimal digits
     * @param terms words that Clean Descriptors keeps
     * @param pixelCleaner name of the plug-in that cleans recognizable visual features, or null
     * @param ocr whether text recognition has to agree before doubtful pixels pass
     */
    Profile(
            String name,
            String version,
            String hash,
            Set<Option> options,
            List<ProfileRule> rules,
            List<ClassRule> classRules,
            List<PixelRule> pixelRules,
            TermList terms,
            @Nullable String pixelCleaner,
            boolean ocr) {
        this.name = name;
        this.version = version;
        this.hash = hash;
        this.options = Set.copyOf(options);
        this.rules = List.copyOf(rules);
        this.classRules = List.copyOf(classRules);
        this.pixelRules = List.copyOf(pixelRules);
        this.terms = terms;
        this.cleaner = new TextCleaner(terms);
        this.pixelCleaner = pixelCleaner;
        this.ocr = ocr;
    }

    /** One that was not read from a file. */
    static Profile of(String name, Set<Option> options, ProfileRule... rules) {
        return new Profile(
                name, "1", NO_HASH, options, List.of(rules), List.of(), List.of(), TermList.NONE, null, false);
    }

    String name() {
        return name;
    }

    String version() {
        return version;
    }

    String hash() {
        return hash;
    }

    Set<Option> options() {
        return options;
    }

    List<ProfileRule> rules() {
        return rules;
    }

    List<ClassRule> classRules() {
        return classRules;
    }

    List<PixelRule> pixelRules() {
        return pixelRules;
    }

    /** Words that cleaning keeps. */
    TermList terms() {
        return terms;
    }

    TextCleaner cleaner() {
        return cleaner;
    }

    @Nullable
    String pixelCleaner() {
        return pixelCleaner;
    }

    boolean ocr() {
        return ocr;
    }

    boolean has(Option option) {
        return options.contains(option);
    }

    /** Whether dates are moved. */
    boolean shiftsDates() {
        return has(Option.RETAIN_MODIFIED_DATES);
    }

    /** The profile's rules that count for an object. */
    List<ProfileRule> rulesFor(ObjectKind kind) {
        return rules.stream().filter(rule -> rule.scope().covers(kind)).toList();
    }

    /**
     * The rules for an object: worked out once for all objects of the same families of classes that the same rules count for.
     *
     * @throws Doubt if that cannot be told
     */
    Rules compiled(ObjectKind kind) {
        BitSet counting = new BitSet(rules.size());
        for (int i = 0; i < rules.size(); i++) {
            counting.set(i, rules.get(i).scope().covers(kind));
        }
        Set<String> families = SopClasses.familiesOf(kind.sopClassUid());
        Key key = new Key(families, counting);
        Rules known = compiled.get(key);
        if (known == null) {
            known = new Rules(
                    this, families, counting.stream().mapToObj(rules::get).toList());
            if (compiled.size() < MOST_KINDS) {
                compiled.put(key, known);
            }
        }
        return known;
    }

    @Override
    public String toString() {
        return name + " version " + version + " " + hash.substring(0, 12);
    }
}
