package org.sallyport.gateway.deid.internal;

import java.io.Closeable;
import java.io.IOException;
import java.io.InputStream;
import java.io.UncheckedIOException;
import java.util.ArrayList;
import java.util.Collection;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.DicomDataException;
import org.sallyport.dicom.data.Element;
import org.sallyport.dicom.data.FileMetaInformation;
import org.sallyport.dicom.data.Limits;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.dicom.data.Tag;
import org.sallyport.dicom.data.TransferSyntax;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.intake.ReturnedObjects.Kind;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returned;
import org.sallyport.gateway.api.intake.ReturnedObjects.Returning;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * Returned objects of one request. What the studies' records tell is kept for a few studies; it and the sets of UIDs are guarded by this object's
 * monitor.
 */
final class ReturnedBatch implements Returning {

    private static final Limits LIMITS = new Limits(64, 500_000, 1 << 20, 24L << 20);
    private static final int MOST_STUDIES = 4;

    /** Some MB. */
    private static final int MOST_FOUND = 5_000;

    private static final int MOST_OTHER_STUDIES = 20;
    private static final int MOST_UNKNOWN = 10_000;

    private final StoredReturnedObjects means;
    private final IdentityVault.Opening opening;

    /** By pseudonymous Study Instance UID, the one used longest ago first. */
    private final Map<String, StudyMemory> memories = new LinkedHashMap<>(8, 0.75f, true);

    private final Map<String, List<StudyContext>> studiesOfPatients = new LinkedHashMap<>();
    /** By SOP Instance UID, the one used longest ago first; guarded by itself. An image goes to several nodes, one after the other or at once. */
    private final Map<String, StoredInstance> found = new LinkedHashMap<>(16, 0.75f, true) {
        private static final long serialVersionUID = 1L;

        @Override
        protected boolean removeEldestEntry(Map.Entry<String, StoredInstance> eldest) {
            return size() > MOST_FOUND;
        }
    };

    private final Set<String> ofThisBatch = new HashSet<>();
    private final Set<String> unknown = new HashSet<>();

    ReturnedBatch(StoredReturnedObjects means, IdentityVault.Opening opening) {
        this.means = means;
        this.opening = opening;
    }

    /** What an object says of itself, and what is known of it. */
    private record Head(
            DataSet elements,
            boolean hasPixelData,
            String sopClassUid,
            String sopInstanceUid,
            String seriesInstanceUid,
            @Nullable StoredInstance stored,
            @Nullable StudyContext study,
            boolean sameStudy,
            String problem) {}

    // ---- examining

    @Override
    public Returned examine(InputStream part10) throws IOException {
        Part10Reader reader = Part10Reader.open(part10, LIMITS, PassedOver.STORE);
        Head head = head(reader.dataSet());
        String syntax = written(reader.transferSyntax()).uid();
        StoredInstance stored = head.stored();
        if (head.study() == null) {
            return new Returned(
                    Kind.UNKNOWN_PATIENT,
                    head.sopClassUid(),
                    head.sopInstanceUid(),
                    head.seriesInstanceUid(),
                    syntax,
                    head.problem());
        }
        if (stored != null) {
            try (IdentityRecords records = records(PassedOver.STORE)) {
                DataSet originals = records.read(stored).originals();
                return new Returned(
                        Kind.OURS,
                        head.sopClassUid(),
                        or(originals.string(Tag.SOPInstanceUID), head.sopInstanceUid()),
                        or(originals.string(Tag.SeriesInstanceUID), head.seriesInstanceUid()),
                        syntax,
                        "");
            }
        }
        synchronized (this) {
            ofThisBatch.add(head.sopInstanceUid());
        }
        StudyMemory memory = memory(head.study());
        return new Returned(
                Kind.RESULT,
                head.sopClassUid(),
                sopInstance(head, memory),
                or(memory.original(head.seriesInstanceUid()), head.seriesInstanceUid()),
                syntax,
                "");
    }

    /** A result's own, or what an image of the study had before another gateway sent it. */
    private static String sopInstance(Head head, StudyMemory memory) {
        return or(memory.original(head.sopInstanceUid()), head.sopInstanceUid());
    }

    private static String or(@Nullable String value, String otherwise) {
        return value == null ? otherwise : value;
    }

    private Head head(DataSetReader reader) throws IOException {
        DataSet elements = new DataSet();
        DataSetReader.Event event = reader.next();
        while (event == DataSetReader.Event.ELEMENT) {
            elements.put(reader.element());
            event = reader.next();
        }
        String study = uid(elements, Tag.StudyInstanceUID);
        String sop = uid(elements, Tag.SOPInstanceUID);
        Optional<StudyContext> known = means.pseudonymizer().find(study);
        List<StudyContext> others = known.isPresent() ? List.of() : studiesOf(elements.string(Tag.PatientID));
        StudyContext context = known.orElse(others.isEmpty() ? null : others.get(0));
        String problem = context == null ? "neither its study nor its patient is known here" : "";
        if (known.isPresent() && !known.get().pseudonym().equals(elements.string(Tag.PatientID))) {
            context = null;
            problem = "it names another patient than its study does";
        }
        StoredInstance stored = context == null ? null : stored(sop);
        if (stored != null && !stored.facts().studyInstanceUid().equals(study)) {
            context = null;
            problem = "it names another study than the image that it is";
        }
        if (context != null
                && stored == null
                && means.index().instances(context.studyInstanceUid()).isEmpty()
                && earlier(context).isEmpty()) {
            problem = "nothing is kept of the identity of its study";
            context = null;
        }
        return new Head(
                elements,
                event == DataSetReader.Event.STREAM,
                uid(elements, Tag.SOPClassUID),
                sop,
                uid(elements, Tag.SeriesInstanceUID),
                stored,
                context,
                known.isPresent(),
                problem);
    }

    private EarlierOriginals earlier(StudyContext study) throws IOException {
        return EarlierOriginals.read(study, means.earlier(), opening);
    }

    private @Nullable StoredInstance stored(String sopInstanceUid) throws IOException {
        synchronized (found) {
            StoredInstance known = found.get(sopInstanceUid);
            if (known != null) {
                return known;
            }
        }
        StoredInstance there = means.store().find(sopInstanceUid).orElse(null);
        if (there != null) {
            synchronized (found) {
                found.put(sopInstanceUid, there);
            }
        }
        return there;
    }

    private static String uid(DataSet elements, int tag) throws DicomDataException {
        String uid = elements.string(tag);
        if (uid == null || !Uids.isValid(uid)) {
            throw new DicomDataException(DicomDataException.Reason.MALFORMED, "no valid UID in " + Tag.format(tag));
        }
        return uid;
    }

    /** Newest first. */
    private synchronized List<StudyContext> studiesOf(@Nullable String pseudonym) throws IOException {
        if (pseudonym == null || pseudonym.isEmpty()) {
            return List.of();
        }
        List<StudyContext> known = studiesOfPatients.get(pseudonym);
        if (known == null) {
            known = new ArrayList<>();
            Set<String> studies = new LinkedHashSet<>(means.finder().studiesOf(pseudonym, MOST_OTHER_STUDIES));
            for (Sheet sheet : means.earlier().studiesOf(pseudonym, opening)) {
                if (studies.size() < MOST_OTHER_STUDIES) {
                    studies.add(String.valueOf(sheet.studyInstanceUid()));
                }
            }
            for (String study : studies) {
                means.pseudonymizer().find(study).ifPresent(known::add);
            }
            if (studiesOfPatients.size() == MOST_STUDIES) {
                studiesOfPatients.remove(studiesOfPatients.keySet().iterator().next());
            }
            studiesOfPatients.put(pseudonym, known);
        }
        return known;
    }

    /** Large values of an instance that is here can be read as long as the bulk store has them; of one that is not, while the records are open. */
    private IdentityRecords records(BulkStore bulk) {
        return new IdentityRecords(means.store(), opening, bulk);
    }

    private synchronized StudyMemory memory(StudyContext study) throws IOException {
        String uid = study.studyInstanceUid();
        StudyMemory memory = memories.get(uid);
        if (memory == null) {
            memory = StudyMemory.read(study, means.index().instances(uid), earlier(study), means.store(), opening);
            if (memories.size() == MOST_STUDIES) {
                memories.remove(memories.keySet().iterator().next());
            }
            memories.put(uid, memory);
        }
        return memory;
    }

    // ---- restoring

    @Override
    public InputStream restore(InputStream part10) throws IOException {
        SealedSpool spool = means.newSpool();
        IdentityRecords records = records(spool);
        Closeable all = () -> {
            try (spool;
                    records) {
                part10.close();
            }
        };
        try {
            return restore(part10, spool, records, all);
        } catch (UncheckedIOException e) {
            all.close();
            throw e.getCause();
        } catch (IOException | RuntimeException e) {
            all.close();
            throw e;
        }
    }

    private InputStream restore(InputStream part10, SealedSpool spool, IdentityRecords records, Closeable all)
            throws IOException {
        Part10Reader reader = Part10Reader.open(part10, LIMITS, spool);
        Head head = head(reader.dataSet());
        StudyContext study = head.study();
        if (study == null) {
            throw new IOException("it is not restored: " + head.problem());
        }
        TransferSyntax syntax = written(reader.transferSyntax());
        StoredInstance stored = head.stored();
        if (stored != null) {
            IdentityRecord record = records.read(stored);
            String sop = or(record.originals().string(Tag.SOPInstanceUID), head.sopInstanceUid());
            int pixels = head.hasPixelData() ? reader.dataSet().tag() : -1;
            return new RestoredStream(
                    FileMetaInformation.ours(head.sopClassUid(), sop, syntax.uid()),
                    merged(head.elements(), record, tag -> Integer.compareUnsigned(tag, pixels) < 0),
                    reader.dataSet(),
                    head.hasPixelData(),
                    syntax,
                    tail -> merged(tail, record, tag -> Integer.compareUnsigned(tag, pixels) > 0),
                    all);
        }
        StudyMemory memory = memory(study);
        ResultTreatment treatment = new ResultTreatment(memory, head.sameStudy(), uid -> elsewhere(study, uid));
        DataSet treated = treatment.treatHead(head.elements());
        note(treatment.unknown());
        return new RestoredStream(
                FileMetaInformation.ours(head.sopClassUid(), sopInstance(head, memory), syntax.uid()),
                treated,
                reader.dataSet(),
                head.hasPixelData(),
                syntax,
                treatment::treatTail,
                all);
    }

    private interface Where {
        boolean holds(int tag);
    }

    private static DataSet merged(DataSet returned, IdentityRecord record, Where where) {
        DataSet merged = new DataSet();
        for (Element element : returned.elements()) {
            if (!record.isAdded(element.tag())) {
                merged.put(element);
            }
        }
        for (Element original : record.originals().elements()) {
            if (where.holds(original.tag())) {
                merged.put(original);
            }
        }
        return merged;
    }

    private @Nullable String elsewhere(StudyContext study, String uid) {
        try {
            // Only what may be one of ours is looked for in other studies: those UIDs are made of UUIDs.
            if (!uid.startsWith("2.25.")) {
                return null;
            }
            for (StudyContext other : studiesOf(study.pseudonym())) {
                if (!other.studyInstanceUid().equals(study.studyInstanceUid())) {
                    String found = memory(other).original(uid);
                    if (found != null) {
                        return found;
                    }
                }
            }
            return null;
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }

    private synchronized void note(Set<String> references) {
        for (String uid : references) {
            if (unknown.size() < MOST_UNKNOWN) {
                unknown.add(uid);
            }
        }
    }

    @Override
    public synchronized int unresolved() {
        return (int) unknown.stream().filter(uid -> !ofThisBatch.contains(uid)).count();
    }

    @Override
    public void remember(Collection<String> sopInstanceUids) throws IOException {
        means.sent().add(sopInstanceUids);
    }

    /** Big endian and deflated are read but not written. */
    private static TransferSyntax written(TransferSyntax syntax) {
        return syntax.bigEndian() || syntax.deflated() ? TransferSyntax.EXPLICIT_VR_LITTLE_ENDIAN : syntax;
    }
}
