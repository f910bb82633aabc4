package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InputStream;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Objects;
import java.util.Random;
import java.util.Set;
import java.util.stream.Stream;
import java.util.zip.CRC32;
import org.bouncycastle.asn1.ASN1Encodable;
import org.bouncycastle.cms.CMSEnvelopedData;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.EncryptedOriginals.Encrypted;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.testkit.Certificates;

/** De-identified images with their originals in them, as they are handed on, and what their recipients read. */
class EncryptedOriginalsTest {

    private static Certificates research;
    private static Certificates clinic;

    @TempDir
    private Path folder;

    private Gate gate;

    @BeforeAll
    static void makeKeys(@TempDir Path keys) throws Exception {
        research = Certificates.rsa(keys, "research", 2048);
        clinic = Certificates.rsa(keys, "clinic", 2048);
    }

    @BeforeEach
    void open() throws IOException {
        gate = new Gate(Gate.SHIFTED, folder);
    }

    private void assertNothingIsLeftBehind() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            assertEquals(List.of(), files.toList());
        }
    }

    private static byte[] read(Encrypted encrypted) throws IOException {
        try (InputStream in = encrypted.open()) {
            return in.readAllBytes();
        }
    }

    private static DataSet item(DataSet delivered) {
        List<DataSet> items = delivered.items(Tag.EncryptedAttributesSequence);
        assertEquals(1, items.size());
        return items.get(0);
    }

    private static DataSet decrypted(DataSet delivered, Certificates recipient) throws IOException {
        return new Recipient(recipient.x509(), recipient.privateKey()).read(item(delivered));
    }

    /** As PS3.15 E.1.2 has it: the originals in place of what stands there; then without what was added. */
    static DataSet reidentified(DataSet delivered, DataSet originals, DataSet sent) {
        DataSet result = delivered.copy();
        originals.elements().forEach(result::put);
        for (Element element : delivered.elements()) {
            if (!sent.contains(element.tag())) {
                result.remove(element.tag());
            }
        }
        return result;
    }

    @Test
    void eachRecipientReadsTheOriginalsAndTheRestIsAsStored() throws Exception {
        List<TransferSyntax> syntaxes = List.of(
                TransferSyntax.IMPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                TransferSyntax.EXPLICIT_VR_BIG_ENDIAN,
                Gate.JPEG);
        for (TransferSyntax syntax : syntaxes) {
            for (int seed = 0; seed < 10; seed++) {
                gate = new Gate(Gate.SHIFTED, folder);
                DataSet sent = random(seed, syntax);
                gate.receive(Gate.encode(sent, syntax), syntax, Gate.CT, RandomDataSets.PLANTED_UID + ".1.1.1");
                Encrypted encrypted = gate.encrypted(Gate.OFFICER, research.x509(), clinic.x509())
                        .get(0);
                byte[] bytes = read(encrypted);
                assertFalse(RandomDataSets.isPlantedIn(bytes), "seed " + seed);
                DataSet delivered = Gate.read(bytes);
                DataSet originals = decrypted(delivered, research);
                assertEquals(List.of(), DataSetDifference.between(originals, decrypted(delivered, clinic)));
                assertEquals(
                        List.of(),
                        DataSetDifference.between(sent, reidentified(delivered, originals, sent)),
                        syntax + ", seed " + seed);
                DataSet without = delivered.copy();
                without.remove(Tag.EncryptedAttributesSequence);
                assertEquals(List.of(), DataSetDifference.between(gate.lastDataSet(), without));
                assertEquals(
                        Gate.open(gate.lastBytes()).meta(), Gate.open(bytes).meta());
            }
        }
        assertNothingIsLeftBehind();
    }

    private static DataSet random(int seed, TransferSyntax syntax) {
        RandomDataSets made = RandomDataSets.of(new Random(seed));
        DataSet dataSet = made.dataSet();
        dataSet.put(made.pixels(syntax.encapsulated()));
        made.tail().forEach(dataSet::put);
        return dataSet;
    }

    @Test
    void theyAreReadAsOftenAsNeededAndAreWhatTheyAreSaidToBe() throws Exception {
        gate.receive(Gate.image());
        Encrypted encrypted = gate.encrypted(Gate.OFFICER, research.x509()).get(0);
        byte[] bytes = read(encrypted);
        assertArrayEquals(bytes, read(encrypted));
        assertEquals(encrypted.length(), bytes.length);
        CRC32 crc = new CRC32();
        crc.update(bytes);
        assertEquals(encrypted.crc32(), crc.getValue());
        assertEquals(0, encrypted.leftOut());
        assertEquals(1, gate.vault.readings, "checked and audited once");
        assertFalse(encrypted.toString().contains("2.25"), encrypted.toString());
        byte[] again = read(gate.encrypted(Gate.OFFICER, research.x509()).get(0));
        assertEquals(bytes.length, again.length);
        assertFalse(Arrays.equals(bytes, again), "another attempt has another key");
        assertNothingIsLeftBehind();
    }

    /** Else the images of a study would show by their ciphertexts which attributes they have in common. */
    @Test
    void equalOriginalsDoNotLookEqual() throws Exception {
        for (int i = 1; i <= 2; i++) {
            DataSet image = Gate.image();
            image.setString(Tag.SOPInstanceUID, Gate.SOP_INSTANCE + "." + i);
            gate.receive(
                    Gate.encode(image, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                    TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                    Gate.CT,
                    Gate.SOP_INSTANCE + "." + i);
        }
        List<ASN1Encodable> vectors = new ArrayList<>();
        for (Encrypted encrypted : gate.encrypted(Gate.OFFICER, research.x509())) {
            vectors.add(new CMSEnvelopedData(content(Gate.read(read(encrypted))))
                    .getContentEncryptionAlgorithm()
                    .getParameters());
        }
        assertEquals(2, vectors.size());
        assertNotEquals(vectors.get(0), vectors.get(1));
    }

    private static byte[] content(DataSet delivered) {
        return Objects.requireNonNull(item(delivered).get(Tag.EncryptedContent)).bytes();
    }

    @Test
    void theCharacterSetAndTheInstanceGoAlongEvenIfTheyWereNotChanged() throws Exception {
        gate = new Gate(Gate.profile(Option.RETAIN_UIDS), folder);
        DataSet image = Gate.image();
        image.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        image.setString(Tag.PatientName, "Müller^Jörg=山田^太郎");
        gate.receive(image);
        DataSet originals = decrypted(
                Gate.read(read(gate.encrypted(Gate.OFFICER, research.x509()).get(0))), research);
        assertEquals("Müller^Jörg=山田^太郎", originals.string(Tag.PatientName));
        assertEquals(Gate.SOP_INSTANCE, originals.string(Tag.SOPInstanceUID));
    }

    /** Names and ids are short; what is long stays in the vault, and is counted. */
    @Test
    void whatIsTooLongIsLeftOutAndCounted() throws Exception {
        byte[] half = "DOE^JANE ".repeat(80_000).getBytes(StandardCharsets.US_ASCII);
        byte[] long1 = "DOE^JANE ".repeat(200_000).getBytes(StandardCharsets.US_ASCII);
        DataSet image = Gate.image();
        DataSet inner = new DataSet();
        inner.put(Element.of(Tag.PatientComments, VR.LT, long1));
        image.setItems(Tag.RequestAttributesSequence, inner);
        for (int tag = 0x00091001; tag < 0x00091006; tag++) {
            image.put(Element.of(tag, VR.OB, half));
        }
        image.setString(0x00090010, VR.LO, "DOE 1");
        gate.receive(image);
        Encrypted encrypted = gate.encrypted(Gate.OFFICER, research.x509()).get(0);
        assertEquals(4, encrypted.leftOut(), "the sequence, and of the five private values all but two");
        byte[] bytes = read(encrypted);
        assertTrue(bytes.length < EncryptedAttributes.MOST_BYTES + 20_000);
        DataSet originals = decrypted(Gate.read(bytes), research);
        assertEquals("DOE^JANE", originals.string(Tag.PatientName));
        assertEquals("MRN4711", originals.string(Tag.PatientID));
        assertFalse(originals.contains(Tag.RequestAttributesSequence));
        assertNothingIsLeftBehind();
    }

    @Test
    void nobodyElseReadsThem() throws Exception {
        gate.receive(Gate.image());
        DataSet delivered =
                Gate.read(read(gate.encrypted(Gate.OFFICER, research.x509()).get(0)));
        IOException other = assertThrows(IOException.class, () -> decrypted(delivered, clinic));
        assertEquals("not encrypted for this recipient", other.getMessage());
        Recipient withAnotherKey = new Recipient(research.x509(), clinic.privateKey());
        assertThrows(IOException.class, () -> withAnotherKey.read(item(delivered)));
        AccessRequest administrator =
                new AccessRequest("root", Set.of(Roles.ADMINISTRATOR), "shell", "a good reason", "2.25.1");
        assertThrows(AccessDeniedException.class, () -> gate.encrypted(administrator, research.x509()));
    }

    /** Of an image that was cleaned up a copy may be all that is left. */
    @Test
    void aCopyThatIsGivenBackIsRestoredToTheOriginal() throws Exception {
        gate.receive(Gate.image());
        byte[] delivered = read(gate.encrypted(Gate.OFFICER, research.x509()).get(0));
        assertEquals(
                List.of(),
                DataSetDifference.between(Gate.image(), Gate.read(gate.restoredBytes(gate.last(), delivered))));
    }
}
