package org.sallyport.gateway.deid.internal;

import java.io.DataInputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/**
 * Elements as bytes that give back the very same elements: representation, items and fragments as they were, and for a value that lies elsewhere
 * where it lies. Only read after it was authenticated. Pure.
 */
final class RecordCode {

    private static final int BYTES = 0;
    private static final int ITEMS = 1;
    private static final int FRAGMENTS = 2;
    private static final int BLOCK = 3;
    private static final int DEEPEST = 64;
    /** Of a value held in memory; longer ones lie in blocks of their own. */
    private static final int LONGEST = 96 << 20;

    private RecordCode() {}

    /** A value that lies in a block of its own. */
    record Block(long offset, long length) {}

    /** A value that knows its block. */
    interface InBlock extends Value.Bulk {
        Block block();
    }

    /** Finds the value that lies in a block. */
    @FunctionalInterface
    interface Blocks {
        Value.Bulk value(Block block);
    }

    static void write(DataOutputStream out, DataSet dataSet) throws IOException {
        number(out, dataSet.size());
        for (Element element : dataSet.elements()) {
            write(out, element);
        }
    }

    private static void write(DataOutputStream out, Element element) throws IOException {
        out.writeInt(element.tag());
        out.writeBytes(element.vr().name());
        Value value = element.value();
        if (value instanceof Value.Bytes bytes) {
            out.writeByte(BYTES);
            number(out, bytes.bytes().length);
            out.write(bytes.bytes());
        } else if (value instanceof Value.Items items) {
            out.writeByte(ITEMS);
            number(out, items.items().size());
            for (DataSet item : items.items()) {
                write(out, item);
            }
        } else if (value instanceof Value.Fragments fragments) {
            out.writeByte(FRAGMENTS);
            number(out, fragments.fragments().size());
            for (byte[] fragment : fragments.fragments()) {
                number(out, fragment.length);
                out.write(fragment);
            }
        } else if (value instanceof InBlock placed) {
            out.writeByte(BLOCK);
            number(out, placed.block().offset());
            number(out, placed.block().length());
        } else {
            throw new IOException("a value that lies elsewhere, and not in a block");
        }
    }

    static DataSet read(DataInputStream in, Blocks blocks) throws IOException {
        return read(in, blocks, DEEPEST);
    }

    private static DataSet read(DataInputStream in, Blocks blocks, int depth) throws IOException {
        if (depth == 0) {
            throw new IOException("items nested deeper than " + DEEPEST);
        }
        DataSet dataSet = new DataSet();
        for (int left = length(in); left > 0; left--) {
            int tag = in.readInt();
            VR vr = vr(in);
            dataSet.put(new Element(tag, vr, value(in, blocks, depth)));
        }
        return dataSet;
    }

    private static VR vr(DataInputStream in) throws IOException {
        String name = "" + (char) in.readUnsignedByte() + (char) in.readUnsignedByte();
        try {
            return VR.valueOf(name);
        } catch (IllegalArgumentException e) {
            throw new IOException("no value representation", e);
        }
    }

    private static Value value(DataInputStream in, Blocks blocks, int depth) throws IOException {
        int kind = in.readUnsignedByte();
        return switch (kind) {
            case BYTES -> new Value.Bytes(bytes(in));
            case ITEMS -> {
                List<DataSet> items = new ArrayList<>();
                for (int left = length(in); left > 0; left--) {
                    items.add(read(in, blocks, depth - 1));
                }
                yield new Value.Items(items);
            }
            case FRAGMENTS -> {
                List<byte[]> fragments = new ArrayList<>();
                for (int left = length(in); left > 0; left--) {
                    fragments.add(bytes(in));
                }
                yield new Value.Fragments(fragments);
            }
            case BLOCK -> blocks.value(new Block(number(in), number(in)));
            default -> throw new IOException("a value of no known kind");
        };
    }

    private static byte[] bytes(DataInputStream in) throws IOException {
        byte[] bytes = new byte[length(in)];
        in.readFully(bytes);
        return bytes;
    }

    private static int length(DataInputStream in) throws IOException {
        long length = number(in);
        if (length > LONGEST) {
            throw new IOException("a length out of range");
        }
        return (int) length;
    }

    /** Seven bits a byte, the lowest first. */
    static void number(DataOutputStream out, long value) throws IOException {
        long left = value;
        while (left >= 0x80) {
            out.writeByte((int) (left & 0x7F | 0x80));
            left >>>= 7;
        }
        out.writeByte((int) left);
    }

    static long number(DataInputStream in) throws IOException {
        long value = 0;
        for (int shift = 0; shift < 63; shift += 7) {
            int next = in.readUnsignedByte();
            value |= (long) (next & 0x7F) << shift;
            if (next < 0x80) {
                return value;
            }
        }
        throw new IOException("a number that does not end");
    }
}
