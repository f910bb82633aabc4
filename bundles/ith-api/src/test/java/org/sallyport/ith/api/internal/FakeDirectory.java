package org.sallyport.ith.api.internal;

import java.io.IOException;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.AuditLog;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.Roles;

/** One patient with an earlier pseudonym, one study of two series, found by pseudonymous and original keys. Audits as the vault does. */
final class FakeDirectory implements IdentityDirectory, IdentityDirectory.Reading {

    static final String PSEUDONYM = "ANON-0123456789AB";
    static final String EARLIER = "ANON-BA9876543210";
    static final String STUDY = "2.25.1";
    static final String ORIGINAL_STUDY = "1.2.276.1";
    static final String SERIES = "2.25.11";
    static final String SECOND_SERIES = "2.25.12";

    private static final Map<String, String> PATIENT = Map.of(
            "PatientName",
            "Sample^Anna",
            "PatientID",
            "HH-0815",
            "PatientBirthDate",
            "19600102",
            "OtherPatientIDs",
            "A\\B");

    private final AuditLog audit;
    volatile boolean fails;

    FakeDirectory(AuditLog audit) {
        this.audit = audit;
    }

    @Override
    public Reading begin(AccessRequest request) throws IOException {
        boolean may = request.roles().contains(Roles.PRIVACY_OFFICER);
        audit.record(
                "identity.read",
                request.actor(),
                request.source(),
                request.subject(),
                request.reason(),
                may ? "done" : "refused",
                null);
        if (!may) {
            throw new AccessDeniedException("reading identity needs the role privacy-officer");
        }
        return this;
    }

    private void check() throws IOException {
        if (fails) {
            throw new IOException("cannot read the pack of Sample^Anna");
        }
    }

    @Override
    public Optional<Patient> patient(String pseudonym) throws IOException {
        check();
        return pseudonym.equals(PSEUDONYM) || pseudonym.equals(EARLIER)
                ? Optional.of(new Patient(PSEUDONYM, Set.of(PSEUDONYM, EARLIER), PATIENT))
                : Optional.empty();
    }

    @Override
    public Optional<Study> study(String studyInstanceUid) throws IOException {
        check();
        return studyInstanceUid.equals(STUDY) || studyInstanceUid.equals(ORIGINAL_STUDY)
                ? Optional.of(new Study(
                        STUDY,
                        PSEUDONYM,
                        Map.of(
                                "StudyInstanceUID",
                                ORIGINAL_STUDY,
                                "StudyDate",
                                "20260102",
                                "StudyTime",
                                "101112",
                                "AccessionNumber",
                                "ACC-1"),
                        PATIENT,
                        2,
                        true))
                : Optional.empty();
    }

    @Override
    public Optional<Series> series(String seriesInstanceUid) throws IOException {
        check();
        return seriesOf(STUDY).stream()
                .filter(series -> series.seriesInstanceUid().equals(seriesInstanceUid))
                .findFirst();
    }

    @Override
    public List<Series> seriesOf(String studyInstanceUid) {
        return List.of(
                new Series(SERIES, STUDY, 1, "CT", Map.of("SeriesDescription", "Sample of Anna")),
                new Series(SECOND_SERIES, STUDY, null, "SR", Map.of()));
    }

    @Override
    public Optional<Instance> instance(String sopInstanceUid) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> studiesOf(String pseudonym) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> pseudonyms(@Nullable String issuer, String patientId) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<String> studiesByAccessionNumber(String accessionNumber) {
        throw new UnsupportedOperationException();
    }
}
