package org.sallyport.dicom.data;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.util.HexFormat;
import java.util.List;
import java.util.Random;
import org.sallyport.dicom.data.internal.ByteOrders;

/** Data sets made up for tests, and what they are compared by. */
final class Samples {

    private Samples() {}

    /** An attribute of the dictionary with the value representation: the Selector Values (PS3.3 C.23.4.2.1.1) have one for each. */
    static int tagOf(VR vr) {
        return Dictionary.tagOf(vr == VR.SQ ? "SelectorCodeSequenceValue" : "Selector" + vr + "Value")
                .orElseThrow();
    }

    /** A value of even length with several numbers or components. */
    static byte[] valueOf(VR vr) {
        if (vr.isText()) {
            String text =
                    switch (vr) {
                        case UI -> "1.2.840.10008.1.1\\1.2.3\0";
                        case UR -> "https://example.org/a?b=c\\d ";
                        case LT, ST, UT -> "  two lines\r\nand a back\\slash ";
                        default -> "ONE\\TWO\\ THREE";
                    };
            byte[] bytes = text.getBytes(StandardCharsets.US_ASCII);
            return (bytes.length & 1) == 0 ? bytes : (text + " ").getBytes(StandardCharsets.US_ASCII);
        }
        byte[] bytes = new byte[32];
        new Random(vr.name().hashCode()).nextBytes(bytes);
        return bytes;
    }

    /** One element of every value representation, in every place: top level, nested, in private blocks; and group 60xx. */
    static DataSet everything() {
        DataSet all = everyVr();
        DataSet inner = everyVr();
        inner.setItems(Tag.ReferencedImageSequence, new DataSet(), everyVr());
        all.setItems(Tag.ReferencedSeriesSequence, inner, new DataSet());
        all.setItems(Tag.ReferencedStudySequence);
        all.setString(0x00090010, VR.LO, "ACME 1.0");
        all.put(Element.of(0x00091001, VR.UN, new byte[] {1, 2, 3, 4}));
        all.setInt(0x60023000, VR.OW, 1, 2, 3);
        all.setInt(Tag.PixelRepresentation, VR.US, 1);
        all.setInt(Tag.SmallestImagePixelValue, VR.SS, -5);
        all.put(Element.of(Tag.PixelData, VR.OW, new byte[64]));
        return all;
    }

    static DataSet everyVr() {
        DataSet all = new DataSet();
        for (VR vr : VR.values()) {
            if (vr != VR.SQ) {
                all.put(Element.of(tagOf(vr), vr, valueOf(vr)));
            }
        }
        return all;
    }

    static byte[] written(DataSet dataSet, TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(out, syntax);
        writer.write(dataSet);
        writer.finish();
        return out.toByteArray();
    }

    /** A second encoder, of all that the writer does not write: big endian and defined lengths. */
    static byte[] encoded(DataSet dataSet, TransferSyntax syntax, boolean definedLengths) {
        Bytes out = syntax.bigEndian() ? Bytes.bigEndian() : Bytes.littleEndian();
        for (Element element : dataSet.elements()) {
            encode(element, out, syntax, definedLengths);
        }
        return out.bytes();
    }

    private static void encode(Element element, Bytes out, TransferSyntax syntax, boolean definedLengths) {
        if (element.value() instanceof Value.Items items) {
            Bytes content = syntax.bigEndian() ? Bytes.bigEndian() : Bytes.littleEndian();
            for (DataSet item : items.items()) {
                byte[] body = encoded(item, syntax, definedLengths);
                content.item(definedLengths ? body.length : Bytes.UNDEFINED).raw(body);
                if (!definedLengths) {
                    content.endOfItem();
                }
            }
            header(element, out, syntax, definedLengths ? content.size() : Bytes.UNDEFINED);
            out.raw(content.bytes());
            if (!definedLengths) {
                out.endOfSequence();
            }
            return;
        }
        byte[] bytes = element.bytes().clone();
        if (syntax.bigEndian()) {
            ByteOrders.swap(bytes, 0, bytes.length, element.vr().unit());
        }
        header(element, out, syntax, bytes.length);
        out.raw(bytes);
    }

    private static void header(Element element, Bytes out, TransferSyntax syntax, long length) {
        if (syntax.explicitVr()) {
            out.explicit(element.tag(), element.vr().name(), length);
        } else {
            out.implicit(element.tag(), length);
        }
    }

    /** All of a data set as lines, so that a comparison shows where it fails. */
    static String show(DataSet dataSet) {
        StringBuilder text = new StringBuilder();
        show(dataSet, "", text);
        return text.toString();
    }

    private static void show(DataSet dataSet, String indent, StringBuilder text) {
        for (Element element : dataSet.elements()) {
            text.append(indent).append(Tag.format(element.tag())).append(' ').append(element.vr());
            if (element.value() instanceof Value.Items items) {
                text.append('\n');
                for (DataSet item : items.items()) {
                    text.append(indent).append("  item\n");
                    show(item, indent + "    ", text);
                }
            } else if (element.value() instanceof Value.Fragments fragments) {
                fragments.fragments().forEach(f -> text.append(" fragment ").append(hex(f)));
                text.append('\n');
            } else {
                text.append(' ').append(hex(element.bytes())).append('\n');
            }
        }
    }

    private static String hex(byte[] bytes) {
        return HexFormat.of().formatHex(bytes);
    }

    static List<TransferSyntax> written() {
        return List.of(
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
    }
}
