package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.deid.internal.IdentityValue.Kind;
import org.sallyport.gateway.deid.internal.LeakPatterns.Reach;

/**
 * Searches a treated data set for identifying values: all text, private and unknown bytes, documents, overlays and curves. Owned by one thread, used for
 * one data set.
 */
final class LeakScan {

    /** Makers' words, which may be somebody's name too: there only whole names count. */
    private static final Set<Integer> MAKERS = Set.of(
            Tag.Manufacturer,
            Tag.ManufacturerModelName,
            Tag.SoftwareVersions,
            Tag.ConvolutionKernel,
            Tag.SequenceName,
            Tag.PulseSequenceName,
            Tag.ReceiveCoilName,
            Tag.TransmitCoilName,
            Tag.ReceiveCoilManufacturerName,
            Tag.ImplementationVersionName,
            Tag.DeidentificationMethod);

    private static final int CHUNK = 1 << 20;
    /** No value that is searched for is longer. */
    private static final int OVERLAP = 4 << 10;

    private static final long LONGEST = 256L << 20;

    private final LeakPatterns patterns;
    private final Tokens tokens = new Tokens();
    private final ElementPath place = new ElementPath();

    LeakScan(LeakPatterns patterns) {
        this.patterns = patterns;
    }

    /** @throws Leak if a value stands there */
    void check(DataSet treated) throws IOException {
        if (!patterns.isEmpty()) {
            walk(treated);
        }
    }

    /** Whether a value stands in one element at top level. */
    boolean stands(Element element, DataSet enclosing) throws IOException {
        try {
            place.at(element.tag());
            look(element, enclosing);
            return false;
        } catch (Leak e) {
            return true;
        }
    }

    private void walk(DataSet dataSet) throws IOException {
        for (Element element : dataSet.elements()) {
            place.at(element.tag());
            look(element, dataSet);
        }
    }

    private void look(Element element, DataSet enclosing) throws IOException {
        if (element.vr() == VR.SQ) {
            List<DataSet> items = element.items();
            for (int i = 0; i < items.size(); i++) {
                place.enter(i);
                walk(items.get(i));
                place.leave();
            }
            return;
        }
        Kind found = find(element, enclosing);
        if (found != null) {
            throw new Leak(place.toString(), found);
        }
    }

    private @Nullable Kind find(Element element, DataSet enclosing) throws IOException {
        if (element.isEmpty() || Dummies.isEnumerated(element)) {
            return null;
        }
        return switch (element.vr()) {
            case LO, SH, LT, ST, UT, UC, PN, UR ->
                element.value() instanceof Value.Bytes
                        ? inText(element, enclosing, Reach.FREE_TEXT, !isMakers(element, enclosing))
                        : inBulk(element);
            case CS, AE -> inText(element, enclosing, Reach.ANY_TEXT, true);
            case DS, IS -> inText(element, enclosing, Reach.ANY_TEXT, false);
            case UN, OB -> element.tag() == Tag.EncapsulatedDocument ? inDocument(element, enclosing) : inBulk(element);
            case OW -> isDrawing(element.tag()) || Tag.isPrivate(element.tag()) ? inBulk(element) : null;
            // Dates, times, UIDs and numbers: decided by the rules alone, which map, move or keep them.
            default -> null;
        };
    }

    private static boolean isDrawing(int tag) {
        int group = Tag.group(tag) & 0xFF00;
        return group == 0x6000 || group == 0x5000;
    }

    private static boolean isMakers(Element element, DataSet enclosing) {
        return MAKERS.contains(element.tag())
                || Tag.isPrivateCreator(element.tag())
                || element.tag() == Tag.CodeMeaning
                        && CodingSchemes.isPublic(enclosing.string(Tag.CodingSchemeDesignator));
    }

    private @Nullable Kind inText(Element element, DataSet enclosing, Reach reach, boolean parts) {
        for (String value : enclosing.strings(element.tag())) {
            Kind found = patterns.find(tokens.read(value), reach, parts, false);
            if (found != null) {
                return found;
            }
        }
        return null;
    }

    private @Nullable Kind inDocument(Element element, DataSet enclosing) throws IOException {
        if (!"application/pdf".equals(enclosing.string(Tag.MIMETypeOfEncapsulatedDocument))
                || !(element.value() instanceof Value.Bytes)) {
            throw new Doubt("a document that cannot be searched for the patient's values");
        }
        Kind found = patterns.find(tokens.read(PdfText.of(element.bytes())), Reach.FREE_TEXT, true, false);
        return found != null ? found : inBytes(element.bytes(), element.bytes().length);
    }

    /** Bytes that may be anything, wherever they lie. */
    private @Nullable Kind inBulk(Element element) throws IOException {
        if (element.value() instanceof Value.Bytes) {
            return inBytes(element.bytes(), element.bytes().length);
        }
        if (element.value() instanceof Value.Fragments fragments) {
            for (byte[] fragment : fragments.fragments()) {
                Kind found = inBytes(fragment, fragment.length);
                if (found != null) {
                    return found;
                }
            }
        }
        if (!(element.value() instanceof Value.Bulk bulk)) {
            return null;
        }
        if (bulk.length() > LONGEST) {
            throw new Doubt(Tag.format(element.tag()) + " is too long to be searched for the patient's values");
        }
        try (InputStream in = bulk.open()) {
            return inStream(in);
        }
    }

    /** Searches a value that is too long for memory while it is read; @throws Leak if a value stands there */
    void checkLong(int tag, VR vr, InputStream in) throws IOException {
        boolean searched = vr.isText() || vr == VR.UN || vr == VR.OB || vr == VR.OW && isDrawing(tag);
        Kind found = searched ? inStream(in) : null;
        if (found != null) {
            throw new Leak(Dictionary.keywordOf(tag), found);
        }
        in.transferTo(OutputStream.nullOutputStream());
    }

    private @Nullable Kind inStream(InputStream in) throws IOException {
        byte[] chunk = new byte[CHUNK];
        int kept = 0;
        int n = in.readNBytes(chunk, 0, CHUNK);
        while (n > 0) {
            Kind found = inBytes(chunk, kept + n);
            if (found != null) {
                return found;
            }
            int from = Math.max(0, kept + n - OVERLAP);
            kept = kept + n - from;
            System.arraycopy(chunk, from, chunk, 0, kept);
            n = in.readNBytes(chunk, kept, CHUNK - kept);
        }
        return null;
    }

    private @Nullable Kind inBytes(byte[] bytes, int length) {
        Kind found = patterns.find(tokens.read(bytes, length, false), Reach.FREE_TEXT, true, true);
        return found != null ? found : patterns.find(tokens.read(bytes, length, true), Reach.FREE_TEXT, true, true);
    }
}
