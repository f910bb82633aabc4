package org.sallyport.dicom.data;

import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collections;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.internal.Values;

/**
 * A data set (PS3.5 7): elements in tag order. Owned by one thread. Typed access reads the bytes anew each time; nothing is cached. Has no
 * {@code toString} that shows values.
 */
public final class DataSet {

    private static final Element[] NONE = {};

    private int[] keys = {};
    private Element[] elements = NONE;
    private int size;
    private SpecificCharacterSet inherited = SpecificCharacterSet.DEFAULT;

    public int size() {
        return size;
    }

    public boolean isEmpty() {
        return size == 0;
    }

    public @Nullable Element get(int tag) {
        int at = find(tag);
        return at < 0 ? null : elements[at];
    }

    public boolean contains(int tag) {
        return find(tag) >= 0;
    }

    /** Puts an element, in place of one with the same tag. */
    public void put(Element element) {
        int at = find(element.tag());
        if (at >= 0) {
            elements[at] = element;
        } else {
            insert(-at - 1, element);
        }
        if (element.tag() == Tag.SpecificCharacterSet) {
            passOnCharacterSet();
        } else if (element.value() instanceof Value.Items items
                && !items.items().isEmpty()) {
            SpecificCharacterSet own = characterSet();
            items.items().forEach(item -> item.inherit(own));
        }
    }

    private void insert(int at, Element element) {
        if (size == keys.length) {
            int capacity = Math.max(8, size + (size >> 1));
            keys = Arrays.copyOf(keys, capacity);
            elements = Arrays.copyOf(elements, capacity);
        }
        System.arraycopy(keys, at, keys, at + 1, size - at);
        System.arraycopy(elements, at, elements, at + 1, size - at);
        keys[at] = element.tag() ^ Integer.MIN_VALUE;
        elements[at] = element;
        size++;
    }

    public void remove(int tag) {
        int at = find(tag);
        if (at < 0) {
            return;
        }
        size--;
        System.arraycopy(keys, at + 1, keys, at, size - at);
        System.arraycopy(elements, at + 1, elements, at, size - at);
        elements[size] = null;
        if (tag == Tag.SpecificCharacterSet) {
            passOnCharacterSet();
        }
    }

    /** The elements in tag order, as they are now. */
    public List<Element> elements() {
        return Collections.unmodifiableList(Arrays.asList(Arrays.copyOf(elements, size)));
    }

    private int find(int tag) {
        int key = tag ^ Integer.MIN_VALUE;
        if (size == 0 || key > keys[size - 1]) {
            return -size - 1;
        }
        return Arrays.binarySearch(keys, 0, size, key);
    }

    /** The character set in force: this data set's own, else the enclosing one's (PS3.5 7.5.3). */
    public SpecificCharacterSet characterSet() {
        Element own = get(Tag.SpecificCharacterSet);
        return own == null ? inherited : SpecificCharacterSet.of(Values.split(own.bytes()));
    }

    void inherit(SpecificCharacterSet enclosing) {
        if (!inherited.equals(enclosing)) {
            inherited = enclosing;
            passOnCharacterSet();
        }
    }

    private void passOnCharacterSet() {
        SpecificCharacterSet own = characterSet();
        for (int i = 0; i < size; i++) {
            elements[i].items().forEach(item -> item.inherit(own));
        }
    }

    /** The first value as text, decoded and trimmed; null if there is none or it is empty. */
    public @Nullable String string(int tag) {
        List<String> all = strings(tag);
        return all.isEmpty() || all.get(0).isEmpty() ? null : all.get(0);
    }

    /** The values as text, decoded and trimmed; numbers in decimal. Empty if absent, empty or not held in memory. */
    public List<String> strings(int tag) {
        Element element = get(tag);
        return element == null ? List.of() : Values.strings(element, this::characterSet);
    }

    /** The first value as a whole number, from binary or text (IS). */
    public int intValue(int tag, int otherwise) {
        Element element = get(tag);
        if (element == null) {
            return otherwise;
        }
        String text = string(tag);
        if (text == null) {
            return otherwise;
        }
        try {
            return Integer.parseInt(text.startsWith("+") ? text.substring(1) : text);
        } catch (NumberFormatException e) {
            return otherwise;
        }
    }

    /** The items of a sequence; empty if absent. */
    public List<DataSet> items(int tag) {
        Element element = get(tag);
        return element == null ? List.of() : element.items();
    }

    /** Puts text in the dictionary's value representation, encoded by {@link #characterSet()}. */
    public void setString(int tag, String... values) {
        setString(tag, Dictionary.vrOf(tag), values);
    }

    public void setString(int tag, VR vr, String... values) {
        put(Element.of(tag, vr, Values.encode(vr, characterSet(), values)));
    }

    /** Puts whole numbers as US, SS, UL, SL, IS, … whatever the dictionary says. */
    public void setInt(int tag, long... values) {
        setInt(tag, Dictionary.vrOf(tag), values);
    }

    public void setInt(int tag, VR vr, long... values) {
        put(Element.of(tag, vr, Values.encode(vr, values)));
    }

    public void setItems(int tag, DataSet... items) {
        put(Element.sequence(tag, List.of(items)));
    }

    /** The private creator that reserves the block of a private tag (PS3.5 7.8.1), or null. */
    public @Nullable String privateCreator(int tag) {
        return Tag.isPrivate(tag) && !Tag.isPrivateCreator(tag) ? string(Tag.privateCreatorOf(tag)) : null;
    }

    /** A copy that shares values but no items. */
    public DataSet copy() {
        DataSet copy = new DataSet();
        copy.keys = Arrays.copyOf(keys, size);
        copy.elements = Arrays.copyOf(elements, size);
        copy.size = size;
        copy.inherited = inherited;
        for (int i = 0; i < size; i++) {
            if (elements[i].value() instanceof Value.Items items) {
                List<DataSet> copies = new ArrayList<>();
                items.items().forEach(item -> copies.add(item.copy()));
                copy.elements[i] = Element.sequence(elements[i].tag(), copies);
            }
        }
        return copy;
    }

    @Override
    public String toString() {
        return "DataSet[" + size + " elements]";
    }
}
