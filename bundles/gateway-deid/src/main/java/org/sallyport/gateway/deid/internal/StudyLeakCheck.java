package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.io.InputStream;
import java.time.Clock;
import java.time.Instant;
import java.util.HashSet;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.BulkStore;
import org.sallyport.dicom.data.DataSet;
import org.sallyport.dicom.data.DataSetReader;
import org.sallyport.dicom.data.Part10Reader;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.delivery.StudyCheck;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.Quarantine;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.api.vault.Pseudonymizer;
import org.sallyport.gateway.api.vault.Roles;
import org.sallyport.gateway.api.vault.StudyContext;
import org.sallyport.gateway.api.vault.VaultException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Holds a study whose objects may tell whom they are of. Most were searched when they came, for all that was known then; where more is known by now, or
 * the gateway was started in between, they are searched once more, for what their sealed records tell. Guarded by this object's monitor: one study after
 * the other.
 */
@Component(service = {StudyCheck.class, StudyLeakCheck.class})
public final class StudyLeakCheck implements StudyCheck {

    private static final Logger LOG = LoggerFactory.getLogger(StudyLeakCheck.class);

    private static final int MOST_REMEMBERED = 1_000;
    private static final int MOST_LISTED = 10_000;
    /** Studies of one patient that are asked, the newest. */
    private static final int MOST_STUDIES = 50;

    /** A study that is held, as long as it has so many objects that wait. */
    private record Finding(int waiting, String reason) {}

    private final LeakGuard guard;
    private final Quarantine quarantine;
    private final StudyIndex index;
    private final StudyFinder finder;
    private final PatientRegister register;
    private final InstanceStore store;
    private final IdentityVault vault;
    private final Pseudonymizer pseudonymizer;
    private final Profiles profiles;
    private final ReleasedStudies released;
    private final Clock clock;
    private final Map<String, Finding> found = new LinkedHashMap<>();

    @Activate
    public StudyLeakCheck(
            @Reference LeakGuard guard,
            @Reference Quarantine quarantine,
            @Reference StudyIndex index,
            @Reference StudyFinder finder,
            @Reference PatientRegister register,
            @Reference InstanceStore store,
            @Reference IdentityVault vault,
            @Reference Pseudonymizer pseudonymizer,
            @Reference Profiles profiles)
            throws IOException {
        this(
                guard,
                quarantine,
                index,
                finder,
                register,
                store,
                vault,
                pseudonymizer,
                profiles,
                new ReleasedStudies(DataFolder.of("deid")),
                Clock.systemUTC());
    }

    StudyLeakCheck(
            LeakGuard guard,
            Quarantine quarantine,
            StudyIndex index,
            StudyFinder finder,
            PatientRegister register,
            InstanceStore store,
            IdentityVault vault,
            Pseudonymizer pseudonymizer,
            Profiles profiles,
            ReleasedStudies released,
            Clock clock) {
        this.guard = guard;
        this.quarantine = quarantine;
        this.index = index;
        this.finder = finder;
        this.register = register;
        this.store = store;
        this.vault = vault;
        this.pseudonymizer = pseudonymizer;
        this.profiles = profiles;
        this.released = released;
        this.clock = clock;
    }

    @Override
    public synchronized Optional<String> reasonToHold(String studyInstanceUid) throws IOException {
        Optional<String> inQuarantine = inQuarantine(studyInstanceUid);
        return inQuarantine.isPresent() ? inQuarantine : inStore(studyInstanceUid);
    }

    private Optional<String> inQuarantine(String studyInstanceUid) throws IOException {
        Instant vouched = released.until(studyInstanceUid);
        List<Quarantine.Entry> leaks = quarantine.ofStudy(studyInstanceUid).stream()
                .filter(entry -> entry.description().kind() == Quarantine.Kind.LEAK)
                .filter(entry -> entry.description().receivedAt().isAfter(vouched))
                .toList();
        return leaks.isEmpty()
                ? Optional.empty()
                : Optional.of(leaks.size() + " of its objects are in quarantine, the first "
                        + leaks.get(0).id() + ": "
                        + leaks.get(0).description().reason());
    }

    private Optional<String> inStore(String studyInstanceUid) throws IOException {
        // Each appliance searches what it is about to send: what others sealed only they can open.
        List<StoredInstance> loose = index.loose(studyInstanceUid);
        int waiting = loose.size();
        StudyContext study = pseudonymizer
                .find(studyInstanceUid)
                .orElseThrow(() -> new IOException("the vault does not know the study"));
        Profile profile = profiles.of(study);
        learnOfOtherStudies(study, profile);
        if (guard.isSearched(study, profile, waiting)) {
            guard.forget(studyInstanceUid);
            found.remove(studyInstanceUid);
            return Optional.empty();
        }
        Finding known = found.get(studyInstanceUid);
        if (known != null && known.waiting() == waiting) {
            return Optional.of(known.reason());
        }
        Optional<String> reason = search(study, profile, loose, released.until(studyInstanceUid));
        found.remove(studyInstanceUid);
        if (reason.isPresent()) {
            found.put(studyInstanceUid, new Finding(waiting, reason.get()));
            if (found.size() > MOST_REMEMBERED) {
                found.remove(found.keySet().iterator().next());
            }
        }
        return reason;
    }

    private Optional<String> search(StudyContext study, Profile profile, List<StoredInstance> loose, Instant vouched)
            throws IOException {
        List<StoredInstance> instances =
                loose.stream().filter(StoredInstance::isHere).toList();
        LeakScan scan = guard.search(study, profile, valuesOf(study, instances)).scan();
        for (StoredInstance instance : instances) {
            if (!instance.facts().receivedAt().isAfter(vouched)) {
                continue;
            }
            try (InputStream in = store.openPart10(instance)) {
                scan.check(head(in, PassedOver.searchedBy(scan)));
            } catch (Doubt e) {
                return Optional.of(e.reason() + " in image " + instance.facts().sopInstanceUid());
            }
        }
        return Optional.empty();
    }

    /** What the patient's other studies tell is searched for too, once for each patient while the gateway runs. */
    private void learnOfOtherStudies(StudyContext study, Profile profile) throws IOException {
        if (!guard.isToBeTold(study, profile)) {
            return;
        }
        Set<IdentityValue> values = new HashSet<>();
        for (String pseudonym : register.all(study.pseudonym())) {
            for (String other : finder.studiesOf(pseudonym, MOST_STUDIES)) {
                if (!other.equals(study.studyInstanceUid())) {
                    learn(study, finder.anyOfStudy(other), values);
                }
            }
        }
        guard.search(study, profile, values);
        guard.told(study, profile);
    }

    private void learn(StudyContext study, Optional<StoredInstance> other, Set<IdentityValue> values)
            throws IOException {
        if (other.isPresent()) {
            try {
                values.addAll(valuesOf(study, List.of(other.get())));
            } catch (VaultException e) {
                LOG.debug("a study that another appliance sealed tells nothing here", e);
            }
        }
    }

    private Set<IdentityValue> valuesOf(StudyContext study, List<StoredInstance> instances) throws IOException {
        Set<IdentityValue> values = new HashSet<>();
        AccessRequest request = new AccessRequest(
                "gateway",
                Set.of(Roles.PRIVACY_OFFICER),
                "gateway",
                "search for identity before delivery",
                study.studyInstanceUid());
        try (IdentityRecords records = new IdentityRecords(store, vault.begin(request), PassedOver.STORE)) {
            for (StoredInstance instance : instances) {
                IdentityRecord record = records.read(instance);
                values.addAll(IdentityValues.of(record.originals(), Levels.encoded(record, instance.facts())));
            }
        }
        return values;
    }

    /** The elements up to the pixel data. */
    private static DataSet head(InputStream part10, BulkStore longValues) throws IOException {
        DataSetReader reader =
                Part10Reader.open(part10, IdentityRecords.LIMITS, longValues).dataSet();
        DataSet head = new DataSet();
        while (reader.next() == DataSetReader.Event.ELEMENT) {
            head.put(reader.element());
        }
        return head;
    }

    /** Studies that were found to be not fit to go out, or of which an object with a leak is in quarantine, with the reason. */
    synchronized Map<String, String> held() throws IOException {
        Map<String, String> held = new LinkedHashMap<>();
        found.forEach((study, finding) -> held.put(study, finding.reason()));
        for (Quarantine.Entry entry : quarantine.newest(MOST_LISTED)) {
            String study = entry.description().studyInstanceUid();
            if (study != null
                    && entry.description().kind() == Quarantine.Kind.LEAK
                    && entry.description().receivedAt().isAfter(released.until(study))) {
                held.putIfAbsent(study, entry.id() + ": " + entry.description().reason());
            }
        }
        return held;
    }

    /**
     * What has come of the study by now does not hold it any more. Durable on return.
     *
     * @return whether it was held
     * @throws IllegalStateException if more was found than people were told: nobody vouches for what they do not know
     */
    synchronized boolean release(String studyInstanceUid) throws IOException {
        Finding told = found.get(studyInstanceUid);
        Optional<String> inStore = inStore(studyInstanceUid);
        if (inStore.isPresent() && (told == null || !told.reason().equals(inStore.get()))) {
            throw new IllegalStateException(
                    "now it is held for this: " + inStore.get() + "; release it again if it may go out with that");
        }
        if (inStore.isEmpty() && inQuarantine(studyInstanceUid).isEmpty()) {
            return false;
        }
        released.add(studyInstanceUid, clock.instant());
        found.remove(studyInstanceUid);
        return true;
    }
}
