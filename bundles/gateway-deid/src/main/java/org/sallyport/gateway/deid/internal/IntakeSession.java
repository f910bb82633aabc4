package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import java.util.Optional;
import java.util.Set;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.Intake;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.intake.IntakeResult.Why;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.KeyedDigest;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Objects of one association, one after the other. Owned by its thread. */
final class IntakeSession implements Intake.Session {

    private static final Logger LOG = LoggerFactory.getLogger(IntakeSession.class);

    /** Kind of the lookup key of Accession Number (0008,0050). */
    static final String ACCESSION = "accession";

    private final DeidIntake intake;
    private final Sender sender;
    private final InstanceStore.Session store;
    private final byte[] wireStart = new byte[WireInput.KEPT];
    private final byte[] chunk = new byte[64 * 1024];

    IntakeSession(DeidIntake intake, Sender sender, InstanceStore.Session store) {
        this.intake = intake;
        this.sender = sender;
        this.store = store;
    }

    @Override
    public IntakeResult receive(ReceivedObject object, InputStream dataSet) throws IOException {
        WireInput wire = new WireInput(dataSet, wireStart);
        try (SealedSpool spool = intake.newSpool()) {
            DataSetReader reader = new DataSetReader(wire, object.transferSyntax(), DeidIntake.LIMITS, spool);
            return receive(object, reader);
        } catch (Refusal e) {
            LOG.warn("object of {} ({}) refused: {}", sender.callingAet(), sender.address(), e.getMessage());
            return e.result();
        } catch (IOException e) {
            return failed(object, wire, e);
        } catch (RuntimeException e) {
            // An error in this program concerns one object, not the association. Its message may hold a value.
            LOG.error(
                    "object of {} ({}) could not be treated: {} {}",
                    sender.callingAet(),
                    sender.address(),
                    e.getClass().getName(),
                    Arrays.toString(e.getStackTrace()));
            diagnose(object, wire.start(), "internal error");
            return new IntakeResult.Rejected(Why.OUT_OF_RESOURCES, "not kept: internal error");
        }
    }

    private IntakeResult receive(ReceivedObject object, DataSetReader reader) throws IOException, Refusal {
        Head head = Head.read(reader, object, intake.defaultIssuers().find(sender.callingAet()));
        if (intake.results().contains(head.sopInstanceUid())) {
            // Of the back end, by way of us: it has it.
            LOG.debug("{} brings back a result that was sent out from here", sender.callingAet());
            return new IntakeResult.Kept(How.SAME);
        }
        Optional<String> reason = head.reasonToHold();
        if (reason.isPresent()) {
            return hold(object, head, reader, reason.get());
        }
        StudyContext study;
        try {
            study = intake.pseudonymizer().assign(head.patient());
        } catch (SecondPatientException e) {
            return hold(object, head, reader, "its study is known under another patient");
        }
        long pixels = head.hasPixelData() ? reader.length() : 0;
        try (InstanceStore.Frame frame = store.begin(study.studyInstanceUid(), pixels)) {
            return switch (pass(object, head, reader, study, frame)) {
                case NEW -> new IntakeResult.Kept(How.STORED);
                case SAME -> new IntakeResult.Kept(How.SAME);
                case CHANGED -> new IntakeResult.Kept(How.CHANGED);
            };
        }
    }

    /** De-identifies the object into a frame while it arrives, and commits it. */
    private InstanceStore.Committed pass(
            ReceivedObject object, Head head, DataSetReader reader, StudyContext study, InstanceStore.Frame frame)
            throws IOException {
        Treatment treatment = new Treatment(intake.rules(), study);
        CanonicalDigest digest = new CanonicalDigest(study.newOriginalDigest());
        digest.add(head.elements());
        DataSet treated = treatment.treatHead(head.elements());
        TransferSyntax stored = storedSyntax(object.transferSyntax());
        // As in the data set (PS3.10 7.1), which an option may leave as it was.
        String sopInstanceUid = String.valueOf(treated.string(Tag.SOPInstanceUID));

        OutputStream out = frame.part10();
        FileMetaInformation.ours(object.sopClassUid(), sopInstanceUid, stored.uid())
                .write(out);
        DataSetWriter writer = new DataSetWriter(out, stored);
        writer.write(treated);
        if (head.hasPixelData()) {
            digest.mark(reader.tag(), reader.length());
            InputStream pixels = new DigestedInput(reader.stream(), digest);
            writer.stream(reader.tag(), reader.vr(), reader.length(), pixels);
            DataSet tail = readTail(reader);
            digest.add(tail);
            writer.write(treatment.treatTail(tail));
        }
        writer.finish();

        String place = "frame/" + frame.id();
        try (OutputStream sealed = intake.vault().seal(study, place, frame.identity())) {
            IdentityRecord.write(sealed, treatment.added(), treatment.originals());
        }
        return frame.commit(Facts.of(
                treated,
                stored,
                study,
                sopInstanceUid,
                digest.finish(),
                sender,
                intake.clock().instant(),
                intake.profile(),
                lookupKeys(head.elements())));
    }

    private Set<String> lookupKeys(DataSet head) {
        String accession = head.string(Tag.AccessionNumber);
        return accession == null ? Set.of() : Set.of(intake.vault().lookupKey(ACCESSION, accession));
    }

    /** Big endian and deflated are stored as explicit VR little endian; everything else as received. */
    private static TransferSyntax storedSyntax(TransferSyntax received) {
        return received.bigEndian() || received.deflated() ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : received;
    }

    private static DataSet readTail(DataSetReader reader) throws IOException {
        DataSet tail = new DataSet();
        for (DataSetReader.Event event = reader.next(); event != DataSetReader.Event.END; event = reader.next()) {
            if (event == DataSetReader.Event.STREAM) {
                throw new DicomDataException(
                        DicomDataException.Reason.MALFORMED, "a second pixel data element, byte " + reader.position());
            }
            tail.put(reader.element());
        }
        return tail;
    }

    /** Seals the whole original as a Part 10 file for a person to decide. */
    private IntakeResult hold(ReceivedObject object, Head head, DataSetReader reader, String reason)
            throws IOException {
        TransferSyntax syntax = storedSyntax(object.transferSyntax());
        try (Quarantine.Holding holding =
                intake.quarantine().hold(description(Quarantine.Kind.HELD, object, reason, new byte[32]))) {
            try (OutputStream sealed = intake.vault().sealHeld("held/" + holding.id(), holding.sealed())) {
                FileMetaInformation.ours(object.sopClassUid(), object.sopInstanceUid(), syntax.uid())
                        .write(sealed);
                DataSetWriter writer = new DataSetWriter(sealed, syntax);
                writer.write(head.elements());
                if (head.hasPixelData()) {
                    writer.stream(reader.tag(), reader.vr(), reader.length(), reader.stream());
                    writer.write(readTail(reader));
                }
                writer.finish();
            }
            holding.commit();
            LOG.warn("object of {} is held as {}: {}", sender.callingAet(), holding.id(), reason);
        }
        return new IntakeResult.Kept(How.QUARANTINED);
    }

    private Quarantine.Description description(
            Quarantine.Kind kind, ReceivedObject object, String reason, byte[] digest) {
        return new Quarantine.Description(
                kind,
                reason,
                object.sopClassUid(),
                object.transferSyntax().uid(),
                sender.callingAet(),
                sender.address(),
                intake.clock().instant(),
                digest);
    }

    /** Tells a failing network, an unreadable object and a failing disk apart. */
    private IntakeResult failed(ReceivedObject object, WireInput wire, IOException e) throws IOException {
        IOException network = wire.failure();
        if (network != null) {
            throw network;
        }
        if (isUnreadable(e)) {
            LOG.warn("object of {} ({}) cannot be read: {}", sender.callingAet(), sender.address(), e.getMessage());
            diagnose(object, wire.start(), String.valueOf(e.getMessage()));
            return new IntakeResult.Rejected(Why.CANNOT_UNDERSTAND, comment(String.valueOf(e.getMessage())));
        }
        LOG.error("object of {} could not be kept", sender.callingAet(), e);
        return new IntakeResult.Rejected(Why.OUT_OF_RESOURCES, "not kept: storage failed, try again later");
    }

    /** A data set that is none, or deflated bytes that do not inflate. */
    private static boolean isUnreadable(IOException e) {
        return e instanceof DicomDataException
                || e instanceof java.util.zip.ZipException
                || e instanceof java.io.EOFException;
    }

    private static String comment(String message) {
        return message.length() <= 64 ? message : message.substring(0, 64);
    }

    /** Keeps a sealed copy of the object's beginning, once, within the quota. A failure of it must not change the answer. */
    private void diagnose(ReceivedObject object, byte[] start, String reason) {
        try {
            KeyedDigest digest = intake.vault().newHeldDigest();
            digest.update(start, 0, start.length);
            byte[] key = digest.finish();
            if (intake.quarantine().diagnosticRoom() < start.length
                    || intake.quarantine().hasDiagnostic(key)) {
                return;
            }
            try (Quarantine.Holding holding =
                    intake.quarantine().hold(description(Quarantine.Kind.DIAGNOSTIC, object, comment(reason), key))) {
                try (OutputStream sealed = intake.vault().sealHeld("held/" + holding.id(), holding.sealed())) {
                    sealed.write(start);
                }
                holding.commit();
            }
        } catch (IOException e) {
            LOG.error("no diagnostic copy could be kept", e);
        }
    }

    @Override
    public void close() throws IOException {
        store.close();
    }

    /** Digests what is read on the way. */
    private final class DigestedInput extends InputStream {

        private final InputStream in;
        private final CanonicalDigest digest;

        DigestedInput(InputStream in, CanonicalDigest digest) {
            this.in = in;
            this.digest = digest;
        }

        @Override
        public int read() throws IOException {
            int n = read(chunk, 0, 1);
            return n < 0 ? -1 : chunk[0] & 0xFF;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int n = in.read(to, offset, length);
            if (n > 0) {
                digest.update(to, offset, n);
            }
            return n;
        }
    }
}
