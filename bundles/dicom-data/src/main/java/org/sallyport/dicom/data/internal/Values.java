package org.sallyport.dicom.data.internal;

import java.nio.ByteBuffer;
import java.nio.ByteOrder;
import java.nio.charset.StandardCharsets;
import java.util.ArrayList;
import java.util.List;
import java.util.function.Supplier;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;

/** Between bytes of an element and Java values. Pure functions. */
public final class Values {

    private Values() {}

    /** Splits text of the default repertoire at backslashes and trims each value. */
    public static List<String> split(byte[] bytes) {
        return split(new String(bytes, StandardCharsets.ISO_8859_1));
    }

    private static List<String> split(String text) {
        if (text.isEmpty()) {
            return List.of();
        }
        List<String> values = new ArrayList<>(1);
        int start = 0;
        for (int end = text.indexOf('\\'); end >= 0; end = text.indexOf('\\', start)) {
            values.add(trim(text.substring(start, end)));
            start = end + 1;
        }
        values.add(trim(text.substring(start)));
        return values;
    }

    public static List<String> strings(Element element, Supplier<SpecificCharacterSet> characterSet) {
        byte[] bytes = element.bytes();
        VR vr = element.vr();
        if (bytes.length == 0) {
            return List.of();
        }
        if (vr.usesCharacterSet()) {
            SpecificCharacterSet set = characterSet.get();
            if (!vr.isMultiValuedText()) {
                return List.of(trimEnd(set.decode(bytes)));
            }
            List<String> values = vr == VR.PN ? set.decodeNames(bytes) : set.decodeValues(bytes);
            return values.stream().map(Values::trim).toList();
        }
        if (vr.isText()) {
            String text = new String(bytes, StandardCharsets.ISO_8859_1);
            return vr.isMultiValuedText() ? split(text) : List.of(trimEnd(text));
        }
        return numbers(vr, bytes);
    }

    private static List<String> numbers(VR vr, byte[] bytes) {
        ByteBuffer buffer = ByteBuffer.wrap(bytes).order(ByteOrder.LITTLE_ENDIAN);
        int width = vr == VR.AT ? 4 : vr.unit();
        if (width == 1) {
            return List.of();
        }
        List<String> values = new ArrayList<>(bytes.length / width);
        while (buffer.remaining() >= width) {
            values.add(
                    switch (vr) {
                        case US, OW -> Integer.toString(buffer.getShort() & 0xFFFF);
                        case SS -> Short.toString(buffer.getShort());
                        case UL, OL -> Long.toString(buffer.getInt() & 0xFFFFFFFFL);
                        case SL -> Integer.toString(buffer.getInt());
                        case SV -> Long.toString(buffer.getLong());
                        case UV, OV -> Long.toUnsignedString(buffer.getLong());
                        case FL, OF -> Float.toString(buffer.getFloat());
                        case FD, OD -> Double.toString(buffer.getDouble());
                        case AT -> Tag.format((buffer.getShort() & 0xFFFF) << 16 | buffer.getShort() & 0xFFFF);
                        default -> throw new IllegalStateException("no numbers in " + vr);
                    });
        }
        return values;
    }

    /** Text of one or more values, joined by backslashes where the value representation allows. */
    public static byte[] encode(VR vr, SpecificCharacterSet characterSet, String... values) {
        if (!vr.isText()) {
            throw new IllegalArgumentException(vr + " takes no text");
        }
        String text = String.join("\\", values);
        return vr.usesCharacterSet() ? characterSet.encode(text) : text.getBytes(StandardCharsets.US_ASCII);
    }

    public static byte[] encode(VR vr, long... values) {
        if (vr.isText()) {
            StringBuilder text = new StringBuilder();
            for (long value : values) {
                text.append(text.isEmpty() ? "" : "\\").append(value);
            }
            return text.toString().getBytes(StandardCharsets.US_ASCII);
        }
        int width = vr == VR.AT ? 4 : vr.unit();
        ByteBuffer buffer = ByteBuffer.allocate(values.length * width).order(ByteOrder.LITTLE_ENDIAN);
        for (long value : values) {
            switch (vr) {
                case AT -> buffer.putShort((short) (value >>> 16)).putShort((short) value);
                case FL, OF -> buffer.putFloat((float) value);
                case FD, OD -> buffer.putDouble((double) value);
                default -> put(buffer, width, value);
            }
        }
        return buffer.array();
    }

    private static void put(ByteBuffer buffer, int width, long value) {
        switch (width) {
            case 1 -> buffer.put((byte) value);
            case 2 -> buffer.putShort((short) value);
            case 4 -> buffer.putInt((int) value);
            default -> buffer.putLong(value);
        }
    }

    /** Without leading spaces and trailing spaces and NULs. */
    private static String trim(String text) {
        int start = 0;
        while (start < text.length() && text.charAt(start) == ' ') {
            start++;
        }
        return trimEnd(text.substring(start));
    }

    private static String trimEnd(String text) {
        int end = text.length();
        while (end > 0 && (text.charAt(end - 1) == ' ' || text.charAt(end - 1) == 0)) {
            end--;
        }
        return text.substring(0, end);
    }
}
