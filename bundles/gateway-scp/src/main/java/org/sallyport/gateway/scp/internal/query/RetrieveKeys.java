package org.sallyport.gateway.scp.internal.query;

import java.util.EnumMap;
import java.util.List;
import java.util.Map;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;

/**
 * What a C-MOVE or C-GET asks for (PS3.4 C.4.2.2.1): unique keys, at the level asked for perhaps several. Immutable.
 *
 * @param values by level; at the level asked for at least one
 */
public record RetrieveKeys(Level level, Map<Level, List<String>> values) {

    public RetrieveKeys {
        values = Map.copyOf(values);
    }

    /** @param relational whether unique keys of levels above may be missing (PS3.4 C.5.2.1) */
    public static RetrieveKeys of(Model model, DataSet identifier, boolean relational) throws BadIdentifier {
        return of(model, relational, IdentifierReader.normal(identifier));
    }

    private static RetrieveKeys of(Model model, boolean relational, DataSet identifier) throws BadIdentifier {
        Level level = IdentifierReader.level(model, identifier);
        Map<Level, List<String>> values = new EnumMap<>(Level.class);
        for (Level one : Level.values()) {
            int tag = one.uniqueKey();
            List<String> given = identifier.strings(tag).stream()
                    .filter(value -> !value.isEmpty())
                    .toList();
            if (model.top().isBelow(one) || given.isEmpty()) {
                continue;
            }
            if (one.isBelow(level)) {
                throw new BadIdentifier(tag, "a value in a key of a lower level");
            }
            if (tag == Tag.PatientID
                    ? given.size() != 1 || Glob.isOne(given.get(0))
                    : level.isBelow(one) && given.size() != 1) {
                throw new BadIdentifier(tag, "one value only");
            }
            values.put(one, tag == Tag.PatientID ? given : IdentifierReader.uids(tag, given));
        }
        if (!values.containsKey(level)) {
            throw new BadIdentifier(level.uniqueKey(), "the unique key is missing");
        }
        for (Level above : Level.values()) {
            if (!relational && level.isBelow(above) && !model.top().isBelow(above)) {
                IdentifierReader.requireSingle(above, values.getOrDefault(above, List.of()));
            }
        }
        return new RetrieveKeys(level, values);
    }

    public List<String> of(Level one) {
        return values.getOrDefault(one, List.of());
    }

    @Override
    public String toString() {
        return "RetrieveKeys[" + level + "]";
    }
}
