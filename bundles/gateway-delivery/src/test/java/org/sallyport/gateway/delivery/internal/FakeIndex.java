package org.sallyport.gateway.delivery.internal;

import java.io.ByteArrayInputStream;
import java.io.InputStream;
import java.time.Instant;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.TreeMap;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.stream.Collectors;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;

/** Studies in memory, all of them loose, of one part each; also the store of their bytes. */
final class FakeIndex implements StudyIndex, InstanceStore {

    static final String HERE = "0123456789abcdef";

    static final Instant RECEIVED = Instant.parse("2026-03-01T10:15:30Z");

    volatile Set<String> heldEarlier = Set.of();

    /** What a part holds, of those that a test set apart. */
    final Map<Integer, List<StoredInstance>> parts = new ConcurrentHashMap<>();

    private final List<StoredInstance> instances = new CopyOnWriteArrayList<>();

    void add(String study, String series, String sop, String modality, int version, Map<String, String> attributes) {
        add(study, series, sop, modality, version, attributes, 100, Set.of());
    }

    /** One image of which originals are known by their lookup keys. */
    void addKeyed(String study, String sop, Map<String, String> attributes, Set<String> lookupKeys) {
        add(study, study + ".1", sop, "CT", 1, attributes, 100, lookupKeys);
    }

    private void add(
            String study,
            String series,
            String sop,
            String modality,
            int version,
            Map<String, String> attributes,
            int length,
            Set<String> lookupKeys) {
        InstanceFacts facts = new InstanceFacts(
                study,
                series,
                sop,
                "1.2.840.10008.5.1.4.1.1.2",
                "1.2.840.10008.1.2.1",
                new byte[32],
                "ANON-1",
                1,
                0,
                modality,
                1,
                1,
                "SCANNER",
                "GATEWAY",
                "192.0.2.7",
                RECEIVED,
                new TreeMap<>(attributes),
                lookupKeys);
        instances.add(new StoredInstance(facts, UUID.randomUUID(), "pack", 0, length, 7, new byte[32], version));
    }

    /** Its images are gone, and their rows stay. */
    void cleanUp(String study) {
        instances.replaceAll(one -> one.facts().studyInstanceUid().equals(study)
                ? new StoredInstance(
                        one.facts(),
                        one.frameId(),
                        one.packId(),
                        one.offset(),
                        one.length(),
                        one.crc32(),
                        one.sha256(),
                        one.version(),
                        StoredInstance.Presence.CLEANED_UP,
                        "identity",
                        0)
                : one);
    }

    /** A study of one image. */
    void add(String study) {
        add(study, study + ".1", study + ".1.1", "CT", 1, Map.of("StudyDescription", "Thorax"));
    }

    /** A study of one image of so many bytes. */
    void add(String study, int length) {
        add(study, study + ".1", study + ".1.1", "CT", 1, Map.of(), length, Set.of());
    }

    @Override
    public Optional<StudyRecord> study(String study) throws IndexException {
        List<StoredInstance> own = instances(study);
        if (own.isEmpty()) {
            return Optional.empty();
        }
        Set<String> modalities =
                own.stream().map(instance -> instance.facts().modality()).collect(Collectors.toSet());
        return Optional.of(new StudyRecord(
                study,
                "ANON-1",
                "20260228",
                "Thorax",
                modalities,
                "SCANNER",
                1,
                own.size(),
                100,
                0,
                own.size(),
                (int) own.stream().filter(instance -> instance.version() > 1).count(),
                RECEIVED,
                RECEIVED));
    }

    @Override
    public List<StoredInstance> instances(String study) throws IndexException {
        return instances.stream()
                .filter(instance -> instance.facts().studyInstanceUid().equals(study))
                .toList();
    }

    @Override
    public List<StoredInstance> instances(String study, int part) throws IndexException {
        List<StoredInstance> own = parts.get(part);
        return own == null ? instances(study) : own;
    }

    @Override
    public Set<String> heldEarlier(String study, int part) {
        return heldEarlier;
    }

    @Override
    public String appliance() {
        return HERE;
    }

    @Override
    public InputStream openPart10(StoredInstance instance) {
        return new ByteArrayInputStream(new byte[(int) instance.length()]);
    }

    @Override
    public List<StudyRecord> newest(int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredInstance> loose(String studyInstanceUid) throws IndexException {
        return instances(studyInstanceUid);
    }

    @Override
    public List<StudyRecord> receiving() {
        throw new UnsupportedOperationException();
    }

    @Override
    public List<StoredInstance> conflicts(int limit) {
        throw new UnsupportedOperationException();
    }

    @Override
    public Totals totals() {
        throw new UnsupportedOperationException();
    }

    @Override
    public InstanceStore.Session open() {
        throw new UnsupportedOperationException();
    }

    @Override
    public Optional<StoredInstance> find(String sop) {
        throw new UnsupportedOperationException();
    }

    @Override
    public IdentityFile openIdentityFile(StoredInstance instance) {
        throw new UnsupportedOperationException();
    }

    @Override
    public InputStream openIdentity(StoredInstance instance) {
        throw new UnsupportedOperationException();
    }
}
