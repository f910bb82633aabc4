package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.UUID;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.image.FrameReader;
import org.sallyport.dicom.image.ImagePixel;
import org.sallyport.dicom.image.PixelLimits;
import org.sallyport.dicom.image.Preview;
import org.sallyport.dicom.image.Region;
import org.sallyport.gateway.api.intake.HeldObjects;
import org.sallyport.gateway.api.intake.ReceivedObject;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.SecondPatientException;
import org.sallyport.gateway.api.vault.StudyContext;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Opens what is held, for people and on its way back through the gate. Released and discarded under this object's monitor, one at a time. */
@Component(service = HeldObjects.class)
public final class SealedHeldObjects implements HeldObjects {

    private static final Logger LOG = LoggerFactory.getLogger(SealedHeldObjects.class);
    private static final int LONGEST_SIDE = 1_024;

    private final DeidIntake intake;
    private final StudyLeakCheck leaks;
    private final AuditLog audit;

    @Activate
    public SealedHeldObjects(@Reference DeidIntake intake, @Reference StudyLeakCheck leaks, @Reference AuditLog audit) {
        this.intake = intake;
        this.leaks = leaks;
        this.audit = audit;
    }

    /** What is done with an opened object. */
    @FunctionalInterface
    private interface Use<T> {
        T of(Head head, Part10Reader part10, SealedSpool spool) throws IOException;
    }

    /** What is decided. */
    @FunctionalInterface
    private interface Act<T> {
        T run() throws IOException;
    }

    @Override
    public byte[] preview(UUID id, int frame, AccessRequest request) throws IOException {
        return audited(
                "quarantine.preview",
                request,
                () -> use(object(id), request, (head, part10, spool) -> draw(head, part10, frame)));
    }

    @Override
    public String release(UUID id, @Nullable String profile, AccessRequest request) throws IOException {
        return audited("quarantine.release", request, () -> pass(object(id), profile, false, request));
    }

    @Override
    public String releaseAsIs(UUID id, AccessRequest request) throws IOException {
        return audited("quarantine.release-as-is", request, () -> pass(object(id), null, true, request));
    }

    @Override
    public void discard(UUID id, AccessRequest request) throws IOException {
        audited("quarantine.discard", request, () -> {
            synchronized (this) {
                return intake.quarantine().remove(entry(id).id());
            }
        });
    }

    @Override
    public Map<String, String> studies() throws IOException {
        return leaks.held();
    }

    @Override
    public void releaseStudy(String studyInstanceUid, AccessRequest request) throws IOException {
        audited("study.release", request, () -> {
            if (!leaks.release(studyInstanceUid)) {
                throw new IllegalArgumentException(
                        "study " + studyInstanceUid + " is not held: quarantine:studies lists those that are");
            }
            return true;
        });
    }

    /** Role and reason are checked and audited before anything is done; what fails after all is audited as refused. */
    private <T> T audited(String action, AccessRequest request, Act<T> act) throws IOException {
        intake.vault().admit(action, request);
        try {
            return act.run();
        } catch (AccessDeniedException e) {
            throw e;
        } catch (IOException | RuntimeException e) {
            audit.record(
                    action,
                    request.actor(),
                    request.source(),
                    request.subject(),
                    request.reason(),
                    "refused",
                    "it failed");
            throw e;
        }
    }

    private Quarantine.Entry entry(UUID id) throws IOException {
        return intake.quarantine()
                .entry(id)
                .orElseThrow(() ->
                        new IllegalArgumentException("nothing is held as " + id + ": quarantine:list shows what is"));
    }

    /** One that is whole: of what could not be read the beginning only is kept, and it was not acknowledged. */
    private Quarantine.Entry object(UUID id) throws IOException {
        Quarantine.Entry entry = entry(id);
        if (entry.description().kind() == Quarantine.Kind.DIAGNOSTIC) {
            throw new IllegalArgumentException(
                    id + " is the beginning of an object that could not be read: it can be discarded only");
        }
        return entry;
    }

    private <T> T use(Quarantine.Entry entry, AccessRequest request, Use<T> use) throws IOException {
        try (SealedSpool spool = intake.newSpool();
                InputStream sealed = intake.quarantine().openSealed(entry.id());
                InputStream plain = intake.vault().open("held/" + entry.id(), sealed, request)) {
            Part10Reader part10 = Part10Reader.open(plain, DeidIntake.LIMITS, spool);
            Head head = Head.read(
                    part10.dataSet(),
                    new ReceivedObject(
                            part10.meta().mediaStorageSopClassUid(),
                            part10.meta().mediaStorageSopInstanceUid(),
                            part10.transferSyntax()),
                    intake.defaultIssuers().find(entry.description().callingAet()));
            return use.of(head, part10, spool);
        } catch (Refusal | DicomDataException e) {
            throw new IOException("what is held as " + entry.id() + " cannot be read: " + e.getMessage(), e);
        }
    }

    private synchronized String pass(
            Quarantine.Entry entry, @Nullable String profile, boolean asIs, AccessRequest request) throws IOException {
        // What was released a moment ago by someone else is not there any more.
        Quarantine.Entry held = object(entry.id());
        InstanceStore.Committed committed =
                use(held, request, (head, part10, spool) -> pass(held, head, part10, spool, profile, asIs));
        // Stored first: if the gateway ends in between, releasing it once more finds the same object.
        intake.quarantine().remove(held.id());
        return switch (committed) {
            case NEW -> "stored with its study";
            case SAME -> "its study has it already";
            case CHANGED -> "stored with its study, which has another object under the same UID";
        };
    }

    private InstanceStore.Committed pass(
            Quarantine.Entry entry,
            Head head,
            Part10Reader part10,
            SealedSpool spool,
            @Nullable String profileName,
            boolean asIs)
            throws IOException {
        StudyContext study;
        try {
            study = intake.pseudonymizer().assign(head.patient());
        } catch (SecondPatientException e) {
            throw new IllegalStateException("still held: its study is known under another patient", e);
        }
        Profile profile = profileName == null
                ? intake.profiles().of(study)
                : intake.profiles().named(profileName);
        Quarantine.Description description = entry.description();
        Sender sender = new Sender(description.callingAet(), "", description.address());
        try (InstanceStore.Session store = intake.openStore()) {
            Passage passage = new Passage(intake, sender, store, spool);
            Passage.Outcome outcome =
                    passage.take(head, part10.dataSet(), part10.transferSyntax(), study, profile, asIs);
            if (outcome instanceof Passage.Held held) {
                throw new IllegalStateException("still held: " + held.reason());
            }
            return ((Passage.Stored) outcome).committed();
        }
    }

    private byte[] draw(Head head, Part10Reader part10, int frame) throws IOException {
        if (!head.hasPixelData()) {
            throw new IllegalArgumentException("it has no pixels");
        }
        FrameReader frames =
                FrameReader.of(part10.dataSet(), head.elements(), part10.transferSyntax(), PixelLimits.DEFAULT);
        byte[] samples = frames.next();
        for (int i = 1; i < frame && samples != null; i++) {
            samples = frames.next();
        }
        if (samples == null || frame < 1) {
            throw new IllegalArgumentException(
                    "frame " + frame + ": must be 1–" + frames.image().frames());
        }
        boolean signed = head.elements().intValue(Tag.PixelRepresentation, 0) == 1;
        List<Region> marks = new ArrayList<>(marks(head));
        marks.addAll(text(samples, frames.image(), head.elements()));
        return Preview.png(samples, frames.image(), signed, marks, LONGEST_SIDE);
    }

    private List<Region> text(byte[] samples, ImagePixel image, DataSet head) {
        try {
            return intake.pixels().textIn(samples, image, head);
        } catch (Doubt e) {
            LOG.warn("a preview is without marks of text: {}", e.reason());
            return List.of();
        }
    }

    private List<Region> marks(Head head) {
        try {
            return Admission.of(
                            head,
                            ObjectKind.of(head.elements()),
                            intake.profiles().inForce())
                    .blanked();
        } catch (Doubt e) {
            return List.of();
        }
    }
}
