package org.sallyport.gateway.scp.internal.query;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;

/** Sequence Matching (PS3.4 C.2.2.2.6): an item of the attribute has to meet all keys of the item. Immutable. */
record SequenceMatch(int tag, List<Condition> keys) implements Condition {

    private static final int DEEPEST = 8;

    /** @param key a sequence with one item */
    static SequenceMatch of(Element key) throws BadIdentifier {
        return of(key, 1);
    }

    private static SequenceMatch of(Element key, int depth) throws BadIdentifier {
        if (key.items().size() != 1 || depth > DEEPEST) {
            throw new BadIdentifier(key.tag(), "not one item");
        }
        DataSet item = IdentifierReader.normal(key.items().get(0));
        List<Condition> conditions = new ArrayList<>();
        for (Element element : item.elements()) {
            if (element.isEmpty() || element.tag() == Tag.SpecificCharacterSet) {
                continue;
            }
            conditions.add(
                    element.items().isEmpty()
                            ? IdentifierReader.condition(element.tag(), IdentifierReader.matchers(element, item))
                            : of(element, depth + 1));
        }
        return new SequenceMatch(key.tag(), List.copyOf(conditions));
    }

    @Override
    public boolean isMetBy(Attributes attributes) {
        for (DataSet item : attributes.items(tag)) {
            Attributes of = Attributes.of(item);
            if (keys.stream().allMatch(key -> key.isMetBy(of))) {
                return true;
            }
        }
        return false;
    }
}
