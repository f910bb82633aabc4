package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.LinkedHashMap;
import java.util.Map;
import java.util.Set;
import org.osgi.service.component.annotations.Component;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.gateway.api.vault.StudyContext;

/**
 * Searches what would go out for what is known of the patient, and remembers for each study how much was known when its objects were searched. The map
 * of studies is guarded by this object's monitor.
 */
@Component(service = LeakGuard.class)
public final class LeakGuard {

    private static final int MOST_STUDIES = 20_000;

    private final PatientMemory memory = new PatientMemory();
    /** By Study Instance UID, in the order of use. */
    private final Map<String, Searched> studies = new LinkedHashMap<>(64, 0.75f, true);

    /**
     * What a study's objects that wait were searched for.
     *
     * @param version of what was known of the patient, if it was the same for all; else -1
     * @param objects how many
     */
    record Searched(long version, int objects) {}

    /** A search for one object. */
    record Search(LeakScan scan, long version) {}

    /** Makes a search for all that is known of a patient. */
    Search search(StudyContext study, Profile profile, Set<IdentityValue> own) {
        PatientMemory.Snapshot known = memory.learn(study.pseudonym(), profile, own);
        return new Search(new LeakScan(known.patterns()), known.version());
    }

    /** What the originals of an object tell of a patient is remembered, and its treated data set searched for all that is known. */
    Search check(DataSet treated, DataSet originals, DataSet head, StudyContext study, Profile profile)
            throws IOException {
        Search search = search(study, profile, IdentityValues.of(originals, head));
        search.scan().check(treated);
        return search;
    }

    /** Whether what other studies tell of the patient is not known yet. */
    boolean isToBeTold(StudyContext study, Profile profile) {
        return !memory.isTold(study.pseudonym(), profile);
    }

    /** What other studies tell of the patient is known. */
    void told(StudyContext study, Profile profile) {
        memory.told(study.pseudonym(), profile);
    }

    /** An object of the study was stored that was searched. */
    synchronized void stored(StudyContext study, long version) {
        studies.merge(
                study.studyInstanceUid(),
                new Searched(version, 1),
                (old, fresh) -> new Searched(old.version() == fresh.version() ? old.version() : -1, old.objects() + 1));
        if (studies.size() > MOST_STUDIES) {
            studies.remove(studies.keySet().iterator().next());
        }
    }

    /**
     * Whether all objects of a study that wait were searched for all that is known now.
     *
     * @param waiting how many there are
     */
    boolean isSearched(StudyContext study, Profile profile, int waiting) {
        Searched searched;
        synchronized (this) {
            searched = studies.get(study.studyInstanceUid());
        }
        return searched != null
                && searched.objects() >= waiting
                && searched.version()
                        == memory.learn(study.pseudonym(), profile, Set.of()).version();
    }

    /** The study goes out: what comes later is counted anew. */
    synchronized void forget(String studyInstanceUid) {
        studies.remove(studyInstanceUid);
    }
}
