package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.List;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.gateway.api.intake.IntakeResult;
import org.sallyport.gateway.api.intake.IntakeResult.How;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.deid.internal.Passage.Held;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Seals whole originals for a person to decide; senders send the same again, and a person is asked once. Owned by one thread. */
final class HeldOriginals {

    private static final Logger LOG = LoggerFactory.getLogger(HeldOriginals.class);

    private final DeidIntake intake;
    private final Sender sender;

    HeldOriginals(DeidIntake intake, Sender sender) {
        this.intake = intake;
        this.sender = sender;
    }

    /** Two keyed digests of one original: by which it is known among what is held, and among what is stored of its study. */
    private static final class Digests {

        private final CanonicalDigest held;
        private final @Nullable CanonicalDigest stored;

        Digests(DeidIntake intake, @Nullable StudyContext study) {
            held = new CanonicalDigest(intake.vault().newHeldDigest());
            stored = study == null ? null : new CanonicalDigest(study.newOriginalDigest());
        }

        void add(DataSet dataSet) throws IOException {
            held.add(dataSet);
            if (stored != null) {
                stored.add(dataSet);
            }
        }

        /** @return the value of the pixel data, digested when it is read */
        InputStream open(PixelSource pixels) throws IOException {
            held.mark(pixels.tag(), pixels.length());
            if (stored != null) {
                stored.mark(pixels.tag(), pixels.length());
            }
            InputStream in = new DigestedInput(pixels.open(), held);
            return stored == null ? in : new DigestedInput(in, stored);
        }
    }

    /**
     * Holds an original as a Part 10 file, unless an equal one is held, or stored because a person let it pass.
     *
     * @param study null = of no study that is known
     */
    IntakeResult hold(ReceivedObject object, Head head, DataSetReader reader, Held why, @Nullable StudyContext study)
            throws IOException {
        TransferSyntax syntax = Passage.storedSyntax(object.transferSyntax());
        Quarantine.Kind kind = why.leak() ? Quarantine.Kind.LEAK : Quarantine.Kind.HELD;
        Quarantine.Description described =
                description(kind, object, why.reason(), new byte[32], study == null ? null : study.studyInstanceUid());
        Digests digests = new Digests(intake, study);
        try (Quarantine.Holding holding = intake.quarantine().hold(described)) {
            try (OutputStream sealed = intake.vault().sealHeld("held/" + holding.id(), holding.sealed())) {
                FileMetaInformation.ours(object.sopClassUid(), object.sopInstanceUid(), syntax.uid())
                        .write(sealed);
                DataSetWriter writer = new DataSetWriter(sealed, syntax);
                digests.add(head.elements());
                writer.write(head.elements());
                PixelSource pixels = why.pixels();
                if (pixels != null) {
                    try (InputStream in = digests.open(pixels)) {
                        writer.stream(pixels.tag(), pixels.vr(), pixels.length(), in);
                    }
                    DataSet tail = Passage.readTail(reader);
                    digests.add(tail);
                    writer.write(tail);
                }
                writer.finish();
            }
            if (study != null && digests.stored != null) {
                List<String> uids = List.of(study.mapUid(head.sopInstanceUid()), head.sopInstanceUid());
                if (intake.isStored(uids, digests.stored.finish())) {
                    return new IntakeResult.Kept(How.SAME);
                }
            }
            boolean isNew = holding.commitUnlessHeld(digests.held.finish());
            LOG.warn(
                    "object of {} is held{}: {}",
                    sender.callingAet(),
                    isNew ? " as " + holding.id() : " already",
                    why.reason());
        }
        return new IntakeResult.Kept(How.QUARANTINED);
    }

    /** @param studyInstanceUid pseudonymous, or null */
    Quarantine.Description description(
            Quarantine.Kind kind,
            ReceivedObject object,
            String reason,
            byte[] digest,
            @Nullable String studyInstanceUid) {
        return new Quarantine.Description(
                kind,
                reason,
                object.sopClassUid(),
                object.transferSyntax().uid(),
                sender.callingAet(),
                sender.address(),
                intake.clock().instant(),
                digest,
                studyInstanceUid);
    }
}
