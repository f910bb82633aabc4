package org.sallyport.gateway.deid.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;

/** Encodes data sets in explicit VR big endian (PS3.5 A.3), which the project reads but does not write. */
final class BigEndian {

    private final DataOutputStream out;

    private BigEndian(DataOutputStream out) {
        this.out = out;
    }

    static byte[] encode(DataSet dataSet) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        new BigEndian(new DataOutputStream(bytes)).write(dataSet);
        return bytes.toByteArray();
    }

    private void write(DataSet dataSet) throws IOException {
        for (Element element : dataSet.elements()) {
            tag(element.tag());
            out.write(element.vr().name().getBytes(StandardCharsets.US_ASCII));
            if (element.vr() == VR.SQ) {
                out.writeShort(0);
                out.writeInt(-1);
                for (DataSet item : element.items()) {
                    tag(Tag.Item);
                    out.writeInt(-1);
                    write(item);
                    tag(Tag.ItemDelimitationItem);
                    out.writeInt(0);
                }
                tag(Tag.SequenceDelimitationItem);
                out.writeInt(0);
            } else {
                value(element);
            }
        }
    }

    private void tag(int tag) throws IOException {
        out.writeShort(Tag.group(tag));
        out.writeShort(Tag.element(tag));
    }

    private void value(Element element) throws IOException {
        byte[] little = element.bytes();
        int even = little.length + (little.length & 1);
        if (element.vr().hasLongLength()) {
            out.writeShort(0);
            out.writeInt(even);
        } else {
            out.writeShort(even);
        }
        int unit = element.vr().unit();
        for (int i = 0; i < little.length; i += unit) {
            for (int j = Math.min(unit, little.length - i) - 1; j >= 0; j--) {
                out.writeByte(little[i + j]);
            }
        }
        if (even != little.length) {
            out.writeByte(element.vr().padding());
        }
    }
}
