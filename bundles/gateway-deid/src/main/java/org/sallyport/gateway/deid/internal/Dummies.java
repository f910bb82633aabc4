package org.sallyport.gateway.deid.internal;

import java.nio.charset.StandardCharsets;
import java.util.Map;
import java.util.Set;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/** Dummy values (PS3.15 E.1.1: not empty, fitting the value representation). Pure. */
final class Dummies {

    /** Values that the standard enumerates, without which an item of a report is none (PS3.3 C.17.3, C.18): they tell nobody. */
    private static final Map<Integer, Set<String>> ENUMERATED = Map.of(
            Tag.RelationshipType,
            Set.of(
                    "CONTAINS",
                    "HAS OBS CONTEXT",
                    "HAS ACQ CONTEXT",
                    "HAS CONCEPT MOD",
                    "HAS PROPERTIES",
                    "INFERRED FROM",
                    "SELECTED FROM"),
            Tag.ValueType,
            Set.of(
                    "TEXT",
                    "NUM",
                    "CODE",
                    "DATETIME",
                    "DATE",
                    "TIME",
                    "UIDREF",
                    "PNAME",
                    "COMPOSITE",
                    "IMAGE",
                    "WAVEFORM",
                    "SCOORD",
                    "SCOORD3D",
                    "TCOORD",
                    "CONTAINER",
                    "TABLE"),
            Tag.ContinuityOfContent,
            Set.of("SEPARATE", "CONTINUOUS"));

    private Dummies() {}

    /** Whether a value is as good as a dummy: one of a list of the standard. */
    static boolean isEnumerated(Element element) {
        Set<String> values = ENUMERATED.get(element.tag());
        return values != null
                && element.value() instanceof Value.Bytes
                && values.contains(new String(element.bytes(), StandardCharsets.ISO_8859_1).strip());
    }

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
