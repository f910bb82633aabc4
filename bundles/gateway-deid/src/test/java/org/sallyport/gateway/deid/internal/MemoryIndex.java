package org.sallyport.gateway.deid.internal;

import java.time.Instant;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyFinder;
import org.sallyport.gateway.api.store.StudyIndex;

/** The index of what a {@link MemoryStore} holds. */
record MemoryIndex(MemoryStore store) implements StudyIndex, StudyFinder {

    @Override
    public List<StudyRecord> newest(int limit) {
        return store.instances.stream()
                .map(instance -> instance.facts().studyInstanceUid())
                .distinct()
                .flatMap(uid -> study(uid).stream())
                .toList();
    }

    @Override
    public Optional<StudyRecord> study(String studyInstanceUid) {
        List<StoredInstance> all = instances(studyInstanceUid);
        if (all.isEmpty()) {
            return Optional.empty();
        }
        return Optional.of(new StudyRecord(
                studyInstanceUid,
                all.get(0).facts().pseudonym(),
                null,
                null,
                Set.of(),
                "CT",
                1,
                all.size(),
                0,
                1,
                0,
                0,
                Instant.EPOCH,
                Instant.EPOCH));
    }

    @Override
    public List<StoredInstance> instances(String studyInstanceUid) {
        return store.instances.stream()
                .filter(instance -> instance.facts().studyInstanceUid().equals(studyInstanceUid))
                .toList();
    }

    @Override
    public List<StoredInstance> instances(String studyInstanceUid, int part) {
        return instances(studyInstanceUid);
    }

    @Override
    public Set<String> heldEarlier(String studyInstanceUid, int part) {
        return Set.of();
    }

    @Override
    public List<StoredInstance> loose(String studyInstanceUid) {
        return instances(studyInstanceUid);
    }

    @Override
    public List<StudyRecord> receiving() {
        return List.of();
    }

    @Override
    public List<StoredInstance> conflicts(int limit) {
        return List.of();
    }

    @Override
    public List<String> studiesOf(String pseudonym, int limit) {
        return newest(limit).stream()
                .filter(study -> study.pseudonym().equals(pseudonym))
                .map(StudyRecord::studyInstanceUid)
                .toList();
    }

    @Override
    public List<String> studiesByKey(String lookupKey) {
        return List.of();
    }

    @Override
    public List<StoredInstance> firstOfSeries(String studyInstanceUid) {
        return instances(studyInstanceUid);
    }

    @Override
    public int series(String studyInstanceUid) {
        return 1;
    }

    @Override
    public Optional<StoredInstance> anyOfStudy(String studyInstanceUid) {
        return instances(studyInstanceUid).stream().findFirst();
    }

    @Override
    public Optional<StoredInstance> anyOfSeries(String seriesInstanceUid) {
        return Optional.empty();
    }

    @Override
    public Optional<StoredInstance> instance(String sopInstanceUid) {
        return store.find(sopInstanceUid);
    }

    @Override
    public boolean isReceiving(String studyInstanceUid) {
        return false;
    }

    @Override
    public Totals totals() {
        throw new UnsupportedOperationException();
    }
}
