package org.sallyport.gateway.deid.internal;

import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;

/**
 * Lays the private blocks that are kept side by side, from (gggg,0010) on, in their order (PS3.5 7.8.1): which others there were is not told. Pure
 * functions.
 */
final class PrivateBlocks {

    private static final int FIRST = 0x10;

    private PrivateBlocks() {}

    /**
     * @param kept private elements that stay, without creators
     * @param enclosing the data set that they come from
     * @return these elements and the creators of their blocks; what does not move is the same element as before
     */
    static List<Element> rebased(List<Element> kept, DataSet enclosing) {
        TreeSet<Integer> creators = new TreeSet<>(Integer::compareUnsigned);
        for (Element element : kept) {
            creators.add(Tag.privateCreatorOf(element.tag()));
        }
        Map<Integer, Integer> moved = new HashMap<>();
        int group = 0;
        int next = FIRST;
        List<Element> rebased = new ArrayList<>();
        for (int creator : creators) {
            if (Tag.group(creator) != group) {
                group = Tag.group(creator);
                next = FIRST;
            }
            int to = Tag.of(group, next++);
            moved.put(creator, to);
            Element element = enclosing.get(creator);
            if (element != null) {
                rebased.add(at(element, to));
            }
        }
        for (Element element : kept) {
            int to = moved.getOrDefault(Tag.privateCreatorOf(element.tag()), 0);
            rebased.add(at(element, Tag.of(Tag.group(to), Tag.element(to) << 8 | Tag.element(element.tag()) & 0xFF)));
        }
        return rebased;
    }

    private static Element at(Element element, int tag) {
        return element.tag() == tag ? element : new Element(tag, element.vr(), element.value());
    }
}
