package org.sallyport.gateway.scp.internal.retrieve;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.scp.internal.catalog.Heads;
import org.sallyport.gateway.scp.internal.catalog.Sheets;
import org.sallyport.gateway.scp.internal.catalog.StudySheet;
import org.sallyport.gateway.scp.internal.find.Lookups;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.RetrieveKeys;
import org.sallyport.gateway.scp.internal.query.View;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/** Finds the instances that a C-GET, a C-MOVE or a storage commitment names in the caller's view. Owned by one thread. */
public final class Selection {

    private static final Logger LOG = LoggerFactory.getLogger(Selection.class);

    private final View view;
    private final StudyIndex index;
    private final StudyFinder finder;
    private final RemoteStudies remote;
    private final Sheets sheets;
    private final Lookups lookups;
    private final Heads heads;

    public Selection(
            View view,
            StudyIndex index,
            StudyFinder finder,
            RemoteStudies remote,
            Sheets sheets,
            Lookups lookups,
            Heads heads) {
        this.view = view;
        this.index = index;
        this.finder = finder;
        this.remote = remote;
        this.sheets = sheets;
        this.lookups = lookups;
        this.heads = heads;
    }

    /** Not deleted, studies one after the other. */
    List<StoredInstance> of(RetrieveKeys keys) throws IOException {
        Map<String, StoredInstance> found = new LinkedHashMap<>();
        if (keys.level() == Level.IMAGE) {
            for (String uid : keys.of(Level.IMAGE)) {
                image(uid).ifPresent(instance -> found.put(instance.facts().sopInstanceUid(), instance));
            }
        } else {
            for (String study : studies(keys)) {
                for (StoredInstance instance : index.instances(study)) {
                    found.put(instance.facts().sopInstanceUid(), instance);
                }
            }
        }
        List<StoredInstance> wanted = new ArrayList<>();
        Belonging belonging = new Belonging(keys);
        for (StoredInstance instance : found.values()) {
            if (instance.presence() != Presence.DELETED && belonging.includes(instance)) {
                wanted.add(instance);
            }
        }
        return wanted;
    }

    /**
     * The series that only the back end holds. If images are named one by one, those that may hold the ones that are not known here.
     *
     * @param found what {@link #of} has found
     */
    List<RemoteStudies.Series> remote(RetrieveKeys keys, List<StoredInstance> found) throws IOException {
        if (keys.level() == Level.IMAGE && found.size() == keys.of(Level.IMAGE).size()) {
            return List.of();
        }
        List<RemoteStudies.Series> wanted = new ArrayList<>();
        List<String> named = keys.of(Level.SERIES);
        for (String study : keys.level() == Level.IMAGE && keys.of(Level.STUDY).isEmpty() && named.isEmpty()
                ? Set.<String>of()
                : studies(keys)) {
            Optional<RemoteStudies.Held> held = remote.study(study);
            if (held.isEmpty() || !new Belonging(keys).isStudyMeant(study)) {
                continue;
            }
            Set<String> known = new HashSet<>();
            for (StoredInstance instance : index.instances(study)) {
                known.add(instance.facts().seriesInstanceUid());
            }
            for (RemoteStudies.Series series : held.get().series()) {
                boolean meant = named.isEmpty() || named.contains(series.seriesInstanceUid());
                if (meant && !known.contains(series.seriesInstanceUid())) {
                    wanted.add(series);
                }
            }
        }
        return wanted;
    }

    /** The instance that is called so in the caller's view. */
    public Optional<StoredInstance> image(String uid) throws IOException {
        for (String candidate : lookups.uids(uid)) {
            Optional<StoredInstance> found = finder.instance(candidate);
            if (found.isPresent() && (!candidate.equals(uid) || isCalled(found.get(), Tag.SOPInstanceUID, uid))) {
                return found;
            }
        }
        return Optional.empty();
    }

    /** In the original view a pseudonymous UID counts for nothing, unless it is the original one too. */
    private boolean isCalled(StoredInstance instance, int tag, String uid) throws IOException {
        if (view == View.PSEUDONYMOUS) {
            return true;
        }
        if (instance.isHere()) {
            return uid.equals(heads.read(instance, View.ORIGINAL).string(tag));
        }
        Optional<String> kept =
                tag == Tag.SeriesInstanceUID ? lookups.calledSeries(instance) : lookups.called(instance);
        return kept.filter(uid::equals).isPresent();
    }

    private Set<String> studies(RetrieveKeys keys) throws IOException {
        Set<String> studies = new java.util.LinkedHashSet<>();
        List<String> uids = keys.of(Level.STUDY);
        if (!uids.isEmpty()) {
            for (String uid : uids) {
                studies.addAll(lookups.uids(uid));
            }
            return studies;
        }
        if (!keys.of(Level.SERIES).isEmpty()) {
            for (String uid : keys.of(Level.SERIES)) {
                for (String candidate : lookups.uids(uid)) {
                    finder.anyOfSeries(candidate)
                            .ifPresent(any -> studies.add(any.facts().studyInstanceUid()));
                    remote.studyOfSeries(candidate).ifPresent(studies::add);
                }
            }
            return studies;
        }
        studies.addAll(lookups.ofPatient(keys.of(Level.PATIENT).get(0)));
        return studies;
    }

    /** Whether instances are of the patient, study and series that were named; each of these is looked at once. */
    private final class Belonging {

        private final RetrieveKeys keys;
        private final Map<String, Boolean> studies = new java.util.HashMap<>();
        private final Map<String, Boolean> series = new java.util.HashMap<>();

        Belonging(RetrieveKeys keys) {
            this.keys = keys;
        }

        boolean includes(StoredInstance instance) throws IOException {
            String study = instance.facts().studyInstanceUid();
            Boolean known = studies.get(study);
            if (known == null) {
                known = isStudyMeant(study);
                studies.put(study, known);
            }
            return known && isSeriesMeant(instance);
        }

        private boolean isStudyMeant(String study) throws IOException {
            Optional<StudySheet> sheet = sheets.sheet(study);
            return sheet.isPresent()
                    && sheet.get().instances() > 0
                    && sheet.get().isShownIn(view)
                    && fits(sheet.get(), Tag.PatientID, keys.of(Level.PATIENT))
                    && fits(sheet.get(), Tag.StudyInstanceUID, keys.of(Level.STUDY));
        }

        private boolean fits(StudySheet sheet, int tag, List<String> wanted) {
            return wanted.isEmpty()
                    || sheet.attributes(view).strings(tag).stream().anyMatch(new HashSet<>(wanted)::contains);
        }

        private boolean isSeriesMeant(StoredInstance instance) throws IOException {
            List<String> wanted = keys.of(Level.SERIES);
            if (wanted.isEmpty()) {
                return true;
            }
            String own = instance.facts().seriesInstanceUid();
            Boolean known = series.get(own);
            if (known == null) {
                known = false;
                for (String uid : wanted) {
                    if (lookups.uids(uid).contains(own)) {
                        known |= !own.equals(uid) || isCalled(instance, Tag.SeriesInstanceUID, uid);
                    }
                }
                series.put(own, known);
            }
            return known;
        }
    }

    /** SOP Instance UID in the caller's view; empty if it cannot be read. Thread-safe, once {@link #of} has returned. */
    synchronized Optional<String> called(StoredInstance instance) {
        try {
            return lookups.called(instance);
        } catch (IOException e) {
            LOG.error("the original UID of {} cannot be read", instance.facts().sopInstanceUid(), e);
            return Optional.empty();
        }
    }
}
