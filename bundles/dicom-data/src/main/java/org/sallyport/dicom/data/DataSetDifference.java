package org.sallyport.dicom.data;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;

/** Compares data sets by value; speaks of tags only. Padding to even length and the form of sequence lengths are of no meaning. */
public final class DataSetDifference {

    private DataSetDifference() {}

    /** Where the data sets differ, as {@code (0040,0275)[0].(0040,0007)}; empty if they are equal. */
    public static List<String> between(DataSet one, DataSet other) throws IOException {
        List<String> found = new ArrayList<>();
        compare("", one, other, found);
        return found;
    }

    private static void compare(String path, DataSet one, DataSet other, List<String> found) throws IOException {
        TreeSet<Integer> tags = new TreeSet<>(Integer::compareUnsigned);
        one.elements().forEach(element -> tags.add(element.tag()));
        other.elements().forEach(element -> tags.add(element.tag()));
        for (int tag : tags) {
            compare(path + Tag.format(tag), one.get(tag), other.get(tag), found);
        }
    }

    private static void compare(String path, @Nullable Element one, @Nullable Element other, List<String> found)
            throws IOException {
        if (one == null || other == null || one.items().size() != other.items().size()) {
            found.add(path);
            return;
        }
        if (one.value() instanceof Value.Items) {
            for (int i = 0; i < one.items().size(); i++) {
                compare(path + "[" + i + "].", one.items().get(i), other.items().get(i), found);
            }
        }
        if (!sameBytes(one, other)) {
            found.add(path);
        }
    }

    private static boolean sameBytes(Element one, Element other) throws IOException {
        if (one.value() instanceof Value.Fragments a && other.value() instanceof Value.Fragments b) {
            return a.fragments().size() == b.fragments().size()
                    && java.util.stream.IntStream.range(0, a.fragments().size())
                            .allMatch(i -> samePadded(
                                    a.fragments().get(i), b.fragments().get(i), 0));
        }
        if (one.value() instanceof Value.Bytes a && other.value() instanceof Value.Bytes b) {
            return samePadded(a.bytes(), b.bytes(), one.vr().padding());
        }
        if (one.value() instanceof Value.Items || other.value() instanceof Value.Items) {
            return one.value() instanceof Value.Items && other.value() instanceof Value.Items;
        }
        if (one.value() instanceof Value.Fragments || other.value() instanceof Value.Fragments) {
            return false;
        }
        try (InputStream a = open(one.value());
                InputStream b = open(other.value())) {
            byte[] left = a.readAllBytes();
            return samePadded(left, b.readAllBytes(), one.vr().padding());
        }
    }

    private static InputStream open(Value value) throws IOException {
        if (value instanceof Value.Bulk bulk) {
            return bulk.open();
        }
        return value instanceof Value.Bytes bytes
                ? new java.io.ByteArrayInputStream(bytes.bytes())
                : InputStream.nullInputStream();
    }

    private static boolean samePadded(byte[] one, byte[] other, int padding) {
        byte[] shorter = one.length <= other.length ? one : other;
        byte[] longer = shorter == one ? other : one;
        if (longer.length - shorter.length > 1
                || longer.length != shorter.length && longer[longer.length - 1] != padding) {
            return false;
        }
        return Arrays.equals(shorter, 0, shorter.length, longer, 0, shorter.length);
    }
}
