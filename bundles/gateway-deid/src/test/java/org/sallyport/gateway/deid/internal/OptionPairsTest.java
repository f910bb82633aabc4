package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.EnumSet;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Set;
import java.util.TreeSet;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.pixel.PixelCleaner;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedObject;
import org.sallyport.gateway.testkit.PlantedObjects;
import org.sallyport.gateway.testkit.SyntheticStudy;

/**
 * Every two options go together: with nothing else, and without them all else, an object of each generated kind passes under a profile that is read as any, it tells
 * which options were done, and nothing that identifies the patient is in it.
 */
class OptionPairsTest {

    private static final int KINDS = 8;
    private static final String ULTRASOUND = "US";

    @TempDir
    private Path folder;

    @TempDir
    private Path profiles;

    private static boolean isAllowed(Set<Option> options) {
        return !options.containsAll(Set.of(Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES));
    }

    /** Each pair is once all that there is, and once all that is missing; of two that exclude each other one stays. */
    private static Set<Set<Option>> combinations() {
        Set<Set<Option>> all = new LinkedHashSet<>();
        for (Option one : Option.values()) {
            for (Option other : Option.values()) {
                Set<Option> pair = EnumSet.of(one, other);
                if (isAllowed(pair)) {
                    all.add(pair);
                }
                for (Option dates : List.of(Option.RETAIN_FULL_DATES, Option.RETAIN_MODIFIED_DATES)) {
                    Set<Option> rest = EnumSet.complementOf(EnumSet.copyOf(pair));
                    rest.remove(dates);
                    all.add(rest);
                }
            }
        }
        return all;
    }

    private Gate gate(Set<Option> options) throws IOException {
        List<String> lines = new ArrayList<>(List.of(
                "base: basic",
                "options: [" + options.stream().map(Option::id).collect(Collectors.joining(", ")) + "]"));
        if (options.contains(Option.CLEAN_RECOGNIZABLE_VISUAL_FEATURES)) {
            lines.add("pixel-cleaner: none-to-see");
        }
        if (options.contains(Option.CLEAN_PIXEL_DATA)) {
            lines.add("pixels: [{name: banner, modality: " + ULTRASOUND + ", blank: [[0, 0, " + PlantedObjects.COLUMNS
                    + ", " + PlantedObjects.BANNER_ROWS + "]]}]");
        }
        Files.write(profiles.resolve("mine.yaml"), lines);
        Files.write(
                profiles.resolve("descriptors.terms"),
                Files.readAllBytes(Path.of("../../config/profiles/descriptors.terms")));
        Gate gate = new Gate(ProfileParser.read(profiles, "mine"), folder);
        gate.cleaners.add(
                (dataSet, image) -> new PixelCleaner.Cleaning() {
                    @Override
                    public byte[] clean(int frame, byte[] samples) {
                        return samples;
                    }

                    @Override
                    public void close() {
                        // Holds nothing open.
                    }
                },
                Map.of(PixelCleaner.NAME, "none-to-see"));
        return gate;
    }

    /** As it is sent: places and devices that an option keeps are not named after the patient. */
    private record Sent(PlantedObject object, byte[] encoded) {

        static Sent of(int number) throws IOException {
            PlantedObject object = PlantedObjects.of(number);
            DataSet dataSet =
                    DataSetReader.readAll(new ByteArrayInputStream(object.encoded()), object.syntax(), Limits.DEFAULT);
            dataSet.setString(Tag.InstitutionAddress, "Harbour Street 4");
            dataSet.setString(Tag.DeviceSerialNumber, "SN-77-0042");
            return new Sent(object, Gate.encode(dataSet, object.syntax()));
        }

        boolean isUltrasound() {
            return object.sopClassUid().equals("1.2.840.10008.5.1.4.1.1.6.1");
        }
    }

    @Test
    void whicheverOptionsGoTogetherObjectsPassAndNobodyIsToldByThem() throws Exception {
        List<Sent> all = new ArrayList<>();
        for (int i = 0; i < KINDS; i++) {
            all.add(Sent.of(i));
        }
        Set<String> wrong = new TreeSet<>();
        for (Set<Option> options : combinations()) {
            Gate gate = gate(options);
            for (Sent sent : all) {
                PlantedObject object = sent.object();
                int before = gate.store.instances.size();
                gate.receive(sent.encoded(), object.syntax(), object.sopClassUid(), object.sopInstanceUid());
                boolean isKept = gate.store.instances.size() > before;
                boolean isToBeKept = !sent.isUltrasound() || options.contains(Option.CLEAN_PIXEL_DATA);
                String what = object.sopClassUid() + " by " + options + ": ";
                if (isKept != isToBeKept) {
                    wrong.add(what + (isKept ? "is to be held" : reasons(gate)));
                } else if (isKept) {
                    DataSet treated = gate.lastDataSet();
                    told(treated, options).forEach(each -> wrong.add(what + each));
                    planted(object.patient(), options, text(gate.lastBytes(), treated))
                            .forEach(each -> wrong.add(what + "holds " + each));
                }
            }
        }
        assertEquals(Set.of(), wrong);
    }

    private static String reasons(Gate gate) {
        return gate.store.held.stream()
                .map(held -> held.description().reason())
                .toList()
                .toString();
    }

    /** Options whose codes are there and should not be, or the other way round (PS3.15 E.1.1), but for those on pixels, which are done to some objects only. */
    private static List<String> told(DataSet treated, Set<Option> options) {
        Set<String> codes = treated.items(Tag.DeidentificationMethodCodeSequence).stream()
                .map(item -> String.valueOf(item.string(Tag.CodeValue)))
                .collect(Collectors.toSet());
        return Stream.of(Option.values())
                .filter(option -> !option.isOfPixels() && options.contains(option) != codes.contains(option.code()))
                .map(option -> "tells wrongly of " + option)
                .toList();
    }

    /** What is left of identity. */
    private static List<String> planted(Patient patient, Set<Option> options, String text) {
        String[] name = patient.name().split("\\^", -1);
        List<String> planted = new ArrayList<>(List.of(
                name[0],
                name[1],
                patient.id(),
                patient.accession(),
                patient.hidden(),
                patient.address(),
                patient.birthDate(),
                "Brockenhurst",
                "Ottoline"));
        if (!options.contains(Option.RETAIN_INSTITUTION_IDENTITY)) {
            planted.add(patient.institution());
            planted.add("Harbour Street");
        }
        if (!options.contains(Option.RETAIN_DEVICE_IDENTITY)) {
            planted.add("SN-77-0042");
        }
        if (!options.contains(Option.RETAIN_UIDS)) {
            planted.add(SyntheticStudy.UID_ROOT);
        }
        return planted.stream()
                .filter(each -> text.contains(each.toLowerCase(Locale.ROOT)))
                .toList();
    }

    private static String text(byte[] part10, DataSet treated) {
        StringBuilder text = new StringBuilder(new String(part10, StandardCharsets.ISO_8859_1));
        decode(treated, text);
        return text.toString().toLowerCase(Locale.ROOT);
    }

    private static void decode(DataSet dataSet, StringBuilder text) {
        for (Element element : dataSet.elements()) {
            element.items().forEach(item -> decode(item, text));
            if (element.vr().isText()) {
                text.append('\n').append(String.join("\\", dataSet.strings(element.tag())));
            }
        }
    }
}
