package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.testkit.PlantedObject;
import org.sallyport.gateway.testkit.PlantedObjects;

/** dciodvfy finds nothing wrong with a treated object that it did not find with the original. */
@org.junit.jupiter.api.Tag("peers")
class ConformancePeerTest {

    private static final int KINDS = 8;

    /** Table E.1-1 keeps a dummy of this name, and removes the approval number, without which it may not be there (PS3.3 C.7.1.3). */
    private static final String OF_THE_STANDARD = "<ClinicalTrialProtocolEthicsCommitteeName>";

    @TempDir
    private Path folder;

    private static Set<String> errors(Path file) throws IOException, InterruptedException {
        Path told = file.resolveSibling(file.getFileName() + ".txt");
        Process verifier = new ProcessBuilder("dciodvfy", file.toString())
                .redirectErrorStream(true)
                .redirectOutput(told.toFile())
                .start();
        assertTrue(verifier.waitFor(60, TimeUnit.SECONDS), "dciodvfy takes too long");
        Set<String> errors = new TreeSet<>();
        for (String line : Files.readAllLines(told, StandardCharsets.ISO_8859_1)) {
            if (line.startsWith("Error")) {
                errors.add(line);
            }
        }
        return errors;
    }

    @ParameterizedTest
    @ValueSource(strings = {"ith-default", "basic", "research-full-dates", "ith-legacy"})
    void nothingBecomesInvalid(String name) throws Exception {
        Profile profile = ProfileParser.read(Path.of("../../config/profiles"), name);
        for (int i = 0; i < KINDS; i++) {
            PlantedObject object = PlantedObjects.of(i);
            Gate gate = new Gate(profile, folder);
            gate.receive(object.encoded(), object.syntax(), object.sopClassUid(), object.sopInstanceUid());
            if (gate.store.instances.isEmpty()) {
                // Held: these profiles have no rule for ultrasound.
                assertEquals("1.2.840.10008.5.1.4.1.1.6.1", object.sopClassUid());
                continue;
            }
            ByteArrayOutputStream original = new ByteArrayOutputStream();
            FileMetaInformation.ours(
                            object.sopClassUid(),
                            object.sopInstanceUid(),
                            object.syntax().uid())
                    .write(original);
            original.writeBytes(object.encoded());
            Set<String> before = errors(Files.write(folder.resolve("original.dcm"), original.toByteArray()));
            Set<String> after = errors(Files.write(folder.resolve("treated.dcm"), gate.lastBytes()));
            after.removeAll(before);
            assertEquals(Set.of(), after, name + ", " + object.sopClassUid());
        }
    }

    /** With each attribute that the tables of confidentiality and of types name, which its IOD may need; without pixels. */
    private static DataSet full(SopClasses.SopClass sopClass) {
        DataSet object = new DataSet();
        for (String table : List.of("confidentiality.tsv", "confidentiality-more.tsv", "attribute-types.tsv")) {
            for (String[] row : Table.read(table, table.startsWith("attribute") ? 3 : 14)) {
                if (!row[0].contains("X") && row[0].compareTo("0008") > 0) {
                    put(object, (int) Long.parseLong(row[0], 16));
                }
            }
        }
        object.remove(Tag.EncryptedAttributesSequence);
        object.remove(Tag.PixelData);
        object.setString(Tag.SOPClassUID, sopClass.uid());
        object.setString(Tag.SOPInstanceUID, Gate.SOP_INSTANCE);
        object.setString(Tag.StudyInstanceUID, Gate.STUDY);
        object.setString(Tag.SeriesInstanceUID, Gate.SERIES);
        object.setString(Tag.PatientID, "MRN4711");
        object.setString(Tag.PatientName, "DOE^JANE");
        object.setString(Tag.PatientSex, "F");
        object.setString(Tag.Modality, "OT");
        object.setString(Tag.BurnedInAnnotation, "NO");
        object.setString(Tag.RecognizableVisualFeatures, "NO");
        return object;
    }

    private static void put(DataSet object, int tag) {
        VR vr = Dictionary.vrOf(tag);
        switch (vr) {
            case SQ -> {
                DataSet code = new DataSet();
                code.setString(Tag.CodeValue, "121070");
                code.setString(Tag.CodingSchemeDesignator, "DCM");
                code.setString(Tag.CodeMeaning, "Findings");
                object.setItems(tag, code);
            }
            case DA -> object.setString(tag, vr, "20240117");
            case TM -> object.setString(tag, vr, "101500");
            case DT -> object.setString(tag, vr, "20240117101500");
            case AS -> object.setString(tag, vr, "035Y");
            case UI -> object.setString(tag, vr, "1.2.276.0.99.5");
            case DS, IS -> object.setString(tag, vr, "1");
            case US, UL, SS, SL -> object.setInt(tag, vr, 1);
            case PN -> object.setString(tag, vr, "DOE^JOHN");
            default -> {
                if (vr.isText()) {
                    object.setString(tag, vr, "ONE");
                }
            }
        }
    }

    /** What the profiles take for doubtful passes by a rule, as the pixels are not what is looked at. */
    private Profile passing(String name) throws IOException {
        Path shipped = Path.of("../../config/profiles");
        Path profiles = Files.createDirectories(folder.resolve("profiles"));
        Files.write(profiles.resolve("descriptors.terms"), Files.readAllBytes(shipped.resolve("descriptors.terms")));
        String text = Files.readString(shipped.resolve(name + ".yaml")).replace("\npixels: []\n", "\n");
        Files.writeString(profiles.resolve(name + ".yaml"), text + "\npixels: [{name: all, action: keep}]\n");
        return ProfileParser.read(profiles, name);
    }

    @ParameterizedTest
    @ValueSource(strings = {"ith-default", "basic"})
    void noClassBecomesInvalidByWhatIsTakenOutOfIt(String name) throws Exception {
        Profile profile = passing(name);
        Map<String, Set<String>> worse = new TreeMap<>();
        int tried = 0;
        for (SopClasses.SopClass each : SopClasses.all()) {
            if (each.held() != null) {
                continue;
            }
            DataSet object = full(each);
            Gate gate = new Gate(profile, folder);
            TransferSyntax syntax = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
            byte[] encoded = Gate.encode(object, syntax);
            gate.receive(encoded, syntax, each.uid(), Gate.SOP_INSTANCE);
            assertEquals(
                    List.of(),
                    gate.store.held.stream()
                            .map(held -> held.description().reason())
                            .toList(),
                    each.name());
            ByteArrayOutputStream original = new ByteArrayOutputStream();
            FileMetaInformation.ours(each.uid(), Gate.SOP_INSTANCE, syntax.uid())
                    .write(original);
            original.writeBytes(encoded);
            Set<String> before = errors(Files.write(folder.resolve("original.dcm"), original.toByteArray()));
            Set<String> after = errors(Files.write(folder.resolve("treated.dcm"), gate.lastBytes()));
            after.removeAll(before);
            after.removeIf(error -> error.contains(OF_THE_STANDARD));
            if (!after.isEmpty()) {
                worse.put(each.name(), after);
            }
            tried++;
        }
        assertEquals(Map.of(), worse);
        assertTrue(tried > 80, tried + " classes");
    }
}
