package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.io.OutputStream;
import java.util.HashSet;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DataSetWriter;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Value;
import org.sallyport.gateway.api.intake.Sender;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * The way of one object through de-identification into the store, or to a person. Pixel data flows; what has to be looked at before it may go on is
 * spooled, sealed. Owned by one thread.
 */
final class Passage {

    /** How it ended. */
    sealed interface Outcome {}

    record Stored(InstanceStore.Committed committed) implements Outcome {}

    /**
     * Nothing was stored.
     *
     * @param pixels the pixel data, from its beginning, or null if there is none
     * @param leak whether identity stood in what would have gone out
     */
    record Held(String reason, @Nullable PixelSource pixels, boolean leak) implements Outcome {

        Held(String reason, @Nullable PixelSource pixels) {
            this(reason, pixels, false);
        }
    }

    /** Kind of the lookup key of Accession Number (0008,0050). */
    static final String ACCESSION = "accession";

    private final DeidIntake intake;
    private final Sender sender;
    private final InstanceStore.Session store;
    private final SealedSpool spool;

    Passage(DeidIntake intake, Sender sender, InstanceStore.Session store, SealedSpool spool) {
        this.intake = intake;
        this.sender = sender;
        this.store = store;
        this.spool = spool;
    }

    /**
     * Takes an object.
     *
     * @param reader stands at the pixel data, if there is any
     * @param decided whether a person has decided that it may pass
     */
    Outcome take(
            Head head,
            DataSetReader reader,
            TransferSyntax received,
            StudyContext study,
            Profile profile,
            boolean decided)
            throws IOException {
        PixelSource pixels = head.hasPixelData() ? PixelSource.ofWire(reader) : null;
        try {
            ObjectKind kind = ObjectKind.of(head.elements());
            Admission admission = intake.pixels().ocr().applyTo(Admission.of(head, kind, profile), kind);
            if (decided) {
                admission = admission.decidedByAPerson();
            }
            if (admission.held() != null) {
                return new Held(admission.held(), pixels);
            }
            if (pixels != null && intake.pixels().isCareful(pixels, admission, profile)) {
                pixels = pixels.spooled(spool);
            }
            PixelWork work = pixels == null
                    ? PixelWork.NONE
                    : intake.pixels().plan(pixels, head.elements(), received, admission, profile);
            try (work) {
                return new Stored(store(head, reader, received, study, profile.compiled(kind), pixels, work, decided));
            }
        } catch (Doubt e) {
            return new Held(e.reason(), pixels, e instanceof Leak);
        }
    }

    private InstanceStore.Committed store(
            Head head,
            DataSetReader reader,
            TransferSyntax received,
            StudyContext study,
            Rules rules,
            @Nullable PixelSource pixels,
            PixelWork work,
            boolean decided)
            throws IOException {
        Treatment treatment = new Treatment(rules, study);
        CanonicalDigest digest = new CanonicalDigest(study.newOriginalDigest());
        digest.add(head.elements());
        DataSet described = work.described(head.elements());
        DataSet treated = treatment.treatHead(described);
        if (!work.done().isEmpty()) {
            treatment.markPixels(work.done(), described, treated);
        }
        LeakGuard guard = intake.leaks();
        LeakGuard.Search search = decided
                ? guard.search(study, rules.profile(), IdentityValues.of(treatment.originals(), described))
                : guard.check(treated, treatment.originals(), described, study, rules.profile());
        TransferSyntax stored = work.isDecoded() ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : storedSyntax(received);
        if (work.isDecoded()) {
            requireNative(treated);
        }
        // As in the data set (PS3.10 7.1), which an option may leave as it was.
        String sopInstanceUid = String.valueOf(treated.string(Tag.SOPInstanceUID));
        long expected = pixels == null ? 0 : pixels.length();
        try (InstanceStore.Frame frame = store.begin(study.studyInstanceUid(), expected)) {
            OutputStream out = frame.part10();
            FileMetaInformation.ours(String.valueOf(treated.string(Tag.SOPClassUID)), sopInstanceUid, stored.uid())
                    .write(out);
            DataSetWriter writer = new DataSetWriter(out, stored);
            writer.write(treated);
            if (pixels != null) {
                digest.mark(pixels.tag(), pixels.length());
                try (InputStream original = new DigestedInput(pixels.open(), digest)) {
                    work.write(original, pixels, writer);
                    // What decoding did not need of it is part of the original too.
                    original.transferTo(OutputStream.nullOutputStream());
                }
                DataSet tail = readTail(reader);
                digest.add(tail);
                writer.write(searched(treatment, tail, search.scan()));
            }
            writer.finish();
            String place = "frame/" + frame.id();
            try (OutputStream sealed = intake.vault().seal(study, place, frame.identity())) {
                IdentityRecord.write(sealed, treatment.added(), treatment.originals());
            }
            InstanceStore.Committed committed = frame.commit(Facts.of(
                    treated,
                    stored,
                    study,
                    sopInstanceUid,
                    digest.finish(),
                    sender,
                    intake.clock().instant(),
                    rules.profile(),
                    work.done(),
                    lookupKeys(head.elements())));
            if (committed != InstanceStore.Committed.SAME) {
                guard.stored(study, search.version());
            }
            return committed;
        }
    }

    /** What came after the pixels goes where identity stands in it: the pixels are gone by. */
    private static DataSet searched(Treatment treatment, DataSet tail, LeakScan scan) throws IOException {
        DataSet treated = treatment.treatTail(tail);
        for (Element element : treated.elements()) {
            if (scan.stands(element, treated)) {
                return treatment.withoutAny(tail);
            }
        }
        return treated;
    }

    private Set<String> lookupKeys(DataSet head) {
        Set<String> keys = new HashSet<>();
        addKey(keys, ACCESSION, head.string(Tag.AccessionNumber));
        for (String keyword : InstanceFacts.KEYED_ATTRIBUTES) {
            addKey(keys, keyword, head.string(Dictionary.tagOf(keyword).orElseThrow()));
        }
        return keys;
    }

    private void addKey(Set<String> keys, String kind, @Nullable String value) {
        if (value != null) {
            keys.add(intake.vault().lookupKey(kind, value));
        }
    }

    /** Big endian and deflated are stored as explicit VR little endian; everything else as received. */
    static TransferSyntax storedSyntax(TransferSyntax received) {
        return received.bigEndian() || received.deflated() ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : received;
    }

    /** Encapsulated icons belong to a syntax that the object no longer has. */
    private static void requireNative(DataSet treated) {
        for (Element element : treated.elements()) {
            if (element.value() instanceof Value.Fragments) {
                throw new Doubt(Tag.format(element.tag()) + " is encapsulated, and the pixels are stored native");
            }
            element.items().forEach(Passage::requireNative);
        }
    }

    static DataSet readTail(DataSetReader reader) throws IOException {
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
}
