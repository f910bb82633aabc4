package org.sallyport.gateway.scp.internal.query;

import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.EnumMap;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.SpecificCharacterSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.Uids;
import org.sallyport.dicom.data.VR;
import org.sallyport.dicom.data.Value;

/** Reads the identifier of a C-FIND (PS3.4 C.4.1.1.3). Owned by one thread. */
public final class IdentifierReader {

    /** Values of one key; a list of UIDs may be long. */
    private static final int MOST_VALUES = 10_000;

    /** Date and time of the same moment. */
    private static final Map<Integer, Integer> PAIRS = Map.of(
            Tag.PatientBirthDate, Tag.PatientBirthTime,
            Tag.StudyDate, Tag.StudyTime,
            Tag.SeriesDate, Tag.SeriesTime,
            Tag.PerformedProcedureStepStartDate, Tag.PerformedProcedureStepStartTime,
            Tag.ContentDate, Tag.ContentTime,
            Tag.AcquisitionDate, Tag.AcquisitionTime,
            Tag.InstanceCreationDate, Tag.InstanceCreationTime);

    /**
     * What was negotiated (PS3.4 C.5.1.1).
     *
     * @param relational keys of any level may be missing or have values
     * @param combinedDateTime dates and times are matched together
     */
    public record Negotiated(boolean relational, boolean combinedDateTime) {

        public static final Negotiated NOTHING = new Negotiated(false, false);
    }

    private final Model model;
    private final DataSet identifier;
    private final Negotiated negotiated;
    private final Map<Level, List<Condition>> conditions = new EnumMap<>(Level.class);
    private final Map<Level, List<String>> uniqueKeys = new EnumMap<>(Level.class);
    private final Map<Integer, String> exact = new HashMap<>();
    private final Set<Integer> returned = new HashSet<>();
    private boolean allSupported = true;
    private @Nullable RangeMatch dates;
    private @Nullable NameMatch name;

    private IdentifierReader(Model model, DataSet identifier, Negotiated negotiated) {
        this.model = model;
        this.identifier = identifier;
        this.negotiated = negotiated;
    }

    /** The identifier of a C-FIND. */
    public static Query query(Model model, DataSet identifier, Negotiated negotiated) throws BadIdentifier {
        return new IdentifierReader(model, normal(identifier), negotiated).read();
    }

    /** With the value representations of the dictionary: how a key is matched is not the peer's to say. */
    static DataSet normal(DataSet identifier) throws BadIdentifier {
        DataSet normal = new DataSet();
        String terms = identifier.characterSet().toString();
        if (!terms.isEmpty()) {
            // An item has its own only if it says so; taken out of its sequence it would lose the enclosing one.
            normal.setString(Tag.SpecificCharacterSet, terms.split("\\\\", -1));
        }
        for (Element element : identifier.elements()) {
            VR vr = Dictionary.vrOf(element.tag());
            if (element.vr() == vr || vr == VR.UN) {
                normal.put(element);
            } else if (element.vr() == VR.SQ || vr == VR.SQ || !(element.value() instanceof Value.Bytes)) {
                throw new BadIdentifier(element.tag(), "not of value representation " + vr);
            } else {
                normal.put(Element.of(element.tag(), vr, element.bytes()));
            }
        }
        return normal;
    }

    /** Query/Retrieve Level (0008,0052). */
    static Level level(Model model, DataSet identifier) throws BadIdentifier {
        String text = identifier.string(Tag.QueryRetrieveLevel);
        if (text == null) {
            throw new BadIdentifier(Tag.QueryRetrieveLevel, "no level");
        }
        Level level = Arrays.stream(Level.values())
                .filter(one -> one.name().equals(text))
                .findFirst()
                .orElseThrow(() -> new BadIdentifier(Tag.QueryRetrieveLevel, "unknown level"));
        if (model.top().isBelow(level)) {
            throw new BadIdentifier(Tag.QueryRetrieveLevel, "no such level in this information model");
        }
        return level;
    }

    private Query read() throws BadIdentifier {
        SpecificCharacterSet characterSet = identifier.characterSet();
        if (!characterSet.isKnown()) {
            throw new BadIdentifier(Tag.SpecificCharacterSet, "unknown character set");
        }
        Level level = level(model, identifier);
        Map<Integer, RangeMatch> ranges = new HashMap<>();
        for (Element key : identifier.elements()) {
            read(key, level, ranges);
        }
        ranges.forEach((tag, range) -> addRange(tag, range, ranges));
        if (!negotiated.relational) {
            requireUpperKeys(level);
        }
        return new Query(
                model, level, conditions, returned, allSupported, uniqueKeys, exact, dates, name, characterSet);
    }

    /** Each level above has to be named by its unique key (PS3.4 C.4.1.2.1). */
    private void requireUpperKeys(Level level) throws BadIdentifier {
        for (Level above : Level.values()) {
            if (level.isBelow(above) && !model.top().isBelow(above)) {
                requireSingle(above, uniqueKeys.getOrDefault(above, List.of()));
            }
        }
    }

    static void requireSingle(Level above, List<String> values) throws BadIdentifier {
        if (values.size() != 1) {
            throw new BadIdentifier(
                    above.uniqueKey(),
                    values.isEmpty() ? "the unique key of a level above is missing" : "one value only at this level");
        }
    }

    private void read(Element key, Level level, Map<Integer, RangeMatch> ranges) throws BadIdentifier {
        int tag = key.tag();
        if (Keys.isGeneral(tag)) {
            returned.add(tag);
            if (Keys.isReturnedOnly(tag) && !key.isEmpty()) {
                allSupported = false;
            }
            return;
        }
        Optional<Level> known = Keys.levelOf(tag);
        if (known.isEmpty()) {
            // Timezones and private creators, too: nothing is matched with them, and nothing returned.
            allSupported = false;
            return;
        }
        Level own = model.levelOf(known.get());
        boolean hasValue = !isUniversal(key, identifier);
        if (own.isBelow(level)) {
            if (hasValue) {
                throw new BadIdentifier(tag, "a value in a key of a lower level");
            }
            allSupported = false;
            return;
        }
        returned.add(tag);
        if (!hasValue) {
            return;
        }
        if (Keys.isReturnedOnly(tag)) {
            allSupported = false;
            return;
        }
        Level about = tag == own.uniqueKey() ? own : known.get();
        addCondition(key, about, ranges);
    }

    /** Universal Matching (PS3.4 C.2.2.2.3), of an element in that data set. */
    private static boolean isUniversal(Element key, DataSet in) {
        if (key.isEmpty()) {
            return true;
        }
        if (key.vr() == VR.SQ) {
            return key.items().stream()
                    .allMatch(item -> item.elements().stream().allMatch(element -> isUniversal(element, item)));
        }
        List<String> values = in.strings(key.tag());
        return switch (key.vr()) {
            case UI, DA, TM, DT, AS, DS, IS -> values.stream().allMatch(String::isEmpty);
            default -> key.vr().isText() && values.stream().allMatch(value -> value.matches("\\**"));
        };
    }

    private void addCondition(Element key, Level about, Map<Integer, RangeMatch> ranges) throws BadIdentifier {
        int tag = key.tag();
        if (tag == Tag.StudyInstanceUID || tag == Tag.SeriesInstanceUID || tag == Tag.SOPInstanceUID) {
            uniqueKeys.put(about, uids(tag, identifier.strings(tag)));
        }
        switch (key.vr()) {
            case DA, TM, DT -> {
                List<String> values = identifier.strings(tag);
                if (values.size() != 1) {
                    throw new BadIdentifier(tag, "more than one value");
                }
                RangeMatch range = range(key, values.get(0));
                ranges.put(tag, range);
                if (tag == Tag.StudyDate) {
                    dates = range;
                }
                return;
            }
            case SQ -> add(about, SequenceMatch.of(key));
            default -> add(about, condition(tag, matchers(key, identifier)));
        }
        noteExact(tag);
    }

    /** What indexes are looked into by: values without wildcards. */
    private void noteExact(int tag) throws BadIdentifier {
        List<String> values = identifier.strings(tag);
        if (values.size() != 1) {
            return;
        }
        String value = values.get(0);
        if (tag == Tag.PatientName) {
            name = new NameMatch(value);
        } else if (!Glob.isOne(value)) {
            if (tag == Tag.PatientID) {
                uniqueKeys.put(Level.PATIENT, values);
            }
            if (tag == Tag.PatientID || tag == Tag.AccessionNumber || tag == Tag.IssuerOfPatientID) {
                exact.put(tag, value);
            }
        }
    }

    /** With its time, if both were asked for and it was agreed that they belong together. */
    private void addRange(int tag, RangeMatch range, Map<Integer, RangeMatch> ranges) {
        Level about = Keys.levelOf(tag).orElseThrow();
        if (negotiated.combinedDateTime) {
            Integer time = PAIRS.get(tag);
            RangeMatch times = time == null ? null : ranges.get(time);
            if (time != null && times != null) {
                add(about, new CombinedDateTime(tag, time, range, times));
                return;
            }
            boolean isTimeOfPair = PAIRS.entrySet().stream()
                    .anyMatch(pair -> pair.getValue() == tag && ranges.containsKey(pair.getKey()));
            if (isTimeOfPair) {
                return;
            }
        }
        add(about, condition(tag, List.of(range)));
    }

    private void add(Level about, Condition condition) {
        conditions.computeIfAbsent(about, level -> new ArrayList<>()).add(condition);
    }

    // ---- values

    /** A condition that any of the attribute's values meets any of the matchers. */
    static Condition condition(int tag, List<ValueMatch> matchers) {
        return attributes -> {
            for (String value : attributes.strings(tag)) {
                for (ValueMatch matcher : matchers) {
                    if (!value.isEmpty() && matcher.matches(value)) {
                        return true;
                    }
                }
            }
            return false;
        };
    }

    static List<ValueMatch> matchers(Element key, DataSet in) throws BadIdentifier {
        int tag = key.tag();
        List<String> values = in.strings(tag);
        if (values.size() > MOST_VALUES) {
            throw new BadIdentifier(tag, "more than " + MOST_VALUES + " values");
        }
        if (key.vr() == VR.UI) {
            return List.of(ValueMatch.anyOf(Set.copyOf(uids(tag, values))));
        }
        List<ValueMatch> matchers = new ArrayList<>();
        for (String value : values) {
            if (!value.isEmpty()) {
                matchers.add(matcher(key, value));
            }
        }
        if (matchers.isEmpty()) {
            throw new BadIdentifier(tag, "a value that cannot be matched with");
        }
        return matchers;
    }

    private static ValueMatch matcher(Element key, String value) throws BadIdentifier {
        return switch (key.vr()) {
            case PN -> new NameMatch(value);
            case DA, TM, DT -> range(key, value);
            case DS, IS, US, SS, UL, SL ->
                ValueMatch.number(value).orElseThrow(() -> new BadIdentifier(key.tag(), "no number"));
            default ->
                key.vr().isText() && key.vr() != VR.AS && Glob.isOne(value)
                        ? ValueMatch.wildcard(value)
                        : ValueMatch.text(value);
        };
    }

    static List<String> uids(int tag, List<String> values) throws BadIdentifier {
        if (values.size() > MOST_VALUES) {
            throw new BadIdentifier(tag, "more than " + MOST_VALUES + " values");
        }
        for (String value : values) {
            if (!Uids.isValid(value)) {
                throw new BadIdentifier(tag, "no UID");
            }
        }
        return List.copyOf(new java.util.LinkedHashSet<>(values));
    }

    private static RangeMatch range(Element key, String value) throws BadIdentifier {
        Optional<RangeMatch> range =
                switch (key.vr()) {
                    case DA -> RangeMatch.date(value);
                    case TM -> RangeMatch.time(value);
                    default -> RangeMatch.dateTime(value, ZoneOffset.UTC);
                };
        return range.orElseThrow(() -> new BadIdentifier(key.tag(), "neither a value of " + key.vr() + " nor a range"));
    }
}
