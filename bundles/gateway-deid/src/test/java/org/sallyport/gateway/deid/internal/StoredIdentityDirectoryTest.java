package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Path;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.IdentityCompactor.Compacted;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityDirectory.Patient;
import org.sallyport.gateway.api.vault.IdentityDirectory.Reading;
import org.sallyport.gateway.api.vault.IdentityDirectory.Series;
import org.sallyport.gateway.api.vault.IdentityDirectory.Study;
import org.sallyport.gateway.api.vault.PatientRegister;

/** Original values are found by every key, with the image here or not. */
class StoredIdentityDirectoryTest {

    private static final String PSEUDONYM =
            FakeVault.pseudonym(new org.sallyport.gateway.api.vault.PatientIdentity(null, "MRN4711", Gate.STUDY));

    @TempDir
    private Path folder;

    private Gate gate;
    private StoredIdentityDirectory directory;

    /** The index in the store's list. */
    private final class Finder implements StudyFinder {

        private Stream<StoredInstance> all() {
            return gate.store.instances.stream();
        }

        @Override
        public List<String> studiesOf(String pseudonym, int limit) {
            return all().filter(i -> i.facts().pseudonym().equals(pseudonym))
                    .map(i -> i.facts().studyInstanceUid())
                    .distinct()
                    .limit(limit)
                    .toList();
        }

        @Override
        public List<String> studiesByKey(String lookupKey) {
            return all().filter(i -> i.facts().lookupKeys().contains(lookupKey))
                    .map(i -> i.facts().studyInstanceUid())
                    .distinct()
                    .toList();
        }

        @Override
        public List<StoredInstance> firstOfSeries(String study) {
            return all().filter(i -> i.facts().studyInstanceUid().equals(study))
                    .map(i -> i.facts().seriesInstanceUid())
                    .distinct()
                    .map(series -> anyOfSeries(series).orElseThrow())
                    .toList();
        }

        @Override
        public int series(String study) {
            return firstOfSeries(study).size();
        }

        @Override
        public Optional<StoredInstance> anyOfStudy(String study) {
            return all().filter(i -> i.facts().studyInstanceUid().equals(study)).findFirst();
        }

        @Override
        public Optional<StoredInstance> anyOfSeries(String series) {
            return all().filter(i -> i.facts().seriesInstanceUid().equals(series))
                    .findFirst();
        }

        @Override
        public Optional<StoredInstance> instance(String sop) {
            return all().filter(i -> i.facts().sopInstanceUid().equals(sop)).findFirst();
        }

        @Override
        public boolean isReceiving(String study) {
            return true;
        }
    }

    private final Register register = new Register();

    private static final class Register implements PatientRegister {

        boolean erased;

        @Override
        public @Nullable String present(String pseudonym) {
            return all(pseudonym).isEmpty() ? null : PSEUDONYM;
        }

        @Override
        public Set<String> all(String pseudonym) {
            Set<String> all = Set.of(PSEUDONYM, "ANON-OLD");
            return all.contains(pseudonym) ? all : Set.of();
        }

        @Override
        public boolean isErased(String pseudonym) {
            return erased;
        }

        @Override
        public List<String> find(@Nullable String issuer, String patientId) {
            return patientId.equals("MRN4711") ? List.of(PSEUDONYM) : List.of();
        }

        @Override
        public List<String> candidates(String uid) {
            return List.of(uid, FakeVault.mapped(uid));
        }
    }

    @BeforeEach
    void open() throws IOException {
        gate = new Gate(Gate.SHIFTED, folder);
        directory = new StoredIdentityDirectory(new Finder(), gate.store, gate.vault, register, new FakeEarlier());
        DataSet image = Gate.image();
        image.setString(Tag.SpecificCharacterSet, "ISO_IR 100");
        image.setString(Tag.PatientName, "Grün^Jürgen");
        image.setString(Tag.PatientBirthDate, "19600102");
        image.setString(Tag.OtherPatientNames, "A^B", "C^D");
        image.setString(Tag.StudyDate, "20240117");
        image.setString(Tag.StudyTime, "101112");
        image.setString(Tag.StudyDescription, "Thorax von Grün");
        image.setString(Tag.AccessionNumber, "A 4711");
        image.setString(Tag.SeriesDescription, "axial");
        image.setString(Tag.SeriesNumber, "3");
        image.setString(Tag.OperatorsName, "Meier");
        gate.receive(image, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }

    private Reading reading() throws IOException {
        return directory.begin(Gate.OFFICER);
    }

    private void assertAllIsFound() throws IOException {
        Patient patient = reading().patient(PSEUDONYM).orElseThrow();
        assertEquals("Grün^Jürgen", patient.name());
        assertEquals("MRN4711", patient.id());
        assertEquals("19600102", patient.values().get("PatientBirthDate"));
        assertEquals("A^B\\C^D", patient.values().get("OtherPatientNames"));
        assertEquals("Roe", patient.values().get("PatientMotherBirthName"), "what only the earlier proxy knew");
        assertEquals(patient, reading().patient("ANON-OLD").orElseThrow());
        for (String uid : List.of(Gate.STUDY, FakeVault.mapped(Gate.STUDY))) {
            Study study = reading().study(uid).orElseThrow();
            assertEquals(FakeVault.mapped(Gate.STUDY), study.studyInstanceUid());
            assertEquals(Gate.STUDY, study.value("StudyInstanceUID"));
            assertEquals("20240117", study.value("StudyDate"));
            assertEquals("101112", study.value("StudyTime"));
            assertEquals("Thorax von Grün", study.value("StudyDescription"));
            assertEquals("A 4711", study.value("AccessionNumber"));
            assertEquals("Grün^Jürgen", study.patientValues().get("PatientName"));
            assertEquals(1, study.series());
            assertFalse(study.isComplete());
        }
        for (String uid : List.of(Gate.SERIES, FakeVault.mapped(Gate.SERIES))) {
            Series series = reading().series(uid).orElseThrow();
            assertEquals("axial", series.description());
            assertEquals(3, series.number());
            assertEquals("Meier", series.values().get("OperatorsName"));
            assertEquals(List.of(series), reading().seriesOf(Gate.STUDY));
        }
        assertEquals(
                Gate.SOP_INSTANCE,
                reading()
                        .instance(FakeVault.mapped(Gate.SOP_INSTANCE))
                        .orElseThrow()
                        .originalSopInstanceUid());
        assertEquals(List.of(FakeVault.mapped(Gate.STUDY)), reading().studiesByAccessionNumber("A 4711"));
        assertEquals(List.of(PSEUDONYM), reading().pseudonyms(null, "MRN4711"));
        assertEquals(
                List.of(FakeVault.mapped(Gate.STUDY), FakeEarlier.STUDY),
                reading().studiesOf(PSEUDONYM));
    }

    @Test
    void anImageThatIsHereTellsIt() throws IOException {
        assertAllIsFound();
    }

    @Test
    void anImageThatWasCleanedUpTellsTheSame() throws IOException {
        StoredInstance instance = gate.last();
        MemoryFile file = new MemoryFile();
        Compacted compacted = new SeriesCompactor(gate.store, gate.vault, gate.vault)
                .compact(instance.facts().studyInstanceUid(), List.of(instance), file);
        gate.store.remove(instance, file, compacted.offsets().get(0));
        assertAllIsFound();
    }

    @Test
    void whatTheEarlierProxyKeptIsFound() throws IOException {
        Study study = reading().study(FakeEarlier.STUDY).orElseThrow();
        assertEquals("20191231", study.value("StudyDate"));
        assertEquals("ANON-OLD", study.pseudonym());
        assertEquals("DOE^J", study.patientValues().get("PatientName"));
        assertEquals(1, study.series());
        assertTrue(study.isComplete());
        assertEquals(7, reading().series(FakeEarlier.SERIES).orElseThrow().number());
        assertEquals(List.of(FakeEarlier.STUDY), reading().studiesByAccessionNumber("OLD-1"));
    }

    @Test
    void whatIsUnknownIsNotFound() throws IOException {
        assertEquals(Optional.empty(), reading().patient("ANON-NOBODY"));
        assertEquals(Optional.empty(), reading().study("2.25.404"));
        assertEquals(Optional.empty(), reading().series("2.25.404"));
        assertEquals(Optional.empty(), reading().instance("2.25.404"));
        assertEquals(List.of(), reading().seriesOf("2.25.404"));
        assertEquals(List.of(), reading().studiesOf("ANON-NOBODY"));
        assertEquals(List.of(), reading().studiesByAccessionNumber("none"));
    }

    @Test
    void ofWhoWasErasedNothingIsKnownAndNothingFails() throws IOException {
        register.erased = true;
        assertEquals(Optional.empty(), reading().study(Gate.STUDY));
        assertEquals(Optional.empty(), reading().series(Gate.SERIES));
        assertEquals(Optional.empty(), reading().instance(FakeVault.mapped(Gate.SOP_INSTANCE)));
        assertEquals(List.of(), reading().seriesOf(Gate.STUDY));
    }

    @Test
    void withoutTheRoleNothingIsTold() {
        AccessRequest operator = new AccessRequest("meier", Set.of("operator"), "shell", "a good reason", PSEUDONYM);
        assertThrows(AccessDeniedException.class, () -> directory.begin(operator));
    }

    @Test
    void nothingShowsIdentityInItsText() throws IOException {
        String all = reading().patient(PSEUDONYM) + " " + reading().study(Gate.STUDY) + " "
                + reading().series(Gate.SERIES) + " " + reading().instance(FakeVault.mapped(Gate.SOP_INSTANCE));
        assertFalse(all.contains("Grün") || all.contains(Gate.STUDY + "]") || all.contains("4711"), all);
    }
}
