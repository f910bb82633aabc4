package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.OriginalInstances.Original;
import org.sallyport.gateway.api.intake.OriginalInstances.Originals;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;

/** Originals of several instances, read as a receiver reads them. */
class OriginalsTest {

    @TempDir
    private Path folder;

    private Gate gate;

    @BeforeEach
    void open() throws IOException {
        gate = new Gate(Gate.SHIFTED, folder);
    }

    private static DataSet second() {
        DataSet image = Gate.image();
        image.setString(Tag.SOPInstanceUID, Gate.SOP_INSTANCE + ".2");
        image.setString(Tag.AccessionNumber, "ACC-0815");
        image.setString(Tag.PatientBirthDate, "19600102");
        DataSet other = new DataSet();
        other.setString(Tag.PatientID, "OTHER-77");
        image.setItems(Tag.OtherPatientIDsSequence, other);
        return image;
    }

    private List<DataSet> receiveTwo() throws IOException {
        gate.receive(Gate.image());
        gate.receive(
                Gate.encode(second(), TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN),
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                Gate.CT,
                Gate.SOP_INSTANCE + ".2");
        return List.of(Gate.image(), second());
    }

    private void assertNothingIsLeftBehind() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    @Test
    void nothingIsGivenOutOfAnObjectThatIsAnotherOne() throws Exception {
        receiveTwo();
        IOException refused = assertThrows(IOException.class, () -> gate.pulledBytes(gate.store.instances.get(0), 1));
        assertTrue(String.valueOf(refused.getMessage()).contains("is not the instance"), refused.getMessage());
        assertNothingIsLeftBehind();
    }

    @Test
    void theyAreReadAsOftenAsNeededAndAreWhatTheyAreSaidToBe() throws Exception {
        List<DataSet> sent = receiveTwo();
        Originals originals = gate.originals(Gate.OFFICER);
        assertEquals(2, originals.instances().size());
        for (int i = 0; i < 2; i++) {
            Original original = originals.instances().get(i);
            assertEquals(sent.get(i).string(Tag.SOPInstanceUID), original.sopInstanceUid());
            assertEquals(Gate.SERIES, original.seriesInstanceUid());
            for (int times = 0; times < 2; times++) {
                byte[] bytes;
                try (InputStream in = original.open()) {
                    bytes = in.readAllBytes();
                }
                assertEquals(original.length(), bytes.length);
                CRC32 crc = new CRC32();
                crc.update(bytes);
                assertEquals(original.crc32(), crc.getValue());
                assertEquals(List.of(), DataSetDifference.between(sent.get(i), Gate.read(bytes)));
            }
        }
        assertEquals(1, gate.vault.readings, "checked and audited once");
        assertNothingIsLeftBehind();
    }

    @Test
    void nobodyElseIsGivenThem() throws Exception {
        receiveTwo();
        AccessRequest administrator =
                new AccessRequest("root", Set.of(Roles.ADMINISTRATOR), "shell", "a good reason", "2.25.1");
        assertThrows(AccessDeniedException.class, () -> gate.originals(administrator));
    }

    @Test
    void readInSmallPiecesTheyAreTheSame() throws Exception {
        receiveTwo();
        Original original = gate.originals(Gate.OFFICER).instances().get(1);
        ByteArrayOutputStream one = new ByteArrayOutputStream();
        ByteArrayOutputStream few = new ByteArrayOutputStream();
        try (InputStream in = original.open()) {
            for (int b = in.read(); b >= 0; b = in.read()) {
                one.write(b);
            }
            assertEquals(-1, in.read());
        }
        try (InputStream in = original.open()) {
            byte[] piece = new byte[7];
            assertEquals(0, in.read(piece, 0, 0));
            for (int n = in.read(piece, 2, 5); n >= 0; n = in.read(piece, 2, 5)) {
                few.write(piece, 2, n);
            }
        }
        assertArrayEquals(gate.restoredBytes(gate.last()), one.toByteArray());
        assertArrayEquals(one.toByteArray(), few.toByteArray());
    }

    /** Longer than what is held in memory, in a sequence that was removed whole. */
    @Test
    void longValuesAtAnyDepthFlowAndLeaveNoTrace() throws Exception {
        byte[] value = "DOE^JANE ".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
        DataSet inner = new DataSet();
        inner.put(Element.of(Tag.PatientComments, VR.LT, value));
        inner.setString(Tag.PatientID, "INNER");
        DataSet outer = new DataSet();
        outer.setItems(Tag.OtherPatientIDsSequence, inner, inner);
        DataSet image = Gate.image();
        image.setItems(Tag.RequestAttributesSequence, outer, inner);
        image.put(Element.of(Tag.PatientComments, VR.LT, value));
        gate.receive(image);
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
        Original original = gate.originals(Gate.OFFICER).instances().get(0);
        assertTrue(original.length() > 4L * value.length);
        DataSet read;
        try (InputStream in = original.open()) {
            read = Gate.read(in.readAllBytes());
        }
        assertEquals(List.of(), DataSetDifference.between(image, read));
        InputStream in = original.open();
        in.readNBytes(value.length);
        try (Stream<Path> files = Files.list(folder)) {
            assertTrue(files.findAny().isPresent(), "what is too long for memory lies there, sealed, while it is read");
        }
        in.close();
        in.close();
        assertNothingIsLeftBehind();
    }

    @Test
    void answersThatQuoteThemAreTold() throws Exception {
        receiveTwo();
        Originals originals = gate.originals(Gate.OFFICER);
        for (String quotes : List.of(
                "A700 (no room for Doe)",
                "conflict with jane, see log",
                "0110 (MRN4711 is locked)",
                "unknown id other-77",
                "ACC-0815?",
                "birth date 19600102 differs",
                "instance " + Gate.SOP_INSTANCE + ".2 exists",
                "study " + Gate.STUDY)) {
            assertTrue(originals.areQuotedIn(quotes), quotes);
        }
        for (String harmless :
                List.of("", "A700 (out of resources)", "no connection: ConnectException", "doer, janes")) {
            assertFalse(originals.areQuotedIn(harmless), harmless);
        }
        assertFalse((originals + " " + originals.instances()).contains("JANE"));
        assertFalse((originals + " " + originals.instances()).contains(Gate.SOP_INSTANCE));
    }

    /** The character set is told by what is stored, not by the record of originals. */
    @Test
    void aNameOfAnyScriptIsRecognised() throws Exception {
        DataSet image = Gate.image();
        image.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        image.setString(Tag.PatientName, "Müller^Jörg=山田^太郎");
        gate.receive(image);
        Originals originals = gate.originals(Gate.OFFICER);
        assertTrue(originals.areQuotedIn("no müller here"));
        assertTrue(originals.areQuotedIn("山田 exists"));
    }

    private static DataSet withSequence(String content) {
        DataSet image = Gate.image();
        DataSet item = new DataSet();
        item.setString(Tag.EncryptedContentTransferSyntaxUID, "1.2.840.10008.1.2.1");
        item.put(Element.of(Tag.EncryptedContent, VR.OB, content.getBytes(StandardCharsets.US_ASCII)));
        image.setItems(Tag.EncryptedAttributesSequence, item);
        return image;
    }

    /** Identity that others have encrypted, for whomever. */
    @Test
    void anEncryptedAttributesSequenceThatComesWithAnObjectGoesWhateverTheProfileSays() throws Exception {
        gate = new Gate(
                Profile.of(
                        "test",
                        Set.of(Option.RETAIN_PATIENT_CHARACTERISTICS),
                        ProfileRule.of(Tag.EncryptedAttributesSequence, Action.KEEP)),
                folder);
        DataSet image = withSequence("theirs");
        assertFalse(gate.treated(image).contains(Tag.EncryptedAttributesSequence));
        assertEquals(List.of(), DataSetDifference.between(image, gate.restored()));
    }

    /** It went out with the copy that is given back, and is none of the original's. */
    @Test
    void anEncryptedAttributesSequenceInACopyIsLeftOutWhenItIsRestored() throws Exception {
        for (DataSet image : List.of(Gate.image(), withSequence("theirs"))) {
            gate = new Gate(Gate.SHIFTED, folder);
            gate.receive(image);
            byte[] stored = gate.lastBytes();
            DataSet copy = Gate.read(stored);
            copy.put(Objects.requireNonNull(withSequence("ours").get(Tag.EncryptedAttributesSequence)));
            ByteArrayOutputStream given = new ByteArrayOutputStream();
            Gate.open(stored).meta().write(given);
            given.writeBytes(Gate.encode(copy, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
            assertEquals(
                    List.of(),
                    DataSetDifference.between(image, Gate.read(gate.restoredBytes(gate.last(), given.toByteArray()))));
        }
    }
}
