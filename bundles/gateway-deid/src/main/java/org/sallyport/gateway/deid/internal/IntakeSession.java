package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.Arrays;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DicomDataException;
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
import org.sallyport.gateway.deid.internal.Passage.Held;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Objects of one association, one after the other. Owned by its thread. */
final class IntakeSession implements Intake.Session {

    private static final Logger LOG = LoggerFactory.getLogger(IntakeSession.class);

    private final DeidIntake intake;
    private final Sender sender;
    private final InstanceStore.Session store;
    private final HeldOriginals held;
    private final byte[] wireStart = new byte[WireInput.KEPT];

    IntakeSession(DeidIntake intake, Sender sender, InstanceStore.Session store) {
        this.intake = intake;
        this.sender = sender;
        this.store = store;
        this.held = new HeldOriginals(intake, sender);
    }

    @Override
    public IntakeResult receive(ReceivedObject object, InputStream dataSet) throws IOException {
        WireInput wire = new WireInput(dataSet, wireStart);
        try (SealedSpool spool = intake.newSpool()) {
            DataSetReader reader = new DataSetReader(wire, object.transferSyntax(), DeidIntake.LIMITS, spool);
            return receive(object, reader, spool);
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

    private IntakeResult receive(ReceivedObject object, DataSetReader reader, SealedSpool spool)
            throws IOException, Refusal {
        Head head = Head.read(reader, object, intake.defaultIssuers().find(sender.callingAet()));
        if (intake.results().contains(head.sopInstanceUid())) {
            // Of the back end, by way of us: it has it.
            LOG.debug("{} brings back a result that was sent out from here", sender.callingAet());
            return new IntakeResult.Kept(How.SAME);
        }
        StudyContext study;
        Profile profile;
        try {
            study = intake.pseudonymizer().assign(head.patient());
            profile = intake.profiles().of(study);
        } catch (SecondPatientException e) {
            return held.hold(
                    object,
                    head,
                    reader,
                    new Held("its study is known under another patient", pixels(head, reader)),
                    null);
        } catch (ProfileException e) {
            LOG.error("an object of {} is held: {}", sender.callingAet(), e.getMessage());
            return held.hold(
                    object,
                    head,
                    reader,
                    new Held("the profile of its study cannot be read", pixels(head, reader)),
                    null);
        }
        Passage passage = new Passage(intake, sender, store, spool);
        Passage.Outcome outcome = passage.take(head, reader, object.transferSyntax(), study, profile, false);
        if (outcome instanceof Held why) {
            return held.hold(object, head, reader, why, study);
        }
        return new IntakeResult.Kept(
                switch (((Passage.Stored) outcome).committed()) {
                    case NEW -> How.STORED;
                    case SAME -> How.SAME;
                    case CHANGED -> How.CHANGED;
                });
    }

    private static @Nullable PixelSource pixels(Head head, DataSetReader reader) {
        return head.hasPixelData() ? PixelSource.ofWire(reader) : null;
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
            try (Quarantine.Holding holding = intake.quarantine()
                    .hold(held.description(Quarantine.Kind.DIAGNOSTIC, object, comment(reason), key, null))) {
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
}
