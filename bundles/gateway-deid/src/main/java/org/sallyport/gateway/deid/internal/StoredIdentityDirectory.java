package org.sallyport.gateway.deid.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.LinkedHashSet;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import org.jspecify.annotations.Nullable;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.dicom.data.Tag;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.EarlierValues;
import org.sallyport.gateway.api.vault.EarlierValues.Sheet;
import org.sallyport.gateway.api.vault.IdentityDirectory;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.api.vault.PatientRegister;

/**
 * Reads original values where they are kept: in the sealed record of one image of the study or series, with its image or in a compact file, and in
 * what was taken over from an earlier proxy. Nothing is kept a second time. Immutable.
 */
@Component(service = IdentityDirectory.class)
public final class StoredIdentityDirectory implements IdentityDirectory {

    private static final int MOST_STUDIES = 10_000;

    private final StudyFinder finder;
    private final InstanceStore store;
    private final IdentityVault vault;
    private final PatientRegister register;
    private final EarlierValues earlier;

    @Activate
    public StoredIdentityDirectory(
            @Reference StudyFinder finder,
            @Reference InstanceStore store,
            @Reference IdentityVault vault,
            @Reference PatientRegister register,
            @Reference EarlierValues earlier) {
        this.finder = finder;
        this.store = store;
        this.vault = vault;
        this.register = register;
        this.earlier = earlier;
    }

    @Override
    public Reading begin(AccessRequest request) throws IOException {
        return new StoredReading(vault.begin(request));
    }

    private final class StoredReading implements Reading {

        private final IdentityVault.Opening opening;

        StoredReading(IdentityVault.Opening opening) {
            this.opening = opening;
        }

        private Map<Levels.Level, Map<String, String>> values(StoredInstance instance) throws IOException {
            return Levels.values(record(instance), instance.facts());
        }

        private IdentityRecord record(StoredInstance instance) throws IOException {
            try (IdentityRecords records = new IdentityRecords(store, opening, PassedOver.STORE)) {
                return records.read(instance);
            }
        }

        /** Of a patient who was erased nothing is known any more. */
        private Optional<StoredInstance> known(Optional<StoredInstance> instance) {
            return instance.filter(one -> !register.isErased(one.facts().pseudonym()));
        }

        @Override
        public Optional<Patient> patient(String pseudonym) throws IOException {
            String present = register.present(pseudonym);
            if (present == null) {
                return Optional.empty();
            }
            Set<String> all = register.all(pseudonym);
            Map<String, String> values = new TreeMap<>();
            // The present one last, so that it decides.
            for (String name : inOrder(all, present)) {
                for (Sheet sheet : earlier.patient(name, opening)) {
                    values.putAll(sheet.values());
                }
            }
            for (String name : inOrder(all, present)) {
                List<String> newest = finder.studiesOf(name, 1);
                Optional<StoredInstance> any = newest.isEmpty() ? Optional.empty() : finder.anyOfStudy(newest.get(0));
                if (any.isPresent()) {
                    values.putAll(of(values(any.get()), Levels.Level.PATIENT));
                }
            }
            return Optional.of(new Patient(present, all, values));
        }

        @Override
        public Optional<Study> study(String uid) throws IOException {
            for (String candidate : register.candidates(uid)) {
                Optional<StoredInstance> any = known(finder.anyOfStudy(candidate));
                List<Sheet> sheets = earlier.study(candidate, opening);
                if (any.isPresent() || !sheets.isEmpty()) {
                    return Optional.of(study(candidate, any.orElse(null), sheets));
                }
            }
            return Optional.empty();
        }

        private Study study(String uid, @Nullable StoredInstance any, List<Sheet> sheets) throws IOException {
            Map<String, String> values = new TreeMap<>();
            Map<String, String> patient = new TreeMap<>();
            String pseudonym = "";
            for (Sheet sheet : sheets) {
                pseudonym = sheet.pseudonym();
                values.putAll(attributes(sheet));
                for (Sheet whose : earlier.patient(pseudonym, opening)) {
                    patient.putAll(whose.values());
                }
            }
            int earlierSeries =
                    sheets.isEmpty() ? 0 : earlier.seriesOf(uid, opening).size();
            if (any != null) {
                pseudonym = any.facts().pseudonym();
                Map<Levels.Level, Map<String, String>> own = values(any);
                values.putAll(of(own, Levels.Level.STUDY));
                patient.putAll(of(own, Levels.Level.PATIENT));
            }
            int series = any == null ? 0 : finder.series(uid);
            boolean complete = any == null || !finder.isReceiving(uid);
            return new Study(uid, pseudonym, values, patient, Math.max(series, earlierSeries), complete);
        }

        @Override
        public Optional<Series> series(String uid) throws IOException {
            for (String candidate : register.candidates(uid)) {
                Optional<StoredInstance> any = known(finder.anyOfSeries(candidate));
                if (any.isPresent()) {
                    return Optional.of(series(any.get()));
                }
                List<Sheet> sheets = earlier.series(candidate, opening);
                if (!sheets.isEmpty()) {
                    return Optional.of(series(sheets.get(0)));
                }
            }
            return Optional.empty();
        }

        private Series series(StoredInstance instance) throws IOException {
            return new Series(
                    instance.facts().seriesInstanceUid(),
                    instance.facts().studyInstanceUid(),
                    instance.facts().seriesNumber(),
                    instance.facts().modality(),
                    of(values(instance), Levels.Level.SERIES));
        }

        private Series series(Sheet sheet) {
            return new Series(
                    String.valueOf(sheet.seriesInstanceUid()),
                    String.valueOf(sheet.studyInstanceUid()),
                    number(sheet.values().get("SeriesNumber")),
                    sheet.values().getOrDefault("Modality", "OT"),
                    sheet.values());
        }

        @Override
        public List<Series> seriesOf(String uid) throws IOException {
            for (String candidate : register.candidates(uid)) {
                List<Series> series = new ArrayList<>();
                Set<String> known = new LinkedHashSet<>();
                for (StoredInstance first : finder.firstOfSeries(candidate)) {
                    if (known(Optional.of(first)).isEmpty()) {
                        break;
                    }
                    series.add(series(first));
                    known.add(first.facts().seriesInstanceUid());
                }
                for (Sheet sheet : earlier.seriesOf(candidate, opening)) {
                    if (known.add(String.valueOf(sheet.seriesInstanceUid()))) {
                        series.add(series(sheet));
                    }
                }
                if (!series.isEmpty()) {
                    return series;
                }
            }
            return List.of();
        }

        @Override
        public Optional<Instance> instance(String uid) throws IOException {
            for (String candidate : register.candidates(uid)) {
                Optional<StoredInstance> found = known(finder.instance(candidate));
                if (found.isPresent()) {
                    String original = record(found.get()).originals().string(Tag.SOPInstanceUID);
                    return Optional.of(new Instance(
                            candidate,
                            found.get().facts().seriesInstanceUid(),
                            found.get().facts().studyInstanceUid(),
                            original == null ? candidate : original));
                }
            }
            return Optional.empty();
        }

        @Override
        public List<String> studiesOf(String pseudonym) throws IOException {
            String present = register.present(pseudonym);
            if (present == null) {
                return List.of();
            }
            Set<String> studies = new LinkedHashSet<>(finder.studiesOf(present, MOST_STUDIES));
            for (String name : register.all(pseudonym)) {
                studies.addAll(finder.studiesOf(name, MOST_STUDIES));
                for (Sheet sheet : earlier.studiesOf(name, opening)) {
                    studies.add(String.valueOf(sheet.studyInstanceUid()));
                }
            }
            return List.copyOf(studies);
        }

        @Override
        public List<String> pseudonyms(@Nullable String issuer, String patientId) {
            return register.find(issuer, patientId);
        }

        @Override
        public List<String> studiesByAccessionNumber(String accessionNumber) throws IOException {
            Set<String> studies =
                    new LinkedHashSet<>(finder.studiesByKey(vault.lookupKey(Passage.ACCESSION, accessionNumber)));
            for (Sheet sheet : earlier.studiesByAccessionNumber(accessionNumber, opening)) {
                studies.add(String.valueOf(sheet.studyInstanceUid()));
            }
            return List.copyOf(studies);
        }
    }

    /** Without what is kept of its UIDs and dates. */
    private static Map<String, String> attributes(Sheet sheet) {
        Map<String, String> attributes = new TreeMap<>(sheet.values());
        attributes.remove(Sheet.UIDS);
        attributes.remove(Sheet.DATES);
        return attributes;
    }

    private static List<String> inOrder(Set<String> all, String present) {
        List<String> names = new ArrayList<>(all);
        names.remove(present);
        names.add(present);
        return names;
    }

    private static Map<String, String> of(Map<Levels.Level, Map<String, String>> values, Levels.Level level) {
        return values.getOrDefault(level, Map.of());
    }

    private static @Nullable Integer number(@Nullable String text) {
        return text != null && text.matches("-?\\d{1,9}") ? Integer.valueOf(text) : null;
    }
}
