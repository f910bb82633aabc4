package org.sallyport.gateway.scp.internal.catalog;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.ErasureListener;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.scp.internal.QueryConfiguration;
import org.sallyport.gateway.scp.internal.QuerySettings;
import org.sallyport.gateway.scp.internal.query.Attributes;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Sheets of what only the back end holds, in memory only. A thread of its own makes all of them anew when a round of asking the back end has ended. Those
 * who are asked meanwhile are told what was before.
 */
@Component(
        service = {RemoteSheets.class, ErasureListener.class},
        configurationPid = "org.sallyport.query")
public final class RemoteSheets implements ErasureListener {

    private static final Logger LOG = LoggerFactory.getLogger(RemoteSheets.class);

    private static final long PAUSE_MILLIS = 1_000;
    private static final long LONGEST_STOP_SECONDS = 10;
    /** For the first reading, which is a moment after the start. */
    private static final long LONGEST_WAIT_SECONDS = 5;

    private final RemoteStudies studies;
    private final Sheets own;
    private final IdentityDirectory directory;
    private final PatientRegister register;
    private final Pseudonymizer pseudonymizer;
    private final long mostBytes;
    private final AccessRequest request = new AccessRequest(
            "gateway",
            Set.of(Roles.PRIVACY_OFFICER),
            "queries",
            "keeping what queries ask of the back end's studies in memory",
            "all studies");
    private final Thread thread = new Thread(this::run, "query-remote-sheets");
    private final CountDownLatch stop = new CountDownLatch(1);
    private final CountDownLatch read = new CountDownLatch(1);
    private volatile @Nullable Loaded loaded;
    /** Patients who were erased while this runs; guarded by the monitor of this. */
    private int erasures;
    /** Audited when it is first needed; guarded by the monitor of this. */
    private IdentityDirectory.@Nullable Reading reading;

    /** @param rounds that had ended when the reading began */
    private record Loaded(Catalog catalog, long rounds) {}

    @Activate
    public RemoteSheets(
            QueryConfiguration configuration,
            @Reference RemoteStudies studies,
            @Reference Sheets own,
            @Reference IdentityDirectory directory,
            @Reference PatientRegister register,
            @Reference Pseudonymizer pseudonymizer) {
        this.studies = studies;
        this.own = own;
        this.directory = directory;
        this.register = register;
        this.pseudonymizer = pseudonymizer;
        this.mostBytes = QuerySettings.of(configuration).nameIndexBytes() / 2;
        thread.start();
    }

    @Deactivate
    void close() {
        // Not by an interrupt, which an embedded database takes ill.
        stop.countDown();
        try {
            thread.join(TimeUnit.SECONDS.toMillis(LONGEST_STOP_SECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    private boolean isClosing() {
        return stop.getCount() == 0;
    }

    private void run() {
        try {
            do {
                try {
                    Loaded known = loaded;
                    long rounds = studies.rounds();
                    if (known == null || known.rounds() != rounds) {
                        load(rounds);
                    }
                } catch (IOException | RuntimeException e) {
                    LOG.error("what the back end holds could not be read, and is tried again", e);
                }
            } while (!stop.await(PAUSE_MILLIS, TimeUnit.MILLISECONDS));
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    /** All sheets are made anew. */
    @Override
    public synchronized void erased(Set<String> pseudonyms) {
        erasures++;
        loaded = null;
    }

    private synchronized int erasures() {
        return erasures;
    }

    /** Sheets that may tell of a patient who was erased meanwhile are dropped. */
    private synchronized boolean publish(Loaded made, int erasuresBefore) {
        if (erasures != erasuresBefore) {
            return false;
        }
        loaded = made;
        return true;
    }

    private void load(long rounds) throws IOException {
        int before = erasures();
        Catalog catalog = new Catalog(mostBytes);
        studies.readAll(some -> {
            for (RemoteStudies.Held held : some) {
                if (!isClosing()) {
                    catalog.put(made(held));
                }
            }
        });
        if (isClosing() || !publish(new Loaded(catalog, rounds), before)) {
            return;
        }
        read.countDown();
        if (catalog.isFull()) {
            LOG.warn(
                    "{} studies of the back end can be searched; others have no room (name-index-memory)",
                    catalog.size());
        }
    }

    private StudySheet made(RemoteStudies.Held held) {
        DataSet originals;
        try {
            originals = originals(held.study());
        } catch (IOException | RuntimeException e) {
            // The others have to be found. Who sees pseudonyms finds this one, too.
            LOG.error("the identity of study {} cannot be read", held.study().studyInstanceUid(), e);
            originals = new DataSet();
        }
        return StudySheet.of(
                held.study().studyInstanceUid(),
                held.study().pseudonym(),
                counts(held.series()),
                Attributes.of(originals),
                Attributes.of(treated(held.study())));
    }

    private static StudySheet.Counts counts(List<RemoteStudies.Series> series) {
        Set<String> uids = new HashSet<>();
        Set<String> modalities = new TreeSet<>();
        long instances = 0;
        for (RemoteStudies.Series one : series) {
            uids.add(one.seriesInstanceUid());
            modalities.add(one.modality());
            instances += one.instances();
        }
        return new StudySheet.Counts(
                uids.size(), (int) Math.min(instances, Integer.MAX_VALUE / 2), 0, modalities, Set.of());
    }

    private static DataSet treated(RemoteStudies.Study study) {
        DataSet treated = new DataSet();
        treated.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        treated.setString(Tag.StudyInstanceUID, study.studyInstanceUid());
        put(treated, Tag.StudyDate, study.date());
        put(treated, Tag.StudyTime, study.time());
        put(treated, Tag.StudyDescription, study.description());
        return treated;
    }

    private static void put(DataSet into, int tag, @Nullable String value) {
        if (value != null) {
            into.setString(tag, value);
        }
    }

    /**
     * What who sees originals is told of the study: of one whose identity is kept here that, of a new one of a patient who is known here the patient. The
     * rules are those by which its objects get their identity back; empty if they would not.
     */
    private DataSet originals(RemoteStudies.Study study) throws IOException {
        String uid = study.studyInstanceUid();
        // The index tells of those itself.
        if (own.has(uid)) {
            return new DataSet();
        }
        Optional<StudyContext> context = pseudonymizer.find(uid);
        if (context.isPresent()) {
            return ofKnownStudy(study, context.get());
        }
        if (register.present(study.pseudonym()) == null) {
            return new DataSet();
        }
        Optional<IdentityDirectory.Patient> patient = reading().patient(study.pseudonym());
        if (patient.isEmpty() || patient.get().values().isEmpty()) {
            return new DataSet();
        }
        DataSet originals = treated(study);
        SheetMaker.put(originals, patient.get().values());
        return originals;
    }

    private DataSet ofKnownStudy(RemoteStudies.Study study, StudyContext context) throws IOException {
        Optional<IdentityDirectory.Study> kept = reading().study(study.studyInstanceUid());
        if (kept.isEmpty() || kept.get().patientValues().isEmpty()) {
            return new DataSet();
        }
        DataSet originals = new DataSet();
        originals.setString(Tag.SpecificCharacterSet, "ISO_IR 192");
        // What was not changed is as the back end tells it; its dates were.
        put(originals, Tag.StudyTime, study.time());
        put(originals, Tag.StudyDescription, study.description());
        if (context.keepsUids()) {
            originals.setString(Tag.StudyInstanceUID, study.studyInstanceUid());
        }
        SheetMaker.put(originals, kept.get().patientValues());
        SheetMaker.put(originals, kept.get().values());
        return originals;
    }

    private synchronized IdentityDirectory.Reading reading() throws IOException {
        IdentityDirectory.Reading open = reading;
        if (open == null) {
            open = directory.begin(request);
            reading = open;
        }
        return open;
    }

    // ---- what is asked

    /** The sheet of a study of which the back end holds something that is not here; also of one that it was asked of a moment ago. */
    Optional<StudySheet> sheet(String studyInstanceUid) throws IOException {
        Optional<StudySheet> sheet = inMemory(studyInstanceUid);
        return sheet.isPresent() ? sheet : studies.study(studyInstanceUid).map(this::made);
    }

    /** The same, as far as it is in memory. */
    Optional<StudySheet> inMemory(String studyInstanceUid) {
        Loaded known = loaded;
        return known == null ? Optional.empty() : known.catalog().get(studyInstanceUid);
    }

    /** Whether there is nothing that only the back end holds, as with most gateways: then nothing has to be looked up. */
    boolean isEmpty() {
        Loaded known = loaded;
        return known != null && known.catalog().size() == 0;
    }

    boolean has(String studyInstanceUid) {
        return inMemory(studyInstanceUid).isPresent();
    }

    boolean isSearchable() {
        Loaded known = loaded;
        return known != null && !known.catalog().isFull();
    }

    /** @throws Sheets.NotSearchableException if not all are in memory */
    void requireSearchable() throws Sheets.NotSearchableException {
        searchable();
    }

    private Catalog searchable() throws Sheets.NotSearchableException {
        try {
            if (!read.await(LONGEST_WAIT_SECONDS, TimeUnit.SECONDS)) {
                LOG.debug("a query waited in vain for the back end's studies");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        Loaded known = loaded;
        if (known == null) {
            throw new Sheets.NotSearchableException("studies of the back end are being read: try again soon");
        }
        if (known.catalog().isFull()) {
            throw new Sheets.NotSearchableException("more names than name-index-memory: ask by id or UID");
        }
        return known.catalog();
    }

    void scan(Query query, View view, Sheets.Visitor visitor) throws IOException {
        searchable().scan(query, view, visitor::visit);
    }
}
