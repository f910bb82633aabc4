package org.sallyport.gateway.deid.internal;

import java.util.List;
import java.util.Locale;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.image.Region;
import org.sallyport.gateway.deid.internal.SopClasses.Pixels;
import org.sallyport.gateway.deid.internal.SopClasses.SopClass;

/**
 * Whether an object may pass, and what has to be done to its pixels. Immutable.
 *
 * @param held why a person has to decide, in plain words without identity, or null: it may pass
 * @param blanked regions of every frame
 * @param doubtful whether its pixels may hold text, though a rule lets them pass
 */
record Admission(@Nullable String held, List<Region> blanked, boolean doubtful) {

    private static final Set<String> DOUBTFUL_MODALITIES = Set.of("OT", "US", "XC", "SC");

    /** Values of Image Type (0008,0008) that scanners give to pictures of a screen or a page. */
    private static final List<String> SCREENS = List.of(
            "SCREEN SAVE",
            "SCREENSAVE",
            "SCREENSHOT",
            "SCREEN_CAPTURE",
            "SCREENCAPTURE",
            "REPORT",
            "DOSE_INFO",
            "CAPTURE");

    private static final int OVERLAY_BIT_POSITION = 0x0102;
    private static final int OVERLAY_DATA = 0x3000;

    private static final Admission PASS = new Admission(null, List.of(), false);

    Admission {
        blanked = List.copyOf(blanked);
    }

    private static Admission hold(String reason) {
        return new Admission(reason, List.of(), false);
    }

    /** @throws Doubt if a rule cannot be followed surely */
    static Admission of(Head head, ObjectKind kind, Profile profile) {
        ClassRule rule = last(profile.classRules(), kind);
        if (rule != null && rule.held()) {
            return hold("rule \"" + rule.name() + "\" of the profile");
        }
        SopClass known = SopClasses.of(kind.sopClassUid());
        if (rule == null && known == null) {
            return hold("no rule for this SOP class");
        }
        if (rule == null && known != null && known.held() != null) {
            return hold(known.held());
        }
        return head.hasPixelData() ? ofPixels(head.elements(), kind, profile, known) : PASS;
    }

    private static @Nullable ClassRule last(List<ClassRule> rules, ObjectKind kind) {
        ClassRule last = null;
        for (ClassRule rule : rules) {
            last = rule.scope().covers(kind) ? rule : last;
        }
        return last;
    }

    private static Admission ofPixels(DataSet head, ObjectKind kind, Profile profile, @Nullable SopClass known) {
        Pixels pixels = known == null ? Pixels.DOUBTFUL : known.pixels();
        PixelRule rule = null;
        for (PixelRule each : profile.pixelRules()) {
            rule = each.scope().covers(kind) ? each : rule;
        }
        if (rule == null) {
            String doubt = doubt(head, kind, pixels);
            return doubt == null ? PASS : hold(doubt);
        }
        return switch (rule.verdict()) {
            case HOLD -> hold("rule \"" + rule.name() + "\" of the profile");
            case KEEP -> new Admission(null, List.of(), pixels != Pixels.SELDOM || doubt(head, kind, pixels) != null);
            case BLANK -> new Admission(null, rule.regions(), true);
            case BLANK_OUTSIDE_ULTRASOUND -> {
                List<Region> outside = UltrasoundRegions.outside(head, kind);
                yield outside.isEmpty()
                        ? hold("rule \"" + rule.name() + "\": no regions in (0018,6011) to blank the rest of")
                        : new Admission(null, outside, true);
            }
        };
    }

    /** Why pixels that no rule covers may hold text, or show a person; null = there is no reason to think so. */
    private static @Nullable String doubt(DataSet head, ObjectKind kind, Pixels pixels) {
        String burnedIn = head.string(Tag.BurnedInAnnotation);
        String declared = burnedIn == null ? "" : burnedIn.toUpperCase(Locale.ROOT);
        if (declared.equals("YES")) {
            return "the pixels hold text: Burned In Annotation (0028,0301) is YES";
        }
        String features = head.string(Tag.RecognizableVisualFeatures);
        if (features != null && features.toUpperCase(Locale.ROOT).equals("YES")) {
            return "the pixels show a person: Recognizable Visual Features (0028,0302) is YES";
        }
        if (pixels == Pixels.DOUBTFUL) {
            return "the pixels may hold text: no pixel rule for this SOP class";
        }
        if (DOUBTFUL_MODALITIES.contains(kind.modality())) {
            return "the pixels may hold text: no pixel rule for this modality";
        }
        if (head.contains(Tag.ConversionType)) {
            return "the pixels may hold text: a secondary capture, by Conversion Type (0008,0064)";
        }
        for (String value : kind.imageType()) {
            for (String screen : SCREENS) {
                if (value.contains(screen)) {
                    return "the pixels may hold text: a picture of a screen, by Image Type (0008,0008)";
                }
            }
        }
        if (hasOverlayInPixels(head)) {
            return "the pixels may hold text: an overlay in unused bits of the pixel data";
        }
        if (pixels == Pixels.DECLARED && !declared.equals("NO")) {
            return "the pixels may hold text: Burned In Annotation (0028,0301) is not NO";
        }
        return null;
    }

    /** Overlays of long ago lay in bits of the pixels (PS3.3 C.9.2, retired). */
    private static boolean hasOverlayInPixels(DataSet head) {
        for (Element element : head.elements()) {
            int group = Tag.group(element.tag());
            if ((group & 0xFF01) == 0x6000
                    && Tag.element(element.tag()) == OVERLAY_BIT_POSITION
                    && head.intValue(element.tag(), 0) != 0
                    && !head.contains(Tag.of(group, OVERLAY_DATA))) {
                return true;
            }
        }
        return false;
    }

    /** The same, but text has to be looked for. */
    Admission inDoubt() {
        return new Admission(held, blanked, true);
    }

    /** Pixels that a person has looked at pass whatever speaks against them; the regions of a rule are blanked all the same. */
    Admission decidedByAPerson() {
        return new Admission(null, blanked, false);
    }
}
