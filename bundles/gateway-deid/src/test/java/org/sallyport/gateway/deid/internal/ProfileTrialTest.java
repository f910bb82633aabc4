package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Function;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.TrialTreatment.Attribute;
import org.sallyport.gateway.api.intake.TrialTreatment.Fate;
import org.sallyport.gateway.api.intake.TrialTreatment.Report;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** A trial tells what would happen, and does nothing. */
class ProfileTrialTest {

    @TempDir
    private Path folder;

    private final FakeVault vault = new FakeVault();
    private final FixedProfiles profiles = new FixedProfiles(Gate.SHIFTED);

    private Report tryOut(DataSet dataSet, @Nullable String profile) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(
                        String.valueOf(dataSet.string(Tag.SOPClassUID)),
                        Gate.SOP_INSTANCE,
                        TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid())
                .write(out);
        DataSetWriter writer = new DataSetWriter(out, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
        writer.write(dataSet);
        writer.finish();
        try (InputStream in = new ByteArrayInputStream(out.toByteArray())) {
            return new ProfileTrial(profiles, vault, OcrSettings.OFF, folder).tryOut(in, profile);
        }
    }

    @Test
    void eachDecisionIsToldWithItsRuleAndWithoutWhatItWas() throws Exception {
        DataSet image = Gate.image();
        image.setString(Tag.StudyDate, "20240117");
        image.setString(Tag.StationName, "CT-17");
        image.setString(Tag.PatientComments, "a long story");
        image.setString(Tag.AccessionNumber, "A-4711");
        Report report = tryOut(image, null);
        assertNull(report.held());
        assertEquals("test 1", report.profile());
        assertEquals("pass as they are", report.pixels());
        Map<String, Attribute> all =
                report.attributes().stream().collect(Collectors.toMap(Attribute::place, Function.identity()));
        assertEquals(
                Fate.CHANGED, Objects.requireNonNull(all.get("PatientName")).fate());
        assertEquals(
                "ANON-000000000000",
                Objects.requireNonNull(all.get("PatientName")).value());
        assertEquals("20210422", Objects.requireNonNull(all.get("StudyDate")).value());
        assertEquals(
                Fate.REMOVED, Objects.requireNonNull(all.get("PatientComments")).fate());
        assertEquals(
                Fate.EMPTIED, Objects.requireNonNull(all.get("AccessionNumber")).fate());
        assertEquals(Fate.KEPT, Objects.requireNonNull(all.get("Modality")).fate());
        assertEquals(
                Fate.ADDED,
                Objects.requireNonNull(all.get("PatientIdentityRemoved")).fate());
        assertTrue(Objects.requireNonNull(all.get("PatientComments")).by().startsWith("Table E.1-1"));
        for (String original : new String[] {"DOE", "MRN4711", "20240117", "long story", "A-4711", Gate.STUDY}) {
            assertFalse(report.toString().contains(original), original);
        }
    }

    /** Senders transmit neither preamble nor meta information; here a site's own file is read, with what it holds there. */
    @Test
    void preambleAndMetaInformationOfTheFileAreNotTold(@TempDir Path site) throws Exception {
        SyntheticStudy study = new SyntheticStudy(new Patient(7), Modality.CT, 7, 1, 1, 8, 8);
        PlantedIdentifiers planted = new PlantedIdentifiers(List.of(study.patient()));
        byte[] file = Files.readAllBytes(study.writeTo(site).get(0));
        FileMetaInformation meta = Gate.open(file).meta();
        for (String place : new String[] {
            new String(file, 0, 128, StandardCharsets.ISO_8859_1),
            String.valueOf(meta.sourceAet()),
            String.valueOf(meta.implementationVersionName()),
            meta.implementationClassUid(),
            meta.mediaStorageSopInstanceUid()
        }) {
            assertTrue(
                    planted.firstIn(place.getBytes(StandardCharsets.ISO_8859_1)).isPresent(), place);
        }
        Report report =
                new ProfileTrial(profiles, vault, OcrSettings.OFF, folder).tryOut(new ByteArrayInputStream(file), null);
        assertNull(report.held());
        assertEquals(Optional.empty(), planted.firstIn(report.toString().getBytes(StandardCharsets.UTF_8)));
    }

    @Test
    void nothingIsAssignedOrLeftBehind() throws Exception {
        DataSet image = Gate.image();
        image.put(org.sallyport.dicom.data.Element.of(Tag.of(0x0029, 0x1010), VR.UN, new byte[2 << 20]));
        tryOut(image, null);
        assertEquals(Map.of(), vault.assigned);
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(0, left.count());
        }
    }

    @Test
    void whatWouldBeHeldIsToldWithItsReason() throws Exception {
        DataSet burnedIn = Gate.image();
        burnedIn.setString(Tag.BurnedInAnnotation, "YES");
        assertEquals(
                "the pixels hold text: Burned In Annotation (0028,0301) is YES",
                tryOut(burnedIn, null).held());
        DataSet leak = Gate.image();
        leak.setString(Tag.SeriesDescription, "Jane Doe");
        profiles.others.put(
                "careless", Profile.of("careless", Set.of(), ProfileRule.of(Tag.SeriesDescription, Action.KEEP)));
        assertNull(tryOut(leak, null).held());
        assertTrue(String.valueOf(tryOut(leak, "careless").held()).startsWith("leak: SeriesDescription holds"));
        assertThrows(IOException.class, () -> tryOut(leak, "none such"));
    }
}
