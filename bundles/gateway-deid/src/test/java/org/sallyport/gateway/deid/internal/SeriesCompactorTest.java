package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.List;
import java.util.Random;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.IdentityCompactor.Compacted;
import org.sallyport.gateway.api.store.StoredInstance;

/** Identity that was rewritten gives back what it gave before, to images that come from elsewhere. */
class SeriesCompactorTest {

    @TempDir
    private Path folder;

    private Gate gate;
    private SeriesCompactor compactor;
    private final MemoryFile file = new MemoryFile();

    @BeforeEach
    void open() throws IOException {
        gate = new Gate(Profile.BASIC, folder);
        compactor = new SeriesCompactor(gate.store, gate.vault, gate.vault);
    }

    /** A slice as a scanner makes it, without private attributes. */
    private static DataSet slice(int series, int number) {
        DataSet slice = Gate.image();
        slice.setString(Tag.SeriesInstanceUID, Gate.SERIES + "." + series);
        slice.setString(
                Tag.SOPInstanceUID, "1.3.12.2.1107.5.1.4.66155.3000002401170719" + (57800 + series * 500 + number));
        slice.setString(Tag.InstanceNumber, "" + number);
        slice.setString(Tag.StudyDate, "20240117");
        slice.setString(Tag.AcquisitionDate, "20240117");
        slice.setString(Tag.InstitutionName, "Krankenhaus am Urban");
        slice.setString(Tag.ReferringPhysicianName, "Meier^Anna");
        slice.setString(Tag.AccessionNumber, "A4711");
        slice.setString(Tag.SeriesDescription, "Thorax 1.0 B" + series);
        slice.setString(Tag.FrameOfReferenceUID, "1.3.12.2.1107.5.1.4.66155.30000024011707195782500000001");
        return slice;
    }

    private StoredInstance receive(DataSet dataSet) throws IOException {
        gate.receive(
                Gate.encode(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN),
                TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN,
                Gate.CT,
                String.valueOf(dataSet.string(Tag.SOPInstanceUID)));
        return gate.last();
    }

    private List<StoredInstance> receive(int series, int slices) throws IOException {
        List<StoredInstance> instances = new ArrayList<>();
        for (int s = 1; s <= series; s++) {
            for (int i = 1; i <= slices; i++) {
                instances.add(receive(slice(s, i)));
            }
        }
        return instances;
    }

    /** Compacts, verifies, removes the images, and has each given back from elsewhere. */
    private void assertTheSameComesBack(List<StoredInstance> instances) throws IOException {
        List<byte[]> delivered = new ArrayList<>();
        List<byte[]> restored = new ArrayList<>();
        for (StoredInstance instance : instances) {
            delivered.add(gate.store.openPart10(instance).readAllBytes());
            restored.add(gate.restoredBytes(instance));
        }
        Compacted compacted = compactor.compact(instances.get(0).facts().studyInstanceUid(), instances, file);
        compacted.verify(file);
        for (int i = instances.size() - 1; i >= 0; i--) {
            StoredInstance gone = gate.store.remove(
                    instances.get(i), file, compacted.offsets().get(i));
            assertArrayEquals(restored.get(i), gate.restoredBytes(gone, delivered.get(i)), "image " + i);
            assertThrows(IOException.class, () -> gate.restoredBytes(gone));
        }
    }

    @Test
    void slicesOfSeveralSeriesComeBack() throws IOException {
        assertTheSameComesBack(receive(3, 20));
    }

    @Test
    void whateverWasReceivedComesBack() throws IOException {
        List<StoredInstance> instances = new ArrayList<>();
        for (int seed = 0; seed < 60; seed++) {
            Random random = new Random(seed);
            RandomDataSets made = RandomDataSets.of(random);
            DataSet original = made.dataSet();
            original.setString(Tag.SOPInstanceUID, "1.2.3." + (seed + 1));
            original.setString(Tag.SeriesInstanceUID, "1.2.9." + seed % 4);
            original.setString(Tag.StudyInstanceUID, Gate.STUDY);
            original.setString(Tag.PatientID, "MRN4711");
            original.remove(Tag.IssuerOfPatientID);
            original.put(made.pixels(false));
            for (Element element : made.tail()) {
                original.put(element);
            }
            instances.add(receive(original));
        }
        String study = instances.get(0).facts().studyInstanceUid();
        assertEquals(60, gate.store.instances.size());
        assertTrue(instances.stream()
                .allMatch(one -> one.facts().studyInstanceUid().equals(study)));
        assertTheSameComesBack(instances);
    }

    @Test
    void largeValuesComeBackAndEqualOnesAreKeptOnce() throws IOException {
        byte[] overlay = new byte[3 << 20];
        byte[] header = new byte[100_000];
        new Random(7).nextBytes(overlay);
        new Random(8).nextBytes(header);
        List<StoredInstance> instances = new ArrayList<>();
        for (int i = 1; i <= 4; i++) {
            DataSet slice = slice(1, i);
            slice.put(Element.of(0x60003000, VR.OW, overlay));
            slice.setString(0x00290010, VR.LO, "SIEMENS CSA HEADER");
            slice.put(Element.of(0x00291020, VR.OB, header));
            byte[] own = Arrays.copyOf(header, 5000);
            own[0] = (byte) i;
            slice.put(Element.of(0x00291010, VR.OB, own));
            DataSet item = new DataSet();
            item.put(Element.of(0x00291020, VR.OB, header));
            item.setString(0x00290010, VR.LO, "SIEMENS CSA HEADER");
            slice.setItems(Tag.RequestAttributesSequence, item);
            instances.add(receive(slice));
        }
        assertTheSameComesBack(instances);
        assertTrue(file.length() < (3 << 20) + 200_000, "each large value is there once: " + file.length());
    }

    @Test
    void aSliceOfAScannerTakesLittleRoom() throws IOException {
        List<StoredInstance> instances = receive(1, 200);
        compactor.compact(instances.get(0).facts().studyInstanceUid(), instances, file);
        assertTrue(file.length() / 200 < 300, "bytes a slice: " + file.length() / 200);
    }

    @Test
    void identityThatDoesNotComeBackIsFound() throws IOException {
        List<StoredInstance> instances = receive(1, 3);
        Compacted compacted = compactor.compact(instances.get(0).facts().studyInstanceUid(), instances, file);
        compacted.verify(file);
        byte[] block = file.blocks.lastEntry().getValue();
        block[block.length - 1] ^= 1;
        assertThrows(IOException.class, () -> compacted.verify(file));
    }

    @Test
    void anotherFramesBlockIsRefused() throws IOException {
        List<StoredInstance> instances = receive(1, 3);
        Compacted compacted = compactor.compact(instances.get(0).facts().studyInstanceUid(), instances, file);
        byte[] delivered = gate.store.openPart10(instances.get(1)).readAllBytes();
        StoredInstance gone =
                gate.store.remove(instances.get(1), file, compacted.offsets().get(2));
        IOException e = assertThrows(IOException.class, () -> gate.restoredBytes(gone, delivered));
        assertTrue(String.valueOf(e.getMessage()).contains("another frame"), e.getMessage());
    }

    @Test
    void anObjectThatIsAnotherInstanceGetsNothing() throws IOException {
        List<StoredInstance> instances = receive(1, 2);
        byte[] other = gate.store.openPart10(instances.get(1)).readAllBytes();
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        assertThrows(IOException.class, () -> gate.restore(instances.get(0), other, out));
        assertEquals(0, out.size());
        byte[] none = "no DICOM at all, but long enough".getBytes(StandardCharsets.US_ASCII);
        assertThrows(IOException.class, () -> gate.restore(instances.get(0), none, out));
        assertEquals(0, out.size());
    }

    @Test
    void whatTheOtherSideAddedStaysAndWhatItChangedIsReplaced() throws IOException {
        StoredInstance instance = receive(1, 1).get(0);
        DataSet given = Gate.read(gate.store.openPart10(instance).readAllBytes());
        given.setString(Tag.PatientName, "SOMEONE^ELSE");
        given.setString(Tag.ImageComments, "seen by the back end");
        ByteArrayOutputStream part10 = new ByteArrayOutputStream();
        org.sallyport.dicom.data.FileMetaInformation.ours(
                        Gate.CT, instance.facts().sopInstanceUid(), TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN.uid())
                .write(part10);
        part10.writeBytes(Gate.encode(given, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN));
        DataSet restored = Gate.read(gate.restoredBytes(instance, part10.toByteArray()));
        assertEquals("DOE^JANE", restored.string(Tag.PatientName));
        assertEquals("seen by the back end", restored.string(Tag.ImageComments));
    }
}
