package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNull;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.SequenceInputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.Arrays;
import java.util.List;
import java.util.Locale;
import java.util.Map;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.intake.IntakeResult.Kept;
import org.sallyport.gateway.api.intake.IntakeResult.Rejected;
import org.sallyport.gateway.api.intake.IntakeResult.Why;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.StoreFullException;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;

/** From the received bytes to what is stored, held or refused, and back to the original. */
class IntakeTest {

    private static final TransferSyntax EXPLICIT = TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN;
    private static final TransferSyntax IMPLICIT = TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN;

    @TempDir
    private Path folder;

    private Gate gate;

    @BeforeEach
    void open() throws IOException {
        gate = new Gate(Gate.SHIFTED, folder);
    }

    private static Rejected rejected(Why why, IntakeResult result) {
        Rejected rejected = assertInstanceOf(Rejected.class, result);
        assertEquals(why, rejected.why());
        assertTrue(rejected.comment().length() <= 64, rejected.comment());
        return rejected;
    }

    private static boolean contains(byte[] bytes, String text) {
        return new String(bytes, StandardCharsets.ISO_8859_1).contains(text);
    }

    private void assertNothingIsLeftBehind() throws IOException {
        assertEquals(0, gate.store.openFrames);
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void anImageIsStoredUnderItsPseudonym() throws Exception {
        assertEquals(new Kept(How.STORED), gate.receive(Gate.image()));
        DataSet stored = gate.lastDataSet();
        assertEquals(gate.last().facts().pseudonym(), stored.string(Tag.PatientName));
        assertEquals(gate.last().facts().pseudonym(), stored.string(Tag.PatientID));
        assertEquals(FakeVault.mapped(Gate.STUDY), gate.last().facts().studyInstanceUid());
        assertEquals(FakeVault.mapped(Gate.SERIES), gate.last().facts().seriesInstanceUid());
        assertEquals(FakeVault.mapped(Gate.SOP_INSTANCE), gate.last().facts().sopInstanceUid());
        assertEquals("CT", gate.last().facts().modality());
        assertNothingIsLeftBehind();
    }

    @ParameterizedTest
    @ValueSource(
            strings = {
                "1.2.840.10008.5.1.4.1.1.2", // CT
                "1.2.840.10008.5.1.4.1.1.2.1", // Enhanced CT
                "1.2.840.10008.5.1.4.1.1.128", // PET
                "1.2.840.10008.5.1.4.1.1.130", // Enhanced PET
                "1.2.840.10008.5.1.4.1.1.4", // MR
                "1.2.840.10008.5.1.4.1.1.4.1", // Enhanced MR
                "1.2.840.10008.5.1.4.1.1.4.3" // Enhanced MR Color
            })
    void anObjectOfEachClassThatIsAcceptedIsStored(String sopClass) throws Exception {
        DataSet image = Gate.image();
        image.setString(Tag.SOPClassUID, sopClass);
        IntakeResult result = gate.receive(Gate.encode(image, EXPLICIT), EXPLICIT, sopClass, Gate.SOP_INSTANCE);
        assertEquals(new Kept(How.STORED), result);
        assertEquals(sopClass, gate.lastDataSet().string(Tag.SOPClassUID));
        assertEquals(sopClass, Gate.open(gate.lastBytes()).meta().mediaStorageSopClassUid());
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    @Test
    void theSameImageAgainIsTheSameInWhateverSyntax() throws Exception {
        gate.receive(Gate.image());
        assertEquals(new Kept(How.SAME), gate.receive(Gate.image()));
        assertEquals(new Kept(How.SAME), gate.receive(Gate.image(), IMPLICIT));
        assertEquals(new Kept(How.SAME), gate.receive(Gate.image(), TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN));
        assertEquals(new Kept(How.SAME), gate.receive(Gate.image(), TransferSyntax.EXPLICIT_VR_BIG_ENDIAN));
        assertEquals(1, gate.store.instances.size());
    }

    @Test
    void anyChangeMakesItAnotherVersion() throws Exception {
        gate.receive(Gate.image());
        DataSet otherPixels = Gate.image();
        otherPixels.setInt(Tag.PixelData, VR.OW, 1, 2, 3, 4);
        assertEquals(new Kept(How.CHANGED), gate.receive(otherPixels));
        DataSet otherText = Gate.image();
        otherText.setString(Tag.PatientComments, "seen");
        assertEquals(new Kept(How.CHANGED), gate.receive(otherText), "also of what is removed");
        assertNotEquals(List.of(), DataSetDifference.between(otherPixels, otherText));
    }

    /** Routes go by station and institution, which most profiles remove. */
    @Test
    void stationAndInstitutionAreKnownAsTheProfileLeavesThemAndByKeyedDigests() throws Exception {
        DataSet image = Gate.image();
        image.setString(Tag.StationName, "CT-URBAN");
        image.setString(Tag.InstitutionName, "Krankenhaus am Urban");
        gate.receive(image);
        InstanceFacts removed = gate.last().facts();
        Set<String> keys = Set.of(
                gate.vault.lookupKey("StationName", "CT-URBAN"),
                gate.vault.lookupKey("InstitutionName", "Krankenhaus am Urban"));
        assertEquals(keys, removed.lookupKeys());
        assertFalse(removed.toString().toUpperCase(Locale.ROOT).contains("URBAN"), "nothing of it in the clear");

        Gate open = new Gate(Gate.profile(Option.RETAIN_DEVICE_IDENTITY, Option.RETAIN_INSTITUTION_IDENTITY), folder);
        open.receive(image);
        InstanceFacts kept = open.last().facts();
        assertEquals("CT-URBAN", kept.attributes().get("StationName"));
        assertEquals("Krankenhaus am Urban", kept.attributes().get("InstitutionName"));
    }

    @Test
    void bigEndianAndDeflatedAreStoredAsExplicitLittleEndian() throws Exception {
        gate.receive(Gate.image(), TransferSyntax.EXPLICIT_VR_BIG_ENDIAN);
        byte[] fromBigEndian = gate.lastBytes();
        assertEquals(EXPLICIT.uid(), gate.last().facts().transferSyntaxUid());
        Gate other = new Gate(Gate.SHIFTED, folder);
        other.receive(Gate.image(), TransferSyntax.DEFLATED_EXPLICIT_VR_LITTLE_ENDIAN);
        assertArrayEquals(fromBigEndian, other.lastBytes());
        Gate implicit = new Gate(Gate.SHIFTED, folder);
        implicit.receive(Gate.image(), IMPLICIT);
        assertEquals(IMPLICIT, Gate.open(implicit.lastBytes()).transferSyntax());
    }

    @Test
    void fileMetaInformationAndPreambleTellNothingOfTheSender() throws Exception {
        gate.receive(Gate.image());
        byte[] part10 = gate.lastBytes();
        assertArrayEquals(new byte[128], Arrays.copyOf(part10, 128));
        Part10Reader reader = Gate.open(part10);
        assertNull(reader.meta().sourceAet());
        assertFalse(contains(part10, Gate.SENDER.callingAet()));
        assertFalse(contains(part10, Gate.SENDER.calledAet()));
        assertFalse(contains(gate.restoredBytes(gate.last()), Gate.SENDER.callingAet()));
    }

    @Test
    void idsOfSeveralValuesAreWholeIds() throws Exception {
        DataSet image = Gate.image();
        image.put(Gate.text(Tag.PatientID, VR.LO, "A\\B"));
        gate.receive(image);
        assertEquals(
                "A\\B",
                Objects.requireNonNull(gate.vault.assigned.get(Gate.STUDY)).patientId());
    }

    @Test
    void withRetainedUidsFileAndDataSetAgree() throws Exception {
        gate = new Gate(Gate.profile(Option.RETAIN_UIDS), folder);
        gate.receive(Gate.image());
        assertEquals(Gate.SOP_INSTANCE, gate.lastDataSet().string(Tag.SOPInstanceUID));
        assertEquals(Gate.SOP_INSTANCE, Gate.open(gate.lastBytes()).meta().mediaStorageSopInstanceUid());
        assertEquals(Gate.SOP_INSTANCE, gate.last().facts().sopInstanceUid());
    }

    @Test
    void uidsThatAreMissingMalformedOrNotTheCommandsAreRefused() throws Exception {
        for (int tag : new int[] {Tag.SOPClassUID, Tag.SOPInstanceUID, Tag.StudyInstanceUID, Tag.SeriesInstanceUID}) {
            DataSet missing = Gate.image();
            missing.remove(tag);
            rejected(Why.DOES_NOT_MATCH, gate.receive(missing));
            for (Element wrong : List.of(
                    Element.empty(tag, VR.UI),
                    Gate.text(tag, VR.UI, "1.2.x^DOE"),
                    Gate.text(tag, VR.UI, "1.02"),
                    Gate.text(tag, VR.UI, "1." + "2".repeat(64)),
                    Element.of(tag, VR.US, new byte[] {1, 0}))) {
                DataSet malformed = Gate.image();
                malformed.put(wrong);
                Rejected answer = rejected(Why.DOES_NOT_MATCH, gate.receive(malformed));
                assertFalse(answer.comment().contains("DOE"));
            }
        }
        byte[] image = Gate.encode(Gate.image(), EXPLICIT);
        rejected(Why.DOES_NOT_MATCH, gate.receive(image, EXPLICIT, Gate.CT, "1.2.3"));
        rejected(Why.DOES_NOT_MATCH, gate.receive(image, EXPLICIT, "1.2.840.10008.5.1.4.1.1.4", Gate.SOP_INSTANCE));
        assertEquals(List.of(), gate.store.instances);
        assertEquals(Map.of(), gate.vault.assigned);
    }

    @Test
    void anImageWithTextInItsPixelsIsHeld() throws Exception {
        DataSet image = Gate.image();
        image.setString(Tag.BurnedInAnnotation, "YES");
        assertHeldWhole(image, Gate.CT, "Burned In Annotation");
    }

    @Test
    void aClassWithoutRuleIsHeld() throws Exception {
        String own = "1.2.276.0.99.4711";
        DataSet image = Gate.image();
        image.setString(Tag.SOPClassUID, own);
        assertHeldWhole(image, own, "no rule");
    }

    @Test
    void aStudyUnderASecondPatientIsHeld() throws Exception {
        gate.receive(Gate.image());
        DataSet image = Gate.image();
        image.setString(Tag.PatientID, "MRN0815");
        assertHeldWhole(image, Gate.CT, "another patient");
        assertEquals(1, gate.store.instances.size());
        assertHeldWhole(image, Gate.CT, "another patient");
        assertEquals(1, gate.store.held.size(), "once, however often it comes");
    }

    private void assertHeldWhole(DataSet image, String sopClass, String reason) throws IOException {
        image.setString(Tag.PatientComments, "Jane");
        IntakeResult result = gate.receive(Gate.encode(image, IMPLICIT), IMPLICIT, sopClass, Gate.SOP_INSTANCE);
        assertEquals(new Kept(How.QUARANTINED), result);
        Quarantine.Entry held = gate.store.held.get(0);
        assertEquals(Quarantine.Kind.HELD, held.description().kind());
        assertTrue(
                held.description().reason().contains(reason), held.description().reason());
        byte[] sealed = Objects.requireNonNull(gate.store.heldBytes.get(held.id()));
        assertFalse(contains(sealed, "DOE") || contains(sealed, "Jane"), "sealed");
        try (InputStream in = gate.vault.open("held/" + held.id(), new ByteArrayInputStream(sealed), Gate.OFFICER)) {
            assertEquals(List.of(), DataSetDifference.between(image, Gate.read(in.readAllBytes())));
        }
        assertNothingIsLeftBehind();
    }

    @ParameterizedTest
    @ValueSource(ints = {1, 7, 19, 60, 100})
    void whatIsCutOffIsRefusedAndItsBeginningKeptForDiagnosisOnce(int missing) throws Exception {
        byte[] image = Gate.encode(Gate.image(), EXPLICIT);
        byte[] cut = Arrays.copyOf(image, image.length - missing);
        Rejected answer = rejected(Why.CANNOT_UNDERSTAND, gate.receive(cut, EXPLICIT));
        assertFalse(answer.comment().isBlank());
        assertEquals(answer, rejected(Why.CANNOT_UNDERSTAND, gate.receive(cut, EXPLICIT)));
        assertEquals(1, gate.store.held.size());
        Quarantine.Entry held = gate.store.held.get(0);
        assertEquals(Quarantine.Kind.DIAGNOSTIC, held.description().kind());
        assertEquals(answer.comment(), held.description().reason());
        byte[] sealed = Objects.requireNonNull(gate.store.heldBytes.get(held.id()));
        try (InputStream in = gate.vault.open("held/" + held.id(), new ByteArrayInputStream(sealed), Gate.OFFICER)) {
            assertArrayEquals(cut, in.readAllBytes());
        }
        assertEquals(List.of(), gate.store.instances);
        assertNothingIsLeftBehind();
    }

    /** However long an object is that cannot be read, a copy of it takes no more room than that. */
    @Test
    void ofALongObjectThatCannotBeReadTheBeginningIsKept() throws Exception {
        DataSet image = Gate.withoutPixels();
        image.put(Element.of(Tag.PixelData, VR.OW, new byte[3 * WireInput.KEPT]));
        byte[] encoded = Gate.encode(image, EXPLICIT);
        rejected(Why.CANNOT_UNDERSTAND, gate.receive(Arrays.copyOf(encoded, encoded.length - 100), EXPLICIT));
        Quarantine.Entry held = gate.store.held.get(0);
        byte[] sealed = Objects.requireNonNull(gate.store.heldBytes.get(held.id()));
        try (InputStream in = gate.vault.open("held/" + held.id(), new ByteArrayInputStream(sealed), Gate.OFFICER)) {
            assertArrayEquals(Arrays.copyOf(encoded, WireInput.KEPT), in.readAllBytes());
        }
        assertNothingIsLeftBehind();
    }

    @Test
    void diagnosticCopiesKeepWithinTheirRoom() throws Exception {
        gate.store.room = 10;
        byte[] image = Gate.encode(Gate.image(), EXPLICIT);
        rejected(Why.CANNOT_UNDERSTAND, gate.receive(Arrays.copyOf(image, image.length - 1), EXPLICIT));
        assertEquals(List.of(), gate.store.held);
    }

    @Test
    void answersToGarbageTellNothingOfIt() throws Exception {
        Random random = new Random(5);
        byte[] image = Gate.encode(Gate.image(), EXPLICIT);
        for (int i = 0; i < 300; i++) {
            byte[] garbled = image.clone();
            for (int j = random.nextInt(4); j >= 0; j--) {
                garbled[random.nextInt(garbled.length)] = (byte) random.nextInt(256);
            }
            IntakeResult result = gate.receive(garbled, EXPLICIT);
            if (result instanceof Rejected refused) {
                assertFalse(
                        refused.comment().contains("DOE") || refused.comment().contains("4711"), refused.comment());
                assertTrue(refused.comment().length() <= 64, refused.comment());
                assertNotEquals(Why.OUT_OF_RESOURCES, refused.why(), "garbage is no failure of the gateway: " + i);
            }
        }
        assertNothingIsLeftBehind();
    }

    @Test
    void fileMetaElementsInADataSetAreRefused() throws Exception {
        DataSet image = Gate.image();
        image.setString(Tag.SourceApplicationEntityTitle, "CT_DOE");
        rejected(Why.CANNOT_UNDERSTAND, gate.receive(image));
    }

    @Test
    void fileMetaElementsInAnItemAreRemoved() throws Exception {
        DataSet item = new DataSet();
        item.setString(Tag.SourceApplicationEntityTitle, "CT_DOE");
        item.setString(Tag.CodeMeaning, "Head");
        DataSet image = Gate.image();
        image.setItems(Tag.AnatomicRegionSequence, item);
        DataSet treated = gate.treated(image);
        assertEquals(1, treated.items(Tag.AnatomicRegionSequence).get(0).size());
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    @Test
    void aFailingNetworkIsThrownAndNothingIsKept() throws Exception {
        byte[] image = Gate.encode(Gate.image(), EXPLICIT);
        InputStream broken =
                new SequenceInputStream(new ByteArrayInputStream(image, 0, image.length - 4), new InputStream() {
                    @Override
                    public int read() throws IOException {
                        throw new IOException("connection reset");
                    }

                    @Override
                    public int read(byte[] to, int offset, int length) throws IOException {
                        throw new IOException("connection reset");
                    }
                });
        try (Intake.Session session = gate.intake.open(Gate.SENDER)) {
            ReceivedObject object = new ReceivedObject(Gate.CT, Gate.SOP_INSTANCE, EXPLICIT);
            IOException e = assertThrows(IOException.class, () -> session.receive(object, broken));
            assertEquals("connection reset", e.getMessage());
        }
        assertEquals(List.of(), gate.store.instances);
        assertEquals(List.of(), gate.store.held);
        assertNothingIsLeftBehind();
    }

    @Test
    void aFailingStoreIsAnsweredAsOutOfResourcesAndTheSessionGoesOn() throws Exception {
        byte[] image = Gate.encode(Gate.image(), EXPLICIT);
        ReceivedObject object = new ReceivedObject(Gate.CT, Gate.SOP_INSTANCE, EXPLICIT);
        try (Intake.Session session = gate.intake.open(Gate.SENDER)) {
            for (Exception failure : List.of(
                    new StoreFullException("no room"),
                    new IOException("disk"),
                    new IllegalStateException("of DOE^JANE"))) {
                gate.store.failure = failure;
                Rejected answer =
                        rejected(Why.OUT_OF_RESOURCES, session.receive(object, new ByteArrayInputStream(image)));
                assertFalse(answer.comment().contains("DOE"));
            }
            gate.store.failure = null;
            assertEquals(new Kept(How.STORED), session.receive(object, new ByteArrayInputStream(image)));
        }
    }

    /** As when its journal cannot be forced to disk. */
    @Test
    void withoutAnAssignmentFromTheVaultNothingIsKept() throws Exception {
        gate.vault.assignFails = true;
        Rejected answer = rejected(Why.OUT_OF_RESOURCES, gate.receive(Gate.image()));
        assertFalse(answer.comment().contains("DOE"));
        assertEquals(List.of(), gate.store.instances);
        assertEquals(List.of(), gate.store.held);
        assertNothingIsLeftBehind();
        gate.vault.assignFails = false;
        assertEquals(new Kept(How.STORED), gate.receive(Gate.image()));
    }

    @Test
    void longValuesAreSpooledSealedAndComeBack() throws Exception {
        DataSet image = Gate.image();
        byte[] comments = "DOE^JANE ".repeat(250_000).getBytes(StandardCharsets.US_ASCII);
        image.put(Element.of(Tag.TextValue, VR.UT, comments));
        byte[] table = new byte[(1 << 20) + 2];
        new Random(3).nextBytes(table);
        image.put(Element.of(Tag.RedPaletteColorLookupTableData, VR.OW, table));
        SpyingStore spied = new SpyingStore(folder);
        ReceivedObject object = new ReceivedObject(Gate.CT, Gate.SOP_INSTANCE, EXPLICIT);
        try (Intake.Session session = gate.intake.open(Gate.SENDER)) {
            byte[] encoded = Gate.encode(image, EXPLICIT);
            assertEquals(new Kept(How.STORED), session.receive(object, spied.watching(encoded)));
        }
        assertTrue(spied.sawSpool, "a spool lay in the folder while the object passed");
        assertFalse(spied.sawIdentity, "what lies on the disk is sealed");
        DataSet stored = gate.lastDataSet();
        assertEquals("REMOVED", stored.string(Tag.TextValue));
        assertArrayEquals(
                table,
                Objects.requireNonNull(stored.get(Tag.RedPaletteColorLookupTableData))
                        .bytes());
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
        assertNothingIsLeftBehind();
    }

    /** Looks into the folder of spools while an object is read. */
    private static final class SpyingStore {

        private final Path folder;
        private boolean sawSpool;
        private boolean sawIdentity;

        SpyingStore(Path folder) {
            this.folder = folder;
        }

        InputStream watching(byte[] bytes) {
            return new ByteArrayInputStream(bytes) {
                @Override
                public synchronized int read(byte[] to, int offset, int length) {
                    look();
                    return super.read(to, offset, length);
                }
            };
        }

        private void look() {
            try (Stream<Path> files = Files.list(folder)) {
                for (Path file : files.toList()) {
                    sawSpool = true;
                    sawIdentity |= contains(Files.readAllBytes(file), "DOE");
                    assertEquals(
                            "rw-------",
                            java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(file)));
                }
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }
    }

    @Test
    void spoolsOfAFormerRunAreDeletedAtStart() throws Exception {
        Files.writeString(folder.resolve("left" + SealedSpool.SUFFIX), "x");
        Files.writeString(folder.resolve("another's"), "x");
        Gate started = new Gate(Gate.SHIFTED, folder);
        started.receive(Gate.image());
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(folder.resolve("another's")), files.toList());
        }
    }

    @Test
    void sequencesSentAsUnknownAreTreatedLikeOthers() throws Exception {
        DataSet item = new DataSet();
        item.setString(Tag.ReferencedSOPClassUID, Gate.CT);
        item.setString(Tag.ReferencedSOPInstanceUID, "1.2.3");
        item.setString(Tag.PatientName, "DOE^JANE");
        DataSet holder = new DataSet();
        holder.setItems(Tag.SourceImageSequence, item);
        byte[] items = Gate.encode(holder, IMPLICIT);
        DataSet image = Gate.image();
        // What follows tag and length is the value, delimiters included, as CP-246 has it.
        image.put(Element.of(Tag.SourceImageSequence, VR.UN, Arrays.copyOfRange(items, 8, items.length - 8)));
        DataSet treated = gate.treated(image);
        DataSet reference = treated.items(Tag.SourceImageSequence).get(0);
        assertEquals(FakeVault.mapped("1.2.3"), reference.string(Tag.ReferencedSOPInstanceUID));
        assertEquals(gate.last().facts().pseudonym(), reference.string(Tag.PatientName));
        image.put(Element.sequence(Tag.SourceImageSequence, List.of(item)));
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    @Test
    void bytesThatAreNoSequenceDoNotGoOutUnread() throws Exception {
        DataSet image = Gate.image();
        image.put(Gate.text(Tag.SourceImageSequence, VR.UN, "DOE^JANE"));
        image.put(Gate.text(Tag.SharedFunctionalGroupsSequence, VR.UN, "DOE^JANE"));
        gate.receive(image);
        assertFalse(contains(gate.lastBytes(), "DOE"));
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    @Test
    void groupLengthsArePassedOver() throws Exception {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        bytes.write(new byte[] {8, 0, 0, 0, 4, 0, 0, 0, 10, 0, 0, 0});
        bytes.write(Gate.encode(Gate.image(), IMPLICIT));
        assertEquals(new Kept(How.STORED), gate.receive(bytes.toByteArray(), IMPLICIT));
        assertEquals(List.of(), DataSetDifference.between(Gate.image(), gate.restored()));
        assertEquals(new Kept(How.SAME), gate.receive(Gate.image()));
    }

    @ParameterizedTest
    @ValueSource(
            strings = {"\\ISO 2022 IR 87", "\\ISO 2022 IR 149", "\\ISO 2022 IR 58", "GB18030", "GBK", "ISO_IR 192"})
    void namesInEveryCharacterSetAreReplacedAndComeBack(String set) throws Exception {
        String name =
                switch (set) {
                    case "\\ISO 2022 IR 87" -> "Yamada^Tarou=山田^太郎=やまだ^たろう";
                    case "\\ISO 2022 IR 149" -> "Hong^Gildong=洪^吉洞=홍^길동";
                    case "\\ISO 2022 IR 58" -> "Zhang^XiaoDong=张^小东=";
                    default -> "Wang^XiaoDong=王^小东=";
                };
        DataSet image = Gate.image();
        image.setString(Tag.SpecificCharacterSet, set.split("\\\\", -1));
        image.setString(Tag.PatientName, name);
        image.setString(Tag.PatientComments, name);
        DataSet item = new DataSet();
        image.setItems(Tag.SharedFunctionalGroupsSequence, item);
        item.setString(Tag.PatientName, name);
        item.setString(Tag.PersonName, name);
        assertEquals(name, image.string(Tag.PatientName), "the test's own name is encodable");
        byte[] encodedName = Objects.requireNonNull(image.get(Tag.PatientName)).bytes();
        DataSet treated = gate.treated(image);
        assertEquals(gate.last().facts().pseudonym(), treated.string(Tag.PatientName));
        String stored = new String(gate.lastBytes(), StandardCharsets.ISO_8859_1);
        for (String part : new String(encodedName, StandardCharsets.ISO_8859_1).split("[\\^=]", -1)) {
            assertFalse(part.length() > 3 && stored.contains(part), part);
        }
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
        assertEquals(name, gate.restored().string(Tag.PatientName));
    }

    static Stream<TransferSyntax> encapsulated() {
        return TransferSyntax.all().stream().filter(TransferSyntax::encapsulated);
    }

    @ParameterizedTest
    @MethodSource("encapsulated")
    void encapsulatedPixelsPassUntouchedWithWhatStandsBehindThem(TransferSyntax syntax) throws Exception {
        DataSet image = Gate.withoutPixels();
        image.put(new Element(
                Tag.PixelData,
                VR.OB,
                new org.sallyport.dicom.data.Value.Fragments(
                        List.of(new byte[] {0, 0, 0, 0}, new byte[] {1, 2, 3, 4}, new byte[] {5, 6}))));
        image.put(Gate.text(Tag.DataSetTrailingPadding, VR.OB, "DOE^JANE"));
        assertEquals(new Kept(How.STORED), gate.receive(image, syntax));
        assertEquals(syntax.uid(), gate.last().facts().transferSyntaxUid());
        assertEquals(syntax, Gate.open(gate.lastBytes()).transferSyntax());
        DataSet stored = gate.lastDataSet();
        assertFalse(stored.contains(Tag.DataSetTrailingPadding));
        DataSet pixels = new DataSet();
        pixels.put(Objects.requireNonNull(image.get(Tag.PixelData)));
        DataSet storedPixels = new DataSet();
        storedPixels.put(Objects.requireNonNull(stored.get(Tag.PixelData)));
        assertEquals(List.of(), DataSetDifference.between(pixels, storedPixels));
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
        assertEquals(syntax, Gate.open(gate.restoredBytes(gate.last())).transferSyntax());
    }

    @Test
    void theOriginalIsGivenToThePrivacyOfficerOnlyAndNotAByteBefore() throws Exception {
        gate.receive(Gate.image());
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        AccessRequest administrator =
                new AccessRequest("root", Set.of(Roles.ADMINISTRATOR), "shell", "a good reason", "2.25.1");
        assertThrows(AccessDeniedException.class, () -> gate.restore(gate.last(), administrator, out));
        assertEquals(0, out.size());
    }

    @Test
    void aRestoredFileHasTheOriginalUidInItsMetaInformation() throws Exception {
        gate.receive(Gate.image());
        Part10Reader restored = Gate.open(gate.restoredBytes(gate.last()));
        assertEquals(Gate.SOP_INSTANCE, restored.meta().mediaStorageSopInstanceUid());
        assertEquals(Gate.CT, restored.meta().mediaStorageSopClassUid());
    }

    /** What was taken in has to come back, even if reading it again weighs more: here for items that were sent as bytes of UN. */
    @Test
    void whatWasReceivedWithinTheLimitsCanBeRestored() throws Exception {
        DataSet image = Gate.image();
        byte[] emptyItems = new byte[1 << 19];
        for (int at = 0; at < emptyItems.length; at += 8) {
            System.arraycopy(new byte[] {(byte) 0xFE, (byte) 0xFF, 0, (byte) 0xE0}, 0, emptyItems, at, 4);
        }
        for (int tag :
                new int[] {Tag.OtherPatientIDsSequence, Tag.ReferencedPatientSequence, Tag.RequestAttributesSequence}) {
            image.put(Element.of(tag, VR.UN, emptyItems));
        }
        assertEquals(new Kept(How.STORED), gate.receive(image));
        DataSet restored = gate.restored();
        assertEquals(1 << 16, restored.items(Tag.OtherPatientIDsSequence).size());
    }

    @Test
    void pixelRepresentationStandsBehindAttributesThatDependOnIt() throws Exception {
        for (int signed : new int[] {0, 1}) {
            gate = new Gate(Gate.SHIFTED, folder);
            DataSet image = Gate.image();
            image.setInt(Tag.PixelRepresentation, signed);
            VR vr = signed == 1 ? VR.SS : VR.US;
            image.put(Element.of(Tag.SmallestImagePixelValue, vr, new byte[] {(byte) 0xF0, (byte) 0xFF}));
            image.put(Element.of(Tag.PixelPaddingValue, vr, new byte[] {(byte) 0xF0, (byte) 0xFF}));
            assertEquals(new Kept(How.STORED), gate.receive(image, IMPLICIT));
            assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
        }
    }

    @Test
    void restoringOneOriginalWithNestedSequencesKeepsTheirOrder() throws Exception {
        DataSet inner = new DataSet();
        inner.setString(Tag.CodeMeaning, "Head");
        DataSet outer = new DataSet();
        outer.setItems(Tag.AnatomicRegionModifierSequence, inner);
        DataSet image = Gate.image();
        image.setItems(Tag.AnatomicRegionSequence, outer);
        image.setString(Tag.AccessionNumber, "A1");
        image.setString(Tag.PatientComments, "Jane");
        gate.receive(image);
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    @Test
    void identityDoesNotStandInTheTextOfWhatIsPassedAround() {
        ReceivedObject object = new ReceivedObject(Gate.CT, Gate.SOP_INSTANCE, EXPLICIT);
        assertFalse(object.toString().contains(Gate.SOP_INSTANCE));
    }
}
