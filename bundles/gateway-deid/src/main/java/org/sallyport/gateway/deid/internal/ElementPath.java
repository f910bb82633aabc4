package org.sallyport.gateway.deid.internal;

import java.util.Arrays;
import java.util.List;
import org.sallyport.dicom.data.Dictionary;

/** Where in nested sequences an attribute stands. Changed while the data set is walked; owned by one thread. */
final class ElementPath {

    private int[] tags = new int[8];
    private int[] items = new int[8];
    private int depth;

    /** Goes to an attribute of the data set that is looked at. */
    void at(int tag) {
        tags[depth] = tag;
    }

    /** Goes into an item of the sequence that is looked at. */
    void enter(int item) {
        items[depth] = item;
        depth++;
        if (depth == tags.length) {
            tags = Arrays.copyOf(tags, depth * 2);
            items = Arrays.copyOf(items, depth * 2);
        }
    }

    void leave() {
        depth--;
    }

    /** 0 = top level. */
    int depth() {
        return depth;
    }

    /** Whether the attribute stands just there, in whatever items. */
    boolean is(List<Integer> path) {
        if (path.size() != depth + 1) {
            return false;
        }
        for (int i = 0; i <= depth; i++) {
            if (path.get(i) != tags[i]) {
                return false;
            }
        }
        return true;
    }

    /** Whether the attribute is, or stands at any depth inside of, a sequence with this tag. */
    boolean isInside(int tag) {
        for (int i = 0; i < depth; i++) {
            if (tags[i] == tag) {
                return true;
            }
        }
        return false;
    }

    /** For people: {@code RequestAttributesSequence[0].ScheduledProcedureStepID}. Holds no value. */
    @Override
    public String toString() {
        StringBuilder text = new StringBuilder();
        for (int i = 0; i < depth; i++) {
            text.append(Dictionary.keywordOf(tags[i]))
                    .append('[')
                    .append(items[i])
                    .append("].");
        }
        return text.append(Dictionary.keywordOf(tags[depth])).toString();
    }
}
