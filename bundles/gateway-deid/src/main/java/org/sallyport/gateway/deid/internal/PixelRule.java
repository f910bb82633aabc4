package org.sallyport.gateway.deid.internal;

import java.util.List;
import org.sallyport.dicom.image.Region;

/**
 * A profile's rule for pixels. Immutable.
 *
 * @param name by which people know it
 * @param regions to be blanked
 */
record PixelRule(String name, Scope scope, Verdict verdict, List<Region> regions) {

    /** What becomes of the pixels. */
    enum Verdict {
        /** The regions are blanked. */
        BLANK,
        /** All but the regions of (0018,6011) Sequence of Ultrasound Regions is blanked. */
        BLANK_OUTSIDE_ULTRASOUND,
        /** They hold no text: they pass as they are. */
        KEEP,
        /** A person has to look at them. */
        HOLD
    }

    PixelRule {
        regions = List.copyOf(regions);
    }
}
