package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Set;
import java.util.zip.DataFormatException;
import java.util.zip.Deflater;
import java.util.zip.Inflater;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Value;

/**
 * A record as what differs from another one, deflated with that one as dictionary: what a series has in common takes room once. Pure.
 */
final class RecordDelta {

    /** What deflate looks back (RFC 1951). */
    private static final int WINDOW = 32 * 1024;
    /** Of a record without its values in blocks. */
    private static final int LONGEST = 128 << 20;

    private RecordDelta() {}

    /** What the first record of a study is told by. */
    static final IdentityRecord NOTHING = new IdentityRecord(Set.of(), new DataSet());

    /** @return deflated */
    static byte[] write(IdentityRecord record, IdentityRecord base) throws IOException {
        DataSet changed = new DataSet();
        for (Element element : record.originals().elements()) {
            Element known = base.originals().get(element.tag());
            if (known == null || !isSame(known, element)) {
                changed.put(element);
            }
        }
        List<Integer> missing = base.originals().elements().stream()
                .map(Element::tag)
                .filter(tag -> !record.originals().contains(tag))
                .toList();
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        // With their order: what is given back has to be the same bytes.
        boolean sameAdded = List.copyOf(record.added()).equals(List.copyOf(base.added()));
        out.writeBoolean(sameAdded);
        if (!sameAdded) {
            tags(out, record.added());
        }
        tags(out, missing);
        RecordCode.write(out, changed);
        return deflate(bytes.toByteArray(), dictionary(base));
    }

    static IdentityRecord read(byte[] deflated, IdentityRecord base, RecordCode.Blocks blocks) throws IOException {
        DataInputStream in = new DataInputStream(new ByteArrayInputStream(inflate(deflated, dictionary(base))));
        Set<Integer> added = in.readBoolean() ? base.added() : new LinkedHashSet<>(tags(in));
        DataSet originals = new DataSet();
        base.originals().elements().forEach(originals::put);
        for (int tag : tags(in)) {
            originals.remove(tag);
        }
        RecordCode.read(in, blocks).elements().forEach(originals::put);
        return new IdentityRecord(added, originals);
    }

    private static void tags(DataOutputStream out, Collection<Integer> tags) throws IOException {
        RecordCode.number(out, tags.size());
        for (int tag : tags) {
            out.writeInt(tag);
        }
    }

    private static List<Integer> tags(DataInputStream in) throws IOException {
        List<Integer> tags = new ArrayList<>();
        for (long left = RecordCode.number(in); left > 0; left--) {
            tags.add(in.readInt());
        }
        return tags;
    }

    /** The end of the base's own elements: the longest of them would push the others out of the window. */
    private static byte[] dictionary(IdentityRecord base) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        RecordCode.write(out, base.originals());
        byte[] all = bytes.toByteArray();
        return all.length <= WINDOW ? all : Arrays.copyOfRange(all, all.length - WINDOW, all.length);
    }

    private static byte[] deflate(byte[] plain, byte[] dictionary) {
        Deflater deflater = new Deflater(Deflater.BEST_COMPRESSION, true);
        try {
            deflater.setDictionary(dictionary);
            deflater.setInput(plain);
            deflater.finish();
            ByteArrayOutputStream out = new ByteArrayOutputStream(plain.length / 2 + 64);
            byte[] chunk = new byte[4096];
            while (!deflater.finished()) {
                out.write(chunk, 0, deflater.deflate(chunk));
            }
            return out.toByteArray();
        } finally {
            deflater.end();
        }
    }

    private static byte[] inflate(byte[] deflated, byte[] dictionary) throws IOException {
        Inflater inflater = new Inflater(true);
        try {
            inflater.setDictionary(dictionary);
            inflater.setInput(deflated);
            ByteArrayOutputStream out = new ByteArrayOutputStream(deflated.length * 4);
            byte[] chunk = new byte[4096];
            while (!inflater.finished()) {
                int n = inflater.inflate(chunk);
                out.write(chunk, 0, n);
                if (n == 0 && inflater.needsInput() || out.size() > LONGEST) {
                    throw new IOException("a compact record is cut off or too long");
                }
            }
            return out.toByteArray();
        } catch (DataFormatException e) {
            throw new IOException("a compact record does not inflate", e);
        } finally {
            inflater.end();
        }
    }

    private static boolean isSame(Element one, Element other) {
        return one.vr() == other.vr() && isSame(one.value(), other.value());
    }

    private static boolean isSame(Value one, Value other) {
        if (one instanceof Value.Bytes a && other instanceof Value.Bytes b) {
            return Arrays.equals(a.bytes(), b.bytes());
        }
        if (one instanceof Value.Items a && other instanceof Value.Items b) {
            return a.items().size() == b.items().size()
                    && java.util.stream.IntStream.range(0, a.items().size())
                            .allMatch(i -> isSame(a.items().get(i), b.items().get(i)));
        }
        if (one instanceof Value.Fragments a && other instanceof Value.Fragments b) {
            return a.fragments().size() == b.fragments().size()
                    && java.util.stream.IntStream.range(0, a.fragments().size())
                            .allMatch(i -> Arrays.equals(
                                    a.fragments().get(i), b.fragments().get(i)));
        }
        return one instanceof RecordCode.InBlock a
                && other instanceof RecordCode.InBlock b
                && a.block().equals(b.block());
    }

    private static boolean isSame(DataSet one, DataSet other) {
        List<Element> a = one.elements();
        List<Element> b = other.elements();
        return a.size() == b.size()
                && java.util.stream.IntStream.range(0, a.size())
                        .allMatch(i -> a.get(i).tag() == b.get(i).tag() && isSame(a.get(i), b.get(i)));
    }
}
