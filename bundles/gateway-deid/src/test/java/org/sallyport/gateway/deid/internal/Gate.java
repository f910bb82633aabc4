package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.io.ByteArrayInputStream;
import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.EnumSet;
import java.util.List;
import java.util.Set;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetDifference;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.VR;
import org.sallyport.gateway.api.intake.IdentityRestorer;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.OriginalInstances;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;

/** The gate with everything about it in memory. */
final class Gate {

    static final String CT = "1.2.840.10008.5.1.4.1.1.2";
    static final String SOP_INSTANCE = "1.2.276.0.99.1.1.1";
    static final String SERIES = "1.2.276.0.99.1.1";
    static final String STUDY = "1.2.276.0.99.1";
    static final Sender SENDER = new Sender("CT_SUITE", "GATE_17", "10.0.0.7");
    static final AccessRequest OFFICER =
            new AccessRequest("meier", Set.of(Roles.PRIVACY_OFFICER), "shell", "a good reason", "2.25.1");
    static final Profile SHIFTED =
            profile(Option.RETAIN_MODIFIED_DATES, Option.RETAIN_PATIENT_CHARACTERISTICS, Option.RETAIN_SAFE_PRIVATE);
    static final TransferSyntax JPEG =
            TransferSyntax.of("1.2.840.10008.1.2.4.70").orElseThrow();

    private static final Limits GENEROUS = new Limits(64, 1_000_000, 64 << 20, 256L << 20);

    final FakeVault vault = new FakeVault();
    final MemoryStore store = new MemoryStore();
    final PixelCleaners cleaners = new PixelCleaners();
    final LeakGuard leaks = new LeakGuard();
    final DeidIntake intake;
    final SentResults results;

    /** The file of the results, apart from the folder that tests look into. */
    final Path sent;

    private final StoredIdentityRestorer restorer;
    private final StoredOriginals originals;

    Gate(Profile profile, Path folder) throws IOException {
        this(profile, DefaultIssuers.NONE, folder);
    }

    Gate(Profile profile, DefaultIssuers defaultIssuers, Path folder) throws IOException {
        this(profile, defaultIssuers, folder, OcrSettings.OFF, TextRecognition.MISSING);
    }

    Gate(Profile profile, DefaultIssuers defaultIssuers, Path folder, OcrSettings ocr, TextRecognition recognition)
            throws IOException {
        sent = Files.createTempFile("sent", ".results");
        sent.toFile().deleteOnExit();
        results = new SentResults(sent);
        intake = new DeidIntake(
                new FixedProfiles(profile),
                new PixelTreatment(cleaners, new CleanerCalls(5), ocr, recognition),
                leaks,
                defaultIssuers,
                vault,
                vault,
                store,
                store,
                results,
                folder,
                Clock.fixed(Instant.parse("2024-02-29T12:00:00Z"), ZoneOffset.UTC));
        restorer = new StoredIdentityRestorer(store, vault, folder);
        originals = new StoredOriginals(store, vault, folder);
    }

    static Profile profile(Option first, Option... more) {
        return Profile.of("test", EnumSet.of(first, more));
    }

    /** The least that is received: UIDs, a patient, a CT slice of 2×2. */
    static DataSet image() {
        DataSet image = withoutPixels();
        image.setInt(Tag.PixelData, VR.OW, 1, 2, 3, 0xFF00);
        return image;
    }

    static DataSet withoutPixels() {
        DataSet image = new DataSet();
        image.setString(Tag.SOPClassUID, CT);
        image.setString(Tag.SOPInstanceUID, SOP_INSTANCE);
        image.setString(Tag.Modality, "CT");
        image.setString(Tag.PatientName, "DOE^JANE");
        image.setString(Tag.PatientID, "MRN4711");
        image.setString(Tag.StudyInstanceUID, STUDY);
        image.setString(Tag.SeriesInstanceUID, SERIES);
        image.setInt(Tag.BitsAllocated, 16);
        image.setInt(Tag.PixelRepresentation, 0);
        return image;
    }

    static byte[] encode(DataSet dataSet, TransferSyntax syntax) throws IOException {
        if (syntax.bigEndian()) {
            return BigEndian.encode(dataSet);
        }
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataSetWriter writer = new DataSetWriter(bytes, syntax);
        writer.write(dataSet);
        writer.finish();
        return bytes.toByteArray();
    }

    IntakeResult receive(byte[] encoded, TransferSyntax syntax) throws IOException {
        return receive(encoded, syntax, CT, SOP_INSTANCE);
    }

    IntakeResult receive(byte[] encoded, TransferSyntax syntax, String sopClass, String sopInstance)
            throws IOException {
        try (Intake.Session session = intake.open(SENDER)) {
            return session.receive(
                    new ReceivedObject(sopClass, sopInstance, syntax), new ByteArrayInputStream(encoded));
        }
    }

    IntakeResult receive(DataSet dataSet, TransferSyntax syntax) throws IOException {
        return receive(encode(dataSet, syntax), syntax);
    }

    IntakeResult receive(DataSet dataSet) throws IOException {
        return receive(dataSet, TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN);
    }

    StoredInstance last() {
        return store.instances.get(store.instances.size() - 1);
    }

    byte[] lastBytes() throws IOException {
        return store.openPart10(last()).readAllBytes();
    }

    DataSet lastDataSet() throws IOException {
        return read(lastBytes());
    }

    /** Receives a data set and gives what was stored of it. */
    DataSet treated(DataSet dataSet) throws IOException {
        IntakeResult result = receive(dataSet);
        if (!(result instanceof IntakeResult.Kept)) {
            throw new AssertionError(result.toString());
        }
        return lastDataSet();
    }

    byte[] restoredBytes(StoredInstance instance) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        restorer.restore(instance, OFFICER, out);
        return out.toByteArray();
    }

    private byte[] pulledBytes(StoredInstance instance) throws IOException {
        return pulledBytes(instance, store.instances.indexOf(instance));
    }

    /** @param object the number of the stored object that is given out as the instance */
    byte[] pulledBytes(StoredInstance instance, int object) throws IOException {
        try (IdentityRestorer.Restoring restoring = restorer.begin(OFFICER);
                InputStream in = restoring.open(instance, store.openPart10(store.instances.get(object)))) {
            return in.readAllBytes();
        }
    }

    /** Of an object that someone else gives back. */
    byte[] restoredBytes(StoredInstance instance, byte[] part10) throws IOException {
        ByteArrayOutputStream out = new ByteArrayOutputStream();
        restore(instance, part10, out);
        return out.toByteArray();
    }

    void restore(StoredInstance instance, byte[] part10, ByteArrayOutputStream out) throws IOException {
        restorer.restore(instance, new ByteArrayInputStream(part10), OFFICER, out);
    }

    void restore(StoredInstance instance, AccessRequest request, ByteArrayOutputStream out) throws IOException {
        restorer.restore(instance, request, out);
    }

    OriginalInstances.Originals originals(AccessRequest request) throws IOException {
        return originals.open(store.instances, request, () -> {});
    }

    DataSet restored() throws IOException {
        DataSet restored = read(restoredBytes(last()));
        // And the same when it is read as it is needed.
        assertEquals(List.of(), DataSetDifference.between(restored, read(pulledBytes(last()))));
        return restored;
    }

    static Part10Reader open(byte[] part10) throws IOException {
        return Part10Reader.open(new ByteArrayInputStream(part10), GENEROUS, BulkStore.REFUSE);
    }

    static DataSet read(byte[] part10) throws IOException {
        return open(part10).dataSet().readAll();
    }

    static Element text(int tag, VR vr, String value) {
        return Element.of(tag, vr, value.getBytes(java.nio.charset.StandardCharsets.ISO_8859_1));
    }
}
