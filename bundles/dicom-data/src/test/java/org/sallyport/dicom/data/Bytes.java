package org.sallyport.dicom.data;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;

/** Encodings put together by hand, so that what is read is not what the writer under test wrote. */
final class Bytes {

    static final long UNDEFINED = 0xFFFFFFFFL;

    private final ByteArrayOutputStream out = new ByteArrayOutputStream();
    private final boolean bigEndian;

    private Bytes(boolean bigEndian) {
        this.bigEndian = bigEndian;
    }

    static Bytes littleEndian() {
        return new Bytes(false);
    }

    static Bytes bigEndian() {
        return new Bytes(true);
    }

    Bytes u16(int value) {
        out.write(bigEndian ? value >>> 8 : value);
        out.write(bigEndian ? value : value >>> 8);
        return this;
    }

    Bytes u32(long value) {
        int high = (int) (value >>> 16);
        int low = (int) value;
        return bigEndian ? u16(high).u16(low) : u16(low).u16(high);
    }

    Bytes tag(int tag) {
        return u16(Tag.group(tag)).u16(Tag.element(tag));
    }

    Bytes raw(byte... bytes) {
        out.writeBytes(bytes);
        return this;
    }

    Bytes text(String text) {
        return raw(text.getBytes(StandardCharsets.ISO_8859_1));
    }

    Bytes hex(String hex) {
        return raw(HexFormat.of().parseHex(hex.replace(" ", "")));
    }

    /** Header of an explicit VR element; the letters decide on the form of the length. */
    Bytes explicit(int tag, String vr, long length) {
        tag(tag).text(vr);
        VR known = VR.ofCode(vr.charAt(0), vr.charAt(1));
        return known == null || known.hasLongLength() ? u16(0).u32(length) : u16((int) length);
    }

    Bytes explicit(int tag, String vr, String value) {
        return explicit(tag, vr, value.length()).text(value);
    }

    Bytes implicit(int tag, long length) {
        return tag(tag).u32(length);
    }

    Bytes implicit(int tag, String value) {
        return implicit(tag, value.length()).text(value);
    }

    Bytes item(long length) {
        return implicit(Tag.Item, length);
    }

    Bytes endOfItem() {
        return implicit(Tag.ItemDelimitationItem, 0);
    }

    Bytes endOfSequence() {
        return implicit(Tag.SequenceDelimitationItem, 0);
    }

    int size() {
        return out.size();
    }

    byte[] bytes() {
        return out.toByteArray();
    }

    DataSet read(TransferSyntax syntax) throws IOException {
        return DataSetReader.readAll(new ByteArrayInputStream(bytes()), syntax, Limits.DEFAULT);
    }

    /** Gives one byte at a time, however many are asked for. */
    static InputStream dripping(byte[] bytes) {
        return new InputStream() {
            private int next;

            @Override
            public int read() {
                return next < bytes.length ? bytes[next++] & 0xFF : -1;
            }

            @Override
            public int read(byte[] to, int offset, int length) {
                if (length == 0) {
                    return 0;
                }
                int b = read();
                if (b < 0) {
                    return -1;
                }
                to[offset] = (byte) b;
                return 1;
            }
        };
    }
}
