package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.VR;

/** Dummy values (PS3.15 E.1.1: not empty, fitting the value representation). Pure. */
final class Dummies {

    private Dummies() {}

    static Element of(int tag, VR vr) {
        return Element.of(tag, vr, bytes(vr));
    }

    private static byte[] bytes(VR vr) {
        return switch (vr) {
            case AS -> text("000Y");
            case DA -> text("19000101");
            case DT -> text("19000101000000");
            case TM -> text("000000");
            case DS, IS -> text("0");
            case UR -> text("urn:removed");
            case AE, CS, LO, LT, PN, SH, ST, UC, UT -> text("REMOVED");
            case UI, SQ -> throw new IllegalStateException(vr + " has no dummy");
            case AT -> new byte[4];
            default -> new byte[Math.max(vr.unit(), 2)];
        };
    }

    private static byte[] text(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }
}
