package org.sallyport.gateway.deid.internal;

import java.util.List;
import java.util.Locale;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;

/**
 * What a profile's rules may ask of an object as a whole. Missing text is empty, missing numbers are 0.
 *
 * @param rows and columns of a frame
 * @param imageType values of Image Type (0008,0008) in capitals
 */
record ObjectKind(
        String sopClassUid,
        String modality,
        String manufacturer,
        String model,
        int rows,
        int columns,
        List<String> imageType) {

    /** Nothing is known of it. */
    static final ObjectKind UNKNOWN = new ObjectKind("", "", "", "", 0, 0, List.of());

    ObjectKind {
        imageType = List.copyOf(imageType);
    }

    /** @param head the elements before the pixel data */
    static ObjectKind of(DataSet head) {
        return new ObjectKind(
                text(head.string(Tag.SOPClassUID)),
                text(head.string(Tag.Modality)).toUpperCase(Locale.ROOT),
                text(head.string(Tag.Manufacturer)),
                text(head.string(Tag.ManufacturerModelName)),
                Math.max(0, head.intValue(Tag.Rows, 0)),
                Math.max(0, head.intValue(Tag.Columns, 0)),
                head.strings(Tag.ImageType).stream()
                        .map(value -> value.toUpperCase(Locale.ROOT))
                        .toList());
    }

    private static String text(@Nullable String value) {
        return value == null ? "" : value;
    }

    @Override
    public String toString() {
        return "ObjectKind[" + sopClassUid + "]";
    }
}
