package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.HashSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.OptionalInt;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.UidRegistry;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.image.Region;

/** Makes a profile of its files. Whatever is not understood is refused. Pure functions. */
final class ProfileParser {

    private static final SchemaCheck SCHEMA = SchemaCheck.of("profile.schema.json");

    /** Decided by the gateway itself: a rule for one of them would be passed over, or make objects that are none. */
    private static final Set<Integer> NO_RULE = Set.of(
            Tag.SpecificCharacterSet,
            Tag.SOPClassUID,
            Tag.SOPInstanceUID,
            Tag.StudyInstanceUID,
            Tag.SeriesInstanceUID,
            Tag.PatientName,
            Tag.PatientID,
            Tag.PatientIdentityRemoved,
            Tag.DeidentificationMethod,
            Tag.DeidentificationMethodCodeSequence,
            Tag.LongitudinalTemporalInformationModified,
            Tag.FloatPixelData,
            Tag.DoubleFloatPixelData,
            Tag.PixelData);

    private ProfileParser() {}

    /**
     * @param name the file's name without {@code .yaml}
     * @throws IOException naming file, line, rule and what is allowed
     */
    static Profile read(Path folder, String name) throws IOException {
        return parse(ProfileSource.read(folder, name));
    }

    /** @throws ProfileException naming file, line, rule and what is allowed */
    static Profile parse(ProfileSource source) throws ProfileException {
        YamlValue root = source.document();
        SCHEMA.check(root);
        Set<Option> options = options(root);
        YamlValue version = root.field("version");
        YamlValue cleaner = root.field("pixel-cleaner");
        YamlValue ocr = root.field("ocr");
        if (options.contains(Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES) != (cleaner != null)) {
            throw (cleaner == null ? root : cleaner)
                    .problem(
                            "clean-recognizable-visual-features and pixel-cleaner go together: the option needs a plug-in,"
                                    + " named by pixel-cleaner");
        }
        Set<String> names = new HashSet<>();
        List<ProfileRule> rules = new ArrayList<>();
        for (YamlValue rule : list(root, "rules")) {
            rules.add(rule(rule, name(rule, names)));
        }
        List<ClassRule> classes = new ArrayList<>();
        for (YamlValue rule : list(root, "classes")) {
            classes.add(new ClassRule(
                    name(rule, names), scope(rule), text(rule, "action").equals("hold")));
        }
        List<PixelRule> pixels = new ArrayList<>();
        for (YamlValue rule : list(root, "pixels")) {
            pixels.add(pixelRule(rule, name(rule, names), options));
        }
        return new Profile(
                source.name(),
                version == null ? "1" : version.text(),
                source.hash(),
                options,
                rules,
                classes,
                pixels,
                source.terms(),
                cleaner == null ? null : cleaner.text(),
                ocr != null && ocr.text().equals("true"));
    }

    private static List<YamlValue> list(YamlValue root, String field) throws ProfileException {
        YamlValue list = root.field(field);
        return list == null ? List.of() : list.items();
    }

    private static String text(YamlValue rule, String field) throws ProfileException {
        YamlValue value = rule.field(field);
        return value == null ? "" : value.text();
    }

    private static String name(YamlValue rule, Set<String> names) throws ProfileException {
        String name = text(rule, "name");
        if (!names.add(name)) {
            throw rule.problem("rule \"" + name + "\": there are two of this name");
        }
        return name;
    }

    private static Set<Option> options(YamlValue root) throws ProfileException {
        EnumSet<Option> options = EnumSet.noneOf(Option.class);
        for (YamlValue option : list(root, "options")) {
            Option.of(option.text()).ifPresent(options::add);
        }
        if (options.contains(Option.RETAIN_FULL_DATES) && options.contains(Option.RETAIN_MODIFIED_DATES)) {
            throw root.problem("options: only one of " + Option.RETAIN_FULL_DATES.id() + " and "
                    + Option.RETAIN_MODIFIED_DATES.id() + " is possible");
        }
        return options;
    }

    private static ProfileRule rule(YamlValue rule, String name) throws ProfileException {
        Action action =
                Action.valueOf(text(rule, "action").toUpperCase(Locale.ROOT).replace('-', '_'));
        YamlValue value = rule.field("value");
        if ((action == Action.REPLACE) != (value != null)) {
            throw rule.problem("rule \"" + name + "\": replace and value go together");
        }
        if (value != null && !value.text().chars().allMatch(c -> c >= ' ' && c < 127)) {
            throw value.problem("rule \"" + name + "\": value must be ASCII");
        }
        Set<Integer> tags = tags(rule, name);
        List<Integer> path = path(rule, name);
        ProfileRule.PrivateBlock block = privateBlock(rule, name);
        int ways = (tags.isEmpty() ? 0 : 1) + (path.isEmpty() ? 0 : 1) + (block == null ? 0 : 1);
        if (ways > 1) {
            throw rule.problem("rule \"" + name + "\": only one of attribute, path and private is possible");
        }
        Set<VR> vrs = vrs(rule, name);
        YamlValue text = rule.field("text");
        if (ways == 0 && vrs.isEmpty() && text == null) {
            throw rule.problem("rule \"" + name + "\": needs attribute, path, private, vr or text");
        }
        if (action == Action.REPLACE && tags.isEmpty() && path.isEmpty()) {
            throw rule.problem("rule \"" + name + "\": replace needs attribute or path");
        }
        return new ProfileRule(
                name,
                scope(rule),
                tags,
                path,
                block,
                vrs,
                text == null ? null : expression(text, name),
                action,
                value == null ? null : value.text());
    }

    private static Set<Integer> tags(YamlValue rule, String name) throws ProfileException {
        Set<Integer> tags = new LinkedHashSet<>();
        YamlValue attribute = rule.field("attribute");
        for (YamlValue each : attribute == null ? List.<YamlValue>of() : attribute.oneOrMore()) {
            int tag = tag(each, each.text(), name);
            if (NO_RULE.contains(tag) || Tag.group(tag) < 0x0008) {
                throw each.problem("rule \"" + name + "\": " + each.text()
                        + " cannot have one, the gateway itself decides what becomes of it");
            }
            tags.add(Rules.firstOfRepeating(tag));
        }
        return tags;
    }

    private static List<Integer> path(YamlValue rule, String name) throws ProfileException {
        List<Integer> path = new ArrayList<>();
        YamlValue value = rule.field("path");
        if (value != null) {
            for (String step : value.text().split("/", -1)) {
                path.add(tag(value, step.strip(), name));
            }
            if (NO_RULE.contains(path.get(path.size() - 1)) && path.size() == 1) {
                throw value.problem("rule \"" + name + "\": " + value.text()
                        + " cannot have one, the gateway itself decides what becomes of it");
            }
        }
        return path;
    }

    private static int tag(YamlValue where, String text, String name) throws ProfileException {
        if (text.matches("\\([0-9A-Fa-f]{4},[0-9A-Fa-f]{4}\\)")) {
            int tag = (int) Long.parseLong(text.substring(1, 5) + text.substring(6, 10), 16);
            if (Tag.isPrivate(tag)) {
                throw where.problem("rule \"" + name + "\": " + text
                        + " is private; blocks move, so name it by private: creator and element");
            }
            return tag;
        }
        OptionalInt tag = Dictionary.tagOf(text);
        if (tag.isEmpty()) {
            throw where.problem(
                    "rule \"" + name + "\": \"" + text + "\" is no keyword of PS3.6 and no tag like (0010,0010)");
        }
        return tag.getAsInt();
    }

    private static ProfileRule.@Nullable PrivateBlock privateBlock(YamlValue rule, String name)
            throws ProfileException {
        YamlValue block = rule.field("private");
        if (block == null) {
            return null;
        }
        String group = text(block, "group");
        String element = text(block, "element");
        int number = group.isEmpty() ? 0 : Integer.parseInt(group, 16);
        if (!group.isEmpty() && (number & 1) == 0) {
            throw block.problem("rule \"" + name + "\": private: group " + group + " is even; private groups are odd");
        }
        return new ProfileRule.PrivateBlock(
                text(block, "creator"), number, element.isEmpty() ? -1 : Integer.parseInt(element, 16));
    }

    private static Set<VR> vrs(YamlValue rule, String name) throws ProfileException {
        EnumSet<VR> vrs = EnumSet.noneOf(VR.class);
        YamlValue value = rule.field("vr");
        for (YamlValue each : value == null ? List.<YamlValue>of() : value.oneOrMore()) {
            try {
                vrs.add(VR.valueOf(each.text()));
            } catch (IllegalArgumentException e) {
                throw each.problem("rule \"" + name + "\": \"" + each.text() + "\" is no value representation");
            }
        }
        return vrs;
    }

    private static Scope scope(YamlValue rule) throws ProfileException {
        Set<String> classes = new LinkedHashSet<>();
        YamlValue value = rule.field("class");
        for (YamlValue each : value == null ? List.<YamlValue>of() : value.oneOrMore()) {
            classes.add(sopClass(each, text(rule, "name")));
        }
        Set<String> modalities = new LinkedHashSet<>();
        YamlValue modality = rule.field("modality");
        for (YamlValue each : modality == null ? List.<YamlValue>of() : modality.oneOrMore()) {
            modalities.add(each.text().strip().toUpperCase(Locale.ROOT));
        }
        String name = text(rule, "name");
        YamlValue manufacturer = rule.field("manufacturer");
        YamlValue model = rule.field("model");
        YamlValue rows = rule.field("rows");
        YamlValue columns = rule.field("columns");
        YamlValue imageType = rule.field("image-type");
        return new Scope(
                classes,
                modalities,
                manufacturer == null ? null : expression(manufacturer, name),
                model == null ? null : expression(model, name),
                rows == null ? 0 : rows.number(),
                columns == null ? 0 : columns.number(),
                imageType == null ? null : imageType.text().strip().toUpperCase(Locale.ROOT));
    }

    private static String sopClass(YamlValue value, String name) throws ProfileException {
        if (Uids.isValid(value.text())) {
            return value.text();
        }
        return UidRegistry.ofType("SOP Class").stream()
                .filter(uid -> UidRegistry.keyword(uid).equals(value.text()))
                .findFirst()
                .orElseThrow(() -> value.problem("rule \"" + name + "\": class \"" + value.text()
                        + "\" is no UID and no keyword of a SOP class (PS3.6 Annex A)"));
    }

    private static BoundedPattern expression(YamlValue value, String name) throws ProfileException {
        try {
            return new BoundedPattern(value.text());
        } catch (IllegalArgumentException e) {
            throw value.problem("rule \"" + name + "\": \"" + value.text() + "\" " + e.getMessage());
        }
    }

    private static PixelRule pixelRule(YamlValue rule, String name, Set<Option> options) throws ProfileException {
        YamlValue blank = rule.field("blank");
        YamlValue action = rule.field("action");
        if ((blank == null) == (action == null)) {
            throw rule.problem("rule \"" + name + "\": needs one of blank and action");
        }
        if (blank == null) {
            PixelRule.Verdict verdict =
                    text(rule, "action").equals("keep") ? PixelRule.Verdict.KEEP : PixelRule.Verdict.HOLD;
            return new PixelRule(name, scope(rule), verdict, List.of());
        }
        if (!options.contains(Option.CLEAN_PIXEL_DATA)) {
            throw blank.problem("rule \"" + name + "\": blank needs the option " + Option.CLEAN_PIXEL_DATA.id());
        }
        if (blank.items().isEmpty()) {
            return new PixelRule(name, scope(rule), PixelRule.Verdict.BLANK_OUTSIDE_ULTRASOUND, List.of());
        }
        List<Region> regions = new ArrayList<>();
        for (YamlValue rectangle : blank.items()) {
            List<YamlValue> numbers = rectangle.items();
            int width = numbers.get(2).number();
            int height = numbers.get(3).number();
            if (width == 0 || height == 0) {
                throw rectangle.problem("rule \"" + name + "\": width and height must be 1 or more");
            }
            regions.add(new Region(numbers.get(0).number(), numbers.get(1).number(), width, height));
        }
        return new PixelRule(name, scope(rule), PixelRule.Verdict.BLANK, regions);
    }
}
