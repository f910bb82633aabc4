package org.sallyport.gateway.deid.internal;

import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * A profile's rule for attributes; what is not said does not matter. Immutable.
 *
 * @param name by which people know it
 * @param tags of a repeating group the first; empty = any that are not private
 * @param path tags from top level down to the attribute; empty = at every depth
 * @param privateBlock the private attributes that it is for, or null
 * @param vrs as received; empty = all
 * @param text is found in the value, or null
 * @param value of {@link Action#REPLACE}
 */
record ProfileRule(
        String name,
        Scope scope,
        Set<Integer> tags,
        List<Integer> path,
        @Nullable PrivateBlock privateBlock,
        Set<VR> vrs,
        @Nullable BoundedPattern text,
        Action action,
        @Nullable String value) {

    /**
     * @param group odd; 0 = any
     * @param element within the block, 0x00–0xFF; -1 = all of the block
     */
    record PrivateBlock(String creator, int group, int element) {

        boolean covers(int tag, @Nullable String itsCreator) {
            return creator.equals(itsCreator)
                    && (group == 0 || group == Tag.group(tag))
                    && (element < 0 || element == (Tag.element(tag) & 0xFF));
        }
    }

    ProfileRule {
        tags = Set.copyOf(tags);
        path = List.copyOf(path);
        vrs = Set.copyOf(vrs);
    }

    /** A rule for one attribute in all objects. */
    static ProfileRule of(int tag, Action action) {
        return new ProfileRule(
                Dictionary.keywordOf(tag), Scope.ALL, Set.of(tag), List.of(), null, Set.of(), null, action, null);
    }

    Decision decision() {
        String by = "rule \"" + name + "\"";
        return action == Action.CLEAN ? Decision.clean(Action.DUMMY, by) : new Decision(action, action, value, by);
    }

    /** Whether it may be for such an attribute, wherever that stands and whatever it holds. */
    boolean mayCover(int tag, VR vr, @Nullable String creator) {
        if (!vrs.isEmpty() && !vrs.contains(vr)) {
            return false;
        }
        if (privateBlock != null) {
            return privateBlock.covers(tag, creator);
        }
        if (!path.isEmpty()) {
            return path.get(path.size() - 1) == tag;
        }
        return tags.isEmpty() ? !Tag.isPrivate(tag) : tags.contains(Rules.firstOfRepeating(tag));
    }

    /** Whether {@link #mayCover} is all that has to be asked. */
    boolean isStatic() {
        return path.isEmpty() && text == null;
    }

    /** Whether it is for this attribute, which it may cover. */
    boolean covers(Element element, DataSet enclosing, ElementPath place) {
        return (path.isEmpty() || place.is(path)) && (text == null || findsText(text, element, enclosing));
    }

    private boolean findsText(BoundedPattern pattern, Element element, DataSet enclosing) {
        if (!(element.value() instanceof Value.Bytes)) {
            // Too long to be looked at, or no text: the rule is kept where it takes something away.
            return element.vr().isText() && action != Action.KEEP && action != Action.SHIFT;
        }
        if (!element.vr().isText()) {
            return false;
        }
        return pattern.finds(String.join("\\", enclosing.strings(element.tag())));
    }
}
