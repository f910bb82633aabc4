package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
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
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.CsvSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.IdentityCompactor.Compacted;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.ReturnedObjects.Kind;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.PatientIdentity;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;

class ReturnedObjectsTest {

    private static final String SEGMENTATION = "1.2.840.10008.5.1.4.1.1.66.4";
    private static final String RESULT = "2.25.777000777";
    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;

    @TempDir
    Path folder;

    private Gate gate;
    private StoredReturnedObjects returned;
    private Returning batch;

    @BeforeEach
    void receive() throws IOException {
        gate = new Gate(Gate.SHIFTED, folder);
        returned = new StoredReturnedObjects(
                withOldStudy(gate.vault),
                gate.vault,
                gate.store,
                new MemoryIndex(gate.store),
                new MemoryIndex(gate.store),
                new FakeEarlier(),
                gate.results,
                folder);
        batch = returned.begin(Gate.OFFICER);
    }

    /** The vault that has taken over the study of an earlier proxy. */
    private static Pseudonymizer withOldStudy(Pseudonymizer vault) {
        return new Pseudonymizer() {
            @Override
            public StudyContext assign(PatientIdentity identity) throws VaultException {
                return vault.assign(identity);
            }

            @Override
            public Optional<StudyContext> find(String studyInstanceUid) throws VaultException {
                return studyInstanceUid.equals(FakeEarlier.STUDY)
                        ? Optional.of(FakeEarlier.OldStudy.ONE)
                        : vault.find(studyInstanceUid);
            }
        };
    }

    private static DataSet original() {
        DataSet image = Gate.image();
        image.setString(Tag.StudyDate, "20240229");
        image.setString(Tag.AccessionNumber, "ACC 17");
        image.setString(Tag.PatientBirthDate, "19600102");
        image.setString(Tag.PatientWeight, "61.5");
        image.setString(Tag.OtherPatientNames, "ROE^JANE", "DOE^J");
        image.setString(Tag.OperatorsName, "MEIER^A", "SCHULZ^B");
        DataSet request = new DataSet();
        request.setString(Tag.RequestedProcedureID, "REQ 17");
        request.setString(Tag.RequestingPhysician, "MEIER^A");
        image.setItems(Tag.RequestAttributesSequence, request);
        image.setString(Tag.FrameOfReferenceUID, Gate.STUDY + ".0.1");
        image.put(Element.of(0x00091010, VR.UN, "a private thing ".getBytes(StandardCharsets.US_ASCII)));
        image.setString(0x00090010, VR.LO, "FANTASY");
        return image;
    }

    private static String text(DataSet dataSet, int tag) {
        return Objects.requireNonNull(dataSet.string(tag));
    }

    /** A segmentation of the image that was stored last, as a back end makes it. */
    private DataSet result(DataSet stored) {
        DataSet result = new DataSet();
        result.setString(Tag.SOPClassUID, SEGMENTATION);
        result.setString(Tag.SOPInstanceUID, RESULT);
        result.setString(Tag.SeriesInstanceUID, RESULT + ".1");
        result.setString(Tag.StudyInstanceUID, text(stored, Tag.StudyInstanceUID));
        result.setString(Tag.PatientName, text(stored, Tag.PatientName));
        result.setString(Tag.PatientID, text(stored, Tag.PatientID));
        result.setString(Tag.PatientIdentityRemoved, "YES");
        result.setString(Tag.StudyDate, text(stored, Tag.StudyDate));
        result.setString(Tag.ContentDate, "20261125");
        result.setString(Tag.AcquisitionDateTime, text(stored, Tag.StudyDate) + "101500");
        result.setString(Tag.Modality, "SEG");
        result.setString(Tag.FrameOfReferenceUID, text(stored, Tag.FrameOfReferenceUID));
        result.setString(Tag.SeriesDescription, "Lungs");
        DataSet reference = new DataSet();
        reference.setString(Tag.ReferencedSOPClassUID, Gate.CT);
        reference.setString(Tag.ReferencedSOPInstanceUID, text(stored, Tag.SOPInstanceUID));
        DataSet series = new DataSet();
        series.setString(Tag.SeriesInstanceUID, text(stored, Tag.SeriesInstanceUID));
        series.setItems(Tag.ReferencedInstanceSequence, reference);
        result.setItems(Tag.ReferencedSeriesSequence, series);
        result.setInt(Tag.BitsAllocated, 8);
        result.put(Element.of(Tag.PixelData, VR.OB, new byte[] {1, 2, 3, 4}));
        return result;
    }

    private static byte[] part10(DataSet dataSet, TransferSyntax syntax) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        FileMetaInformation.ours(
                        String.valueOf(dataSet.string(Tag.SOPClassUID)),
                        String.valueOf(dataSet.string(Tag.SOPInstanceUID)),
                        syntax.uid())
                .write(out);
        DataSetWriter writer = new DataSetWriter(out, syntax);
        writer.write(dataSet);
        writer.finish();
        return out.toByteArray();
    }

    private Returned examined(byte[] part10) throws IOException {
        return batch.examine(new ByteArrayInputStream(part10));
    }

    private byte[] restored(byte[] part10) throws IOException {
        try (InputStream in = batch.restore(new ByteArrayInputStream(part10))) {
            return in.readAllBytes();
        }
    }

    @Test
    void anImageOfOursComesBackExactlyAsItWasReceived() throws IOException {
        gate.treated(original());
        byte[] sent = gate.lastBytes();
        Returned found = examined(sent);
        assertEquals(Kind.OURS, found.kind());
        assertEquals(Gate.SOP_INSTANCE, found.sopInstanceUid());
        assertEquals(Gate.SERIES, found.seriesInstanceUid());
        assertFalse(found.toString().contains(Gate.SOP_INSTANCE), "shown in logs");
        byte[] back = restored(sent);
        assertEquals(List.of(), DataSetDifference.between(original(), Gate.read(back)));
        assertEquals(Gate.SOP_INSTANCE, Gate.open(back).meta().mediaStorageSopInstanceUid());
    }

    /** An upload that was confirmed lets images go while a dispatch of the same study is under way. */
    @Test
    void anImageThatIsCleanedUpMeanwhileComesBackToo() throws IOException {
        gate.treated(original());
        byte[] sent = gate.lastBytes();
        assertEquals(Kind.OURS, examined(sent).kind());
        cleanUp();
        assertEquals(List.of(), DataSetDifference.between(original(), Gate.read(restored(sent))));
        assertEquals(Kind.OURS, examined(sent).kind());
    }

    private void cleanUp() throws IOException {
        MemoryFile file = new MemoryFile();
        List<StoredInstance> all = List.copyOf(gate.store.instances);
        Compacted compacted = new SeriesCompactor(gate.store, gate.vault, gate.vault)
                .compact(all.get(0).facts().studyInstanceUid(), all, file);
        for (int i = 0; i < all.size(); i++) {
            gate.store.remove(all.get(i), file, compacted.offsets().get(i));
        }
    }

    @Test
    void whatFollowsThePixelsIsRestoredToo() throws IOException {
        DataSet image = original();
        image.put(Element.of(Tag.DataSetTrailingPadding, VR.OB, new byte[10]));
        image.put(Element.of(0x7FE10010, VR.LO, "SOMEBODY".getBytes(StandardCharsets.US_ASCII)));
        image.put(Element.of(0x7FE11010, VR.OB, new byte[] {9, 8, 7, 6}));
        gate.treated(image);
        assertEquals(List.of(), DataSetDifference.between(image, Gate.read(restored(gate.lastBytes()))));
    }

    @Test
    void anEncapsulatedImageStreamsAsItIs() throws IOException {
        DataSet image = Gate.withoutPixels();
        image.put(new Element(
                Tag.PixelData,
                VR.OB,
                new org.sallyport.dicom.data.Value.Fragments(List.of(new byte[0], new byte[] {1, 2, 3, 4}))));
        gate.receive(image, Gate.JPEG);
        assertEquals(Gate.JPEG.uid(), examined(gate.lastBytes()).transferSyntaxUid());
        assertEquals(List.of(), DataSetDifference.between(image, Gate.read(restored(gate.lastBytes()))));
    }

    @Test
    void aResultGetsThePatientAndKeepsWhatIsNew() throws IOException {
        DataSet stored = gate.treated(original());
        byte[] made = part10(result(stored), EXPLICIT);
        Returned found = examined(made);
        assertEquals(Kind.RESULT, found.kind());
        assertEquals(RESULT, found.sopInstanceUid());
        DataSet back = Gate.read(restored(made));
        assertEquals("DOE^JANE", back.string(Tag.PatientName));
        assertEquals("MRN4711", back.string(Tag.PatientID));
        assertEquals("19600102", back.string(Tag.PatientBirthDate));
        assertEquals("ACC 17", back.string(Tag.AccessionNumber));
        assertEquals(Gate.STUDY, back.string(Tag.StudyInstanceUID));
        assertEquals(Gate.STUDY + ".0.1", back.string(Tag.FrameOfReferenceUID));
        assertEquals("20240229", back.string(Tag.StudyDate));
        assertEquals("20240229101500", back.string(Tag.AcquisitionDateTime), "a time of the study's day");
        assertEquals("20261125", back.string(Tag.ContentDate), "no date of the study was moved here");
        assertEquals(RESULT, back.string(Tag.SOPInstanceUID));
        assertEquals(RESULT + ".1", back.string(Tag.SeriesInstanceUID));
        assertEquals("Lungs", back.string(Tag.SeriesDescription));
        assertNull(back.string(Tag.PatientIdentityRemoved), "it is not removed any more");
        DataSet series = back.items(Tag.ReferencedSeriesSequence).get(0);
        assertEquals(Gate.SERIES, series.string(Tag.SeriesInstanceUID));
        assertEquals(
                Gate.SOP_INSTANCE,
                series.items(Tag.ReferencedInstanceSequence).get(0).string(Tag.ReferencedSOPInstanceUID));
        assertArrayEquals(
                new byte[] {1, 2, 3, 4},
                Objects.requireNonNull(back.get(Tag.PixelData)).bytes());
        assertEquals(0, batch.unresolved());
    }

    /** What ITH makes of images, each kind with its references where it has them. */
    @ParameterizedTest
    @CsvSource({
        "1.2.840.10008.5.1.4.1.1.88.33, SR, CurrentRequestedProcedureEvidenceSequence/ReferencedSeriesSequence/ReferencedSOPSequence",
        "1.2.840.10008.5.1.4.1.1.88.33, SR, ContentSequence/ContentSequence/ReferencedSOPSequence",
        "1.2.840.10008.5.1.4.1.1.66.4, SEG, SharedFunctionalGroupsSequence/DerivationImageSequence/SourceImageSequence",
        "1.2.840.10008.5.1.4.1.1.481.3, RTSTRUCT, ReferencedFrameOfReferenceSequence/RTReferencedStudySequence/RTReferencedSeriesSequence/ContourImageSequence",
        "1.2.840.10008.5.1.4.1.1.11.1, PR, ReferencedSeriesSequence/ReferencedImageSequence",
        "1.2.840.10008.5.1.4.1.1.104.1, DOC, SourceInstanceSequence",
        "1.2.840.10008.5.1.4.1.1.2, CT, SourceImageSequence",
        "1.2.840.10008.5.1.4.1.1.7, OT, SourceImageSequence"
    })
    void eachKindOfResultGetsThePatientAndLeadsToTheOriginals(String sopClass, String modality, String path)
            throws IOException {
        DataSet stored = gate.treated(original());
        DataSet result = result(stored);
        result.remove(Tag.ReferencedSeriesSequence);
        result.setString(Tag.SOPClassUID, sopClass);
        result.setString(Tag.Modality, modality);
        DataSet item = new DataSet();
        item.setString(Tag.ReferencedSOPClassUID, Gate.CT);
        item.setString(Tag.ReferencedSOPInstanceUID, text(stored, Tag.SOPInstanceUID));
        String[] keywords = path.split("/", -1);
        for (int i = keywords.length - 1; i > 0; i--) {
            DataSet outer = new DataSet();
            outer.setItems(Dictionary.tagOf(keywords[i]).orElseThrow(), item);
            item = outer;
        }
        result.setItems(Dictionary.tagOf(keywords[0]).orElseThrow(), item);
        byte[] content = {9, 8, 7, 6};
        boolean pixels = Set.of("SEG", "CT", "OT").contains(modality);
        result.remove(Tag.PixelData);
        result.put(Element.of(pixels ? Tag.PixelData : Tag.EncapsulatedDocument, VR.OB, content));

        byte[] made = part10(result, EXPLICIT);
        assertEquals(Kind.RESULT, examined(made).kind());
        DataSet back = Gate.read(restored(made));
        assertEquals("DOE^JANE", back.string(Tag.PatientName));
        assertEquals("MRN4711", back.string(Tag.PatientID));
        assertEquals(Gate.STUDY, back.string(Tag.StudyInstanceUID));
        assertEquals("20240229", back.string(Tag.StudyDate));
        assertEquals(RESULT, back.string(Tag.SOPInstanceUID));
        assertEquals(RESULT + ".1", back.string(Tag.SeriesInstanceUID));
        assertArrayEquals(
                content,
                Objects.requireNonNull(back.get(pixels ? Tag.PixelData : Tag.EncapsulatedDocument))
                        .bytes());
        DataSet level = back;
        for (String keyword : keywords) {
            level = level.items(Dictionary.tagOf(keyword).orElseThrow()).get(0);
        }
        assertEquals(Gate.CT, level.string(Tag.ReferencedSOPClassUID));
        assertEquals(Gate.SOP_INSTANCE, level.string(Tag.ReferencedSOPInstanceUID));
        assertEquals(0, batch.unresolved());
    }

    /** As a gateway elsewhere that has the sheets, and the keys, and no image. */
    private static StoredReturnedObjects elsewhere(Gate gate, List<Sheet> sheets, Path folder) {
        MemoryStore none = new MemoryStore();
        return new StoredReturnedObjects(
                gate.vault,
                gate.vault,
                none,
                new MemoryIndex(none),
                new MemoryIndex(none),
                new GivenSheets(sheets),
                gate.results,
                folder);
    }

    private List<Sheet> sheets(String study) throws IOException {
        return new StoredStudyOriginals(gate.vault, new MemoryIndex(gate.store), gate.store)
                .sheets(study, gate.vault.begin(Gate.OFFICER));
    }

    @Test
    void anotherGatewayGivesResultsTheSameIdentityByWhatWasHandedOver() throws IOException {
        DataSet stored = gate.treated(original());
        DataSet other = original();
        other.setString(Tag.SOPInstanceUID, Gate.SOP_INSTANCE + "2");
        other.setString(Tag.SeriesInstanceUID, Gate.SERIES + "2");
        gate.receive(Gate.encode(other, EXPLICIT), EXPLICIT, Gate.CT, Gate.SOP_INSTANCE + "2");
        DataSet result = result(stored);
        DataSet reference = new DataSet();
        reference.setString(Tag.ReferencedSOPInstanceUID, text(gate.lastDataSet(), Tag.SOPInstanceUID));
        result.setItems(Tag.SourceImageSequence, reference);
        byte[] made = part10(result, EXPLICIT);
        DataSet expected = Gate.read(restored(made));

        for (int i = 0; i < 2; i++) {
            List<Sheet> sheets = sheets(text(stored, Tag.StudyInstanceUID));
            assertEquals(4, sheets.size(), "of the patient, the study and two series");
            batch = elsewhere(gate, sheets, folder).begin(Gate.OFFICER);
            assertEquals(Kind.RESULT, examined(made).kind());
            DataSet back = Gate.read(restored(made));
            for (int tag : List.of(
                    Tag.PatientName,
                    Tag.PatientID,
                    Tag.PatientBirthDate,
                    Tag.OtherPatientNames,
                    Tag.AccessionNumber,
                    Tag.StudyInstanceUID,
                    Tag.FrameOfReferenceUID,
                    Tag.StudyDate,
                    Tag.AcquisitionDateTime,
                    Tag.ContentDate,
                    Tag.SOPInstanceUID,
                    Tag.SeriesInstanceUID,
                    Tag.PatientIdentityRemoved)) {
                assertEquals(expected.strings(tag), back.strings(tag), Tag.format(tag));
            }
            assertEquals(
                    Gate.SOP_INSTANCE + "2",
                    back.items(Tag.SourceImageSequence).get(0).string(Tag.ReferencedSOPInstanceUID));
            DataSet series = back.items(Tag.ReferencedSeriesSequence).get(0);
            assertEquals(Gate.SERIES, series.string(Tag.SeriesInstanceUID));
            assertEquals(
                    Gate.SOP_INSTANCE,
                    series.items(Tag.ReferencedInstanceSequence).get(0).string(Tag.ReferencedSOPInstanceUID));
            assertEquals(0, batch.unresolved());
            cleanUpOnce();
        }
    }

    private void cleanUpOnce() throws IOException {
        if (gate.store.instances.get(0).isHere()) {
            cleanUp();
        }
    }

    @Test
    void anImageThatAnotherGatewaySentGetsItsUidsAndItsPatientBack() throws IOException {
        DataSet stored = gate.treated(original());
        byte[] sent = gate.lastBytes();
        batch = elsewhere(gate, sheets(text(stored, Tag.StudyInstanceUID)), folder)
                .begin(Gate.OFFICER);
        Returned found = examined(sent);
        assertEquals(Gate.SOP_INSTANCE, found.sopInstanceUid());
        assertEquals(Gate.SERIES, found.seriesInstanceUid());
        byte[] back = restored(sent);
        assertEquals(Gate.SOP_INSTANCE, Gate.open(back).meta().mediaStorageSopInstanceUid());
        DataSet image = Gate.read(back);
        assertEquals(Gate.SOP_INSTANCE, image.string(Tag.SOPInstanceUID));
        assertEquals(Gate.STUDY, image.string(Tag.StudyInstanceUID));
        assertEquals("DOE^JANE", image.string(Tag.PatientName));
        assertEquals("20240229", image.string(Tag.StudyDate));
        assertNull(image.string(Tag.PatientIdentityRemoved));
    }

    @Test
    void ofAStudyThatIsNotHereNothingIsHandedOver() throws IOException {
        gate.treated(original());
        assertEquals(List.of(), sheets("2.25.99"));
    }

    @Test
    void referencesIntoThePatientsOtherStudiesAreFound() throws IOException {
        DataSet first = gate.treated(original());
        DataSet prior = original();
        prior.setString(Tag.StudyInstanceUID, Gate.STUDY + "2");
        prior.setString(Tag.SOPInstanceUID, Gate.SOP_INSTANCE + "2");
        gate.receive(Gate.encode(prior, EXPLICIT), EXPLICIT, Gate.CT, Gate.SOP_INSTANCE + "2");
        DataSet result = result(first);
        DataSet reference = new DataSet();
        reference.setString(Tag.ReferencedSOPInstanceUID, text(gate.lastDataSet(), Tag.SOPInstanceUID));
        result.setItems(Tag.SourceImageSequence, reference);
        DataSet back = Gate.read(restored(part10(result, EXPLICIT)));
        assertEquals(
                Gate.SOP_INSTANCE + "2",
                back.items(Tag.SourceImageSequence).get(0).string(Tag.ReferencedSOPInstanceUID));
    }

    @Test
    void aReferenceThatNobodyKnowsStaysAndIsCounted() throws IOException {
        DataSet result = result(gate.treated(original()));
        DataSet known = new DataSet();
        known.setString(Tag.ReferencedSOPInstanceUID, RESULT);
        DataSet stranger = new DataSet();
        stranger.setString(Tag.ReferencedSOPInstanceUID, "1.2.3.4");
        result.setItems(Tag.SourceImageSequence, known, stranger);
        byte[] made = part10(result, EXPLICIT);
        examined(made);
        DataSet back = Gate.read(restored(made));
        assertEquals("1.2.3.4", back.items(Tag.SourceImageSequence).get(1).string(Tag.ReferencedSOPInstanceUID));
        assertEquals(1, batch.unresolved(), "what came in the same batch is known");
    }

    @Test
    void aNameOfAnotherCharacterSetIsWrittenInUtf8() throws IOException {
        DataSet image = original();
        image.setString(Tag.SpecificCharacterSet, "ISO_IR 100");
        image.setString(Tag.PatientName, "Müller^Zoë");
        DataSet result = result(gate.treated(image));
        result.setString(Tag.SpecificCharacterSet, "ISO_IR 144");
        result.setString(Tag.SeriesDescription, "Лёгкие");
        DataSet back = Gate.read(restored(part10(result, EXPLICIT)));
        assertEquals("Müller^Zoë", back.string(Tag.PatientName));
        assertEquals("Лёгкие", back.string(Tag.SeriesDescription));
        assertEquals("ISO_IR 192", back.string(Tag.SpecificCharacterSet));
    }

    @Test
    void anImageOfAnUnknownPatientIsNotRestored() throws IOException {
        DataSet result = result(gate.treated(original()));
        result.setString(Tag.StudyInstanceUID, "2.25.1");
        result.setString(Tag.PatientID, "ANON-000000000000");
        byte[] made = part10(result, EXPLICIT);
        Returned found = examined(made);
        assertEquals(Kind.UNKNOWN_PATIENT, found.kind());
        assertEquals("neither its study nor its patient is known here", found.reason());
        assertThrows(IOException.class, () -> restored(made));
    }

    @Test
    void aPatientThatIsNotThatOfTheStudyIsUnknown() throws IOException {
        DataSet result = result(gate.treated(original()));
        result.setString(Tag.PatientID, "ANON-000000000000");
        Returned found = examined(part10(result, EXPLICIT));
        assertEquals(Kind.UNKNOWN_PATIENT, found.kind());
        assertEquals("it names another patient than its study does", found.reason());
    }

    @Test
    void aNewStudyOfAKnownPatientGetsThePatientAlone() throws IOException {
        DataSet result = result(gate.treated(original()));
        result.setString(Tag.StudyInstanceUID, "2.25.1");
        result.setString(Tag.AccessionNumber, "ITH 1");
        DataSet back = Gate.read(restored(part10(result, EXPLICIT)));
        assertEquals("MRN4711", back.string(Tag.PatientID));
        assertEquals("2.25.1", back.string(Tag.StudyInstanceUID));
        assertEquals("ITH 1", back.string(Tag.AccessionNumber), "a study of its own");
    }

    /** An object as the earlier proxy or the back end left it. */
    private static DataSet ofOldStudy() {
        DataSet image = Gate.withoutPixels();
        image.setString(Tag.StudyInstanceUID, FakeEarlier.STUDY);
        image.setString(Tag.SeriesInstanceUID, FakeEarlier.SERIES);
        image.setString(Tag.SOPInstanceUID, FakeEarlier.SERIES + ".3");
        image.setString(Tag.PatientName, FakeEarlier.PSEUDONYM);
        image.setString(Tag.PatientID, FakeEarlier.PSEUDONYM);
        image.setString(Tag.PatientIdentityRemoved, "YES");
        image.setString(Tag.StudyDate, "19700101");
        image.setString(Tag.SeriesDate, "19700101");
        return image;
    }

    @Test
    void anImageThatAnEarlierProxySentGetsWhatThatKept() throws IOException {
        byte[] sent = part10(ofOldStudy(), EXPLICIT);
        assertEquals(Kind.RESULT, examined(sent).kind());
        DataSet back = Gate.read(restored(sent));
        assertEquals("DOE^J", back.string(Tag.PatientName));
        assertEquals("OLD 17", back.string(Tag.PatientID));
        assertEquals("Roe", back.string(Tag.PatientMotherBirthName));
        assertEquals("20191231", back.string(Tag.StudyDate));
        assertEquals("Schädel", back.string(Tag.StudyDescription));
        assertEquals("20191230", back.string(Tag.SeriesDate));
        assertEquals("Meier", back.string(Tag.OperatorsName));
        assertEquals(FakeEarlier.STUDY, back.string(Tag.StudyInstanceUID));
        assertEquals(FakeEarlier.SERIES + ".3", back.string(Tag.SOPInstanceUID));
        assertNull(back.string(Tag.PatientIdentityRemoved), "it is not removed any more");
        assertNull(back.get(Tag.PixelData), "the old database decides nothing but identity");
    }

    @Test
    void aResultForAStudyOfAnEarlierProxyGetsThePatientAndKeepsItsSeries() throws IOException {
        DataSet result = ofOldStudy();
        result.setString(Tag.SeriesInstanceUID, RESULT + ".1");
        result.setString(Tag.SeriesDate, "20261125");
        DataSet back = Gate.read(restored(part10(result, EXPLICIT)));
        assertEquals("DOE^J", back.string(Tag.PatientName));
        assertEquals("20191231", back.string(Tag.StudyDate));
        assertEquals("20261125", back.string(Tag.SeriesDate));
        assertNull(back.string(Tag.OperatorsName));
    }

    @Test
    void aNewStudyOfAPatientOfAnEarlierProxyGetsThePatientAlone() throws IOException {
        DataSet result = ofOldStudy();
        result.setString(Tag.StudyInstanceUID, "2.25.1");
        result.setString(Tag.SeriesInstanceUID, "2.25.2");
        DataSet back = Gate.read(restored(part10(result, EXPLICIT)));
        assertEquals("DOE^J", back.string(Tag.PatientName));
        assertEquals("19700101", back.string(Tag.StudyDate), "a study of its own");
        assertNull(back.string(Tag.StudyDescription));
    }

    @Test
    void aResultThatComesBackIsAcknowledgedAndNotKept() throws IOException {
        DataSet result = result(gate.treated(original()));
        byte[] made = part10(result, EXPLICIT);
        examined(made);
        batch.remember(List.of(RESULT));
        DataSet back = Gate.read(restored(made));
        int before = gate.store.instances.size();
        assertEquals(
                new IntakeResult.Kept(IntakeResult.How.SAME),
                gate.receive(Gate.encode(back, EXPLICIT), EXPLICIT, SEGMENTATION, RESULT));
        assertEquals(before, gate.store.instances.size());
        assertEquals(List.of(), gate.store.held);
    }

    @Test
    void whatWasSentOutIsKnownAfterARestartAndATornEndIsCutOff() throws IOException {
        for (int i = 0; i < 3_000; i++) {
            gate.results.add(Set.of("1.2." + i));
        }
        gate.results.close();
        Path file = gate.sent;
        Files.write(file, new byte[] {1, 2, 3}, java.nio.file.StandardOpenOption.APPEND);
        try (SentResults again = new SentResults(file)) {
            assertEquals(3_000 * 16, Files.size(file));
            for (int i = 0; i < 3_000; i++) {
                assertTrue(again.contains("1.2." + i));
            }
            assertFalse(again.contains("1.2.3000"));
        }
    }

    @Test
    void whatIsNoDicomIsRefused() {
        assertThrows(
                DicomDataException.class,
                () -> examined("no DICOM at all, but long enough".getBytes(StandardCharsets.US_ASCII)));
    }

    @Test
    void whoMayNotReadIdentityIsRefused() throws IOException {
        byte[] sent = part10(result(gate.treated(original())), EXPLICIT);
        AccessRequest stranger = new AccessRequest("x", Set.of(), "shell", "curious", "2.25.1");
        assertThrows(
                AccessDeniedException.class, () -> returned.begin(stranger).restore(new ByteArrayInputStream(sent)));
    }
}
