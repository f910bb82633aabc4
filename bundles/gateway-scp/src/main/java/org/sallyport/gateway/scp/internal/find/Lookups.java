package org.sallyport.gateway.scp.internal.find;

import java.io.IOException;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.function.Supplier;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Dictionary;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.PatientRegister;
import org.sallyport.gateway.scp.internal.query.Level;
import org.sallyport.gateway.scp.internal.query.View;

/** Finds studies by what the index, the vault and the register of patients know, in the caller's view. Owned by one thread. */
public final class Lookups {

    private static final int MOST_STUDIES = 10_000;

    private final View view;
    private final StudyFinder finder;
    private final RemoteStudies remote;
    private final PatientRegister register;
    private final IdentityDirectory directory;
    private final Supplier<AccessRequest> request;
    private IdentityDirectory.@Nullable Reading reading;

    public Lookups(
            View view,
            StudyFinder finder,
            RemoteStudies remote,
            PatientRegister register,
            IdentityDirectory directory,
            Supplier<AccessRequest> request) {
        this.view = view;
        this.finder = finder;
        this.remote = remote;
        this.register = register;
        this.directory = directory;
        this.request = request;
    }

    private IdentityDirectory.Reading reading() throws IOException {
        IdentityDirectory.Reading open = reading;
        if (open == null) {
            open = directory.begin(request.get());
            reading = open;
        }
        return open;
    }

    /** What a UID of the caller's view may go by here; one that keeps its own goes by that. */
    public List<String> uids(String uid) {
        return view == View.ORIGINAL ? register.candidates(uid) : List.of(uid);
    }

    /** Pseudonymous UIDs of the studies that may hold what is called so in the caller's view; whether it is so has to be seen. */
    Set<String> studies(Level level, String uid) throws IOException {
        Set<String> studies = new LinkedHashSet<>();
        for (String candidate : uids(uid)) {
            if (level == Level.STUDY) {
                studies.add(candidate);
                continue;
            }
            Optional<StoredInstance> any =
                    level == Level.SERIES ? finder.anyOfSeries(candidate) : finder.instance(candidate);
            any.ifPresent(instance -> studies.add(instance.facts().studyInstanceUid()));
            if (any.isEmpty() && level == Level.SERIES) {
                remote.studyOfSeries(candidate).ifPresent(studies::add);
            }
        }
        return studies;
    }

    Set<String> ofPseudonym(String pseudonym) throws IOException {
        Set<String> studies = new LinkedHashSet<>(finder.studiesOf(pseudonym, MOST_STUDIES));
        studies.addAll(remote.studiesOf(pseudonym, MOST_STUDIES));
        return studies;
    }

    Set<String> ofPatient(@Nullable String issuer, String patientId) throws IOException {
        Set<String> studies = new LinkedHashSet<>();
        // Who issued it is met later: images that name none have the sender's.
        for (String pseudonym : reading().pseudonyms(null, patientId)) {
            addStudiesOf(pseudonym, studies);
        }
        if (issuer != null) {
            for (String pseudonym : reading().pseudonyms(issuer, patientId)) {
                addStudiesOf(pseudonym, studies);
            }
        }
        return studies;
    }

    private void addStudiesOf(String pseudonym, Set<String> studies) throws IOException {
        studies.addAll(reading().studiesOf(pseudonym));
        for (String name : register.all(pseudonym)) {
            studies.addAll(remote.studiesOf(name, MOST_STUDIES));
        }
    }

    /** Studies of who has this id in the caller's view, whoever issued it; whether they have it has to be seen. */
    public Set<String> ofPatient(String patientId) throws IOException {
        return view == View.PSEUDONYMOUS ? ofPseudonym(patientId) : ofPatient(null, patientId);
    }

    Set<String> ofAccessionNumber(String accessionNumber) throws IOException {
        return new LinkedHashSet<>(reading().studiesByAccessionNumber(accessionNumber));
    }

    /** Studies of the patient who has this pseudonym: in the original view whatever pseudonym they carry. */
    Set<String> ofSamePatient(String pseudonym) throws IOException {
        if (view == View.PSEUDONYMOUS) {
            return ofPseudonym(pseudonym);
        }
        Set<String> names = register.all(pseudonym);
        Set<String> studies = new LinkedHashSet<>();
        for (String name : names.isEmpty() ? Set.of(pseudonym) : names) {
            studies.addAll(ofPseudonym(name));
        }
        return studies;
    }

    /** SOP Instance UID in the caller's view, of an image that is here or not. */
    public Optional<String> called(StoredInstance instance) throws IOException {
        String uid = instance.facts().sopInstanceUid();
        return view == View.PSEUDONYMOUS
                ? Optional.of(uid)
                : reading().instance(uid).map(IdentityDirectory.Instance::originalSopInstanceUid);
    }

    /** Series Instance UID in the caller's view, of an image that is here or not. */
    public Optional<String> calledSeries(StoredInstance instance) throws IOException {
        String uid = instance.facts().seriesInstanceUid();
        return view == View.PSEUDONYMOUS
                ? Optional.of(uid)
                : reading()
                        .series(uid)
                        .flatMap(series ->
                                Optional.ofNullable(series.values().get(Dictionary.keywordOf(Tag.SeriesInstanceUID))));
    }

    /** The pseudonym that the patient has now. */
    String present(String pseudonym) {
        return Objects.requireNonNullElse(register.present(pseudonym), pseudonym);
    }
}
