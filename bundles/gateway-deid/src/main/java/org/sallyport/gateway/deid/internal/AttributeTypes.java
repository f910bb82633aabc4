package org.sallyport.gateway.deid.internal;

import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;

/** The types (PS3.5 7.4) that attributes have at top level in the IODs that are treated here: what de-identification must leave of them. */
final class AttributeTypes {

    private static final String EVERY = "*";
    private static final Map<Integer, Map<String, AttributeType>> TYPES = read();

    private AttributeTypes() {}

    private static Map<Integer, Map<String, AttributeType>> read() {
        Map<Integer, Map<String, AttributeType>> types = new HashMap<>();
        for (String[] row : Table.read("attribute-types.tsv", 3)) {
            Map<String, AttributeType> byFamily = new LinkedHashMap<>();
            for (String entry : row[2].split(" ", -1)) {
                String[] parts = entry.split("=", -1);
                byFamily.put(parts[0], type(parts[1]));
            }
            types.put((int) Long.parseLong(row[0], 16), byFamily);
        }
        return types;
    }

    private static AttributeType type(String digit) {
        return switch (digit) {
            case "1" -> AttributeType.VALUE;
            case "2" -> AttributeType.PRESENCE;
            case "3" -> AttributeType.NOTHING;
            default -> throw new IllegalStateException("attribute-types.tsv: type " + digit);
        };
    }

    /** @param families of the SOP class; none = a class that is not known here */
    static AttributeType of(int tag, Set<String> families) {
        Map<String, AttributeType> byFamily = TYPES.get(tag);
        if (byFamily == null || families.isEmpty()) {
            return AttributeType.UNKNOWN;
        }
        for (Map.Entry<String, AttributeType> entry : byFamily.entrySet()) {
            if (entry.getKey().equals(EVERY) || families.contains(entry.getKey())) {
                return entry.getValue();
            }
        }
        return AttributeType.UNKNOWN;
    }
}
