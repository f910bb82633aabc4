package org.sallyport.gateway.store.internal;

import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.channels.FileChannel;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Instant;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import java.util.concurrent.locks.ReentrantLock;
import org.osgi.service.component.ComponentServiceObjects;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.component.annotations.ReferenceCardinality;
import org.osgi.service.component.annotations.ReferencePolicy;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.store.IdentityFile;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyActivityListener;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Instances in packs below {@code $SALLYPORT_DATA/packs}. Owns the index writer; sessions own their packs. At start it reads the packs that have
 * frames without rows. Thread-safe.
 */
@Component(
        service = {InstanceStore.class, FileInstanceStore.class},
        configurationPid = "org.sallyport.store")
@Designate(ocd = StoreConfiguration.class)
public final class FileInstanceStore implements InstanceStore {

    private static final Logger LOG = LoggerFactory.getLogger(FileInstanceStore.class);
    private static final int LOCKS = 256;

    /** Rows that a start lets wait at most: the last of them have to be written within the time of one flush. */
    private static final int FLUSH = 4_000;

    private final PackFolder folder;
    private final IdentityFolder identityFolder;
    private final ApplianceId appliance;
    private final NeighbourPacks neighbours;
    private final boolean force;
    private final Database database;
    private final IndexWriter writer;
    private final KnownOriginals known;
    private final Clock clock;
    private final ReentrantLock[] locks = new ReentrantLock[LOCKS];
    private volatile boolean closed;
    private final AtomicLong sessions = new AtomicLong();
    private final Listeners listeners = new Listeners();

    @Activate
    public FileInstanceStore(StoreConfiguration configuration, @Reference Database database) throws IOException {
        this(
                new PackFolder(DataFolder.of("packs"), mebibytes(configuration.min$_$free()), Clock.systemUTC()),
                new IdentityFolder(DataFolder.of("identity"), Clock.systemUTC()),
                NeighbourPacks.parse(configuration.other$_$packs()),
                database,
                isForced(configuration.durability()),
                Clock.systemUTC());
    }

    /** @param others folders of packs of other appliances */
    FileInstanceStore(
            PackFolder folder,
            IdentityFolder identityFolder,
            List<Path> others,
            Database database,
            boolean force,
            Clock clock)
            throws IOException {
        this.folder = folder;
        this.identityFolder = identityFolder;
        this.neighbours = new NeighbourPacks(
                others.stream().map(root -> new PackFolder(root, 0, clock)).toList());
        this.appliance = ApplianceId.open(folder.root());
        this.database = database;
        this.force = force;
        this.clock = clock;
        for (int i = 0; i < LOCKS; i++) {
            locks[i] = new ReentrantLock();
        }
        this.writer = new IndexWriter(database, appliance.id());
        this.known = new KnownOriginals(database, writer);
        try {
            if (appliance.isDrawn()) {
                new Adoption(database, folder, identityFolder, appliance.id()).run();
            }
            recover();
            new IdentityRecovery(folder, identityFolder, database, appliance.id()).run();
        } catch (IOException | RuntimeException e) {
            close();
            throw e;
        }
    }

    private static boolean isForced(String durability) {
        return switch (durability.strip()) {
            case "instance" -> true;
            case "os" -> false;
            default ->
                throw new IllegalArgumentException(
                        "durability \"" + durability + "\": must be instance or os (org.sallyport.store.cfg)");
        };
    }

    private static long mebibytes(int value) {
        if (value < 1 || value > 1 << 20) {
            throw new IllegalArgumentException(
                    "min-free " + value + ": must be 1–1048576 MiB (org.sallyport.store.cfg)");
        }
        return (long) value << 20;
    }

    @Reference(
            service = StudyActivityListener.class,
            cardinality = ReferenceCardinality.MULTIPLE,
            policy = ReferencePolicy.DYNAMIC)
    void addListener(ComponentServiceObjects<StudyActivityListener> objects) {
        listeners.add(objects);
    }

    void removeListener(ComponentServiceObjects<StudyActivityListener> objects) {
        listeners.remove(objects);
    }

    @Deactivate
    void close() throws IOException {
        closed = true;
        writer.close();
        appliance.close();
    }

    /** Rows for all frames of packs that are not marked as indexed. */
    private void recover() throws IOException {
        Set<String> indexed = new HashSet<>(database.inTransaction(em ->
                em.createQuery("SELECT p.packId FROM PackRow p", String.class).getResultList()));
        long[] frames = {0};
        List<String> looked = new ArrayList<>();
        for (String packId : folder.all()) {
            if (!indexed.contains(packId)) {
                PackScanner.scan(folder, packId, instance -> {
                    writer.awaitRoom();
                    writer.add(instance);
                    if (++frames[0] % FLUSH == 0) {
                        writer.flush();
                    }
                });
                writer.packClosed(packId);
                looked.add(packId);
            }
        }
        writer.flush();
        // What a crash has left of a pack that was written anew is needed by nobody.
        database.inTransaction(em -> {
            looked.forEach(pack -> PackTidying.remember(em, pack, appliance.id()));
            return null;
        });
        if (frames[0] > 0) {
            LOG.info("{} images found in packs that were open when the gateway stopped", frames[0]);
        }
    }

    @Override
    public Optional<String> problem() {
        try {
            checkOpen();
            folder.checkRoom(0);
            return writer.problem();
        } catch (IOException e) {
            return Optional.of(String.valueOf(e.getMessage()));
        }
    }

    @Override
    public String appliance() {
        return appliance.id();
    }

    @Override
    public Set<String> neighbours() {
        return neighbours.appliances();
    }

    @Override
    public Session open() {
        return new PackSession(this, sessions.incrementAndGet());
    }

    @Override
    public Optional<StoredInstance> find(String sopInstanceUid) throws IOException {
        writer.flush();
        Optional<InstanceRow> newest = database.inTransaction(
                em -> Rows.versions(em, sopInstanceUid).stream().reduce(Rows::newer));
        return newest.isEmpty() ? Optional.empty() : Optional.of(Rows.stored(newest.get()));
    }

    @Override
    public InputStream openPart10(StoredInstance instance) throws IOException {
        return open(
                instance,
                (channel, header, offset) ->
                        new FrameInput(channel, offset + FrameHeader.LENGTH, header.part10Length(), header.crc32()));
    }

    @Override
    public InputStream openIdentity(StoredInstance instance) throws IOException {
        return open(
                instance,
                (channel, header, offset) -> new FrameInput(
                        channel, offset + FrameHeader.LENGTH + header.part10Length(), header.identityLength(), -1));
    }

    @Override
    public IdentityFile openIdentityFile(StoredInstance instance) throws IOException {
        String name = instance.identityFile();
        if (name == null) {
            throw new IOException("the identity of frame " + instance.frameId() + " lies with its image");
        }
        try {
            return identityFolder.open(name);
        } catch (NoSuchFileException e) {
            throw new IOException(
                    "identity file " + name + " is not here: its images were at another appliance, or it was lost", e);
        }
    }

    /** A section of a frame. */
    @FunctionalInterface
    private interface Section {
        FrameInput of(FileChannel channel, FrameHeader header, long offset);
    }

    /** By the place that the caller knows; if the pack was written anew or removed since, by the one that the index knows now. */
    private InputStream open(StoredInstance instance, Section section) throws IOException {
        if (!instance.isHere()) {
            throw new InstanceGoneException(instance);
        }
        try {
            return openAt(instance, section);
        } catch (NoSuchFileException e) {
            InstanceRow row = database.inTransaction(
                    em -> em.find(InstanceRow.class, instance.frameId().toString()));
            if (row == null || Rows.isHere(row) && row.packId.equals(instance.packId())) {
                throw new IOException(
                        "pack " + instance.packId() + " is not here: its images are at another appliance, or were lost",
                        e);
            }
            StoredInstance now = Rows.stored(row);
            if (!now.isHere()) {
                throw new InstanceGoneException(now);
            }
            return openAt(now, section);
        }
    }

    private InputStream openAt(StoredInstance instance, Section section) throws IOException {
        FileChannel channel = openPack(instance.packId());
        try {
            FrameHeader header = header(channel, instance);
            return new BufferedInputStream(section.of(channel, header, instance.offset()), 64 * 1024);
        } catch (IOException | RuntimeException e) {
            channel.close();
            throw e;
        }
    }

    private FileChannel openPack(String packId) throws IOException {
        try {
            return folder.open(packId);
        } catch (NoSuchFileException e) {
            return neighbours.open(packId);
        }
    }

    private static FrameHeader header(FileChannel channel, StoredInstance instance) throws IOException {
        FrameHeader header = PackScanner.header(channel, instance.offset())
                .orElseThrow(
                        () -> new IOException("pack " + instance.packId() + " has no frame at " + instance.offset()));
        if (!header.id().equals(instance.frameId())) {
            throw new IOException("pack " + instance.packId() + " has another frame at " + instance.offset());
        }
        return header;
    }

    // ---- for sessions

    /** Sessions outlive this component by moments when its bundle is replaced: what they would still write could not be indexed. */
    void checkOpen() throws IOException {
        if (closed) {
            throw new IOException("the store is being replaced");
        }
    }

    PackFolder folder() {
        return folder;
    }

    IdentityFolder identityFolder() {
        return identityFolder;
    }

    /** Images of this study were deleted: sent again they are new. */
    void forget(String study) {
        known.forget(study);
    }

    IndexWriter writer() {
        return writer;
    }

    boolean isForced() {
        return force;
    }

    /** One lock for all versions of a SOP Instance UID: check and insert are one step. */
    ReentrantLock lock(String sopInstanceUid) {
        return locks[Math.floorMod(sopInstanceUid.hashCode(), LOCKS)];
    }

    int knownVersions(InstanceFacts facts) throws IOException {
        return known.versions(facts.studyInstanceUid(), facts.sopInstanceUid(), facts.originalDigest());
    }

    /** The frame is durable: index it and tell. */
    void committed(StoredInstance instance, long session) {
        InstanceFacts facts = instance.facts();
        // In this order: a study that is loaded between the two finds the row.
        writer.add(instance);
        known.add(facts.studyInstanceUid(), facts.sopInstanceUid(), facts.originalDigest());
        Instant now = clock.instant();
        listeners.tell(listener -> listener.committed(facts.studyInstanceUid(), session, now));
    }

    /** The index says that images of this study are gone. */
    void removed(String study) {
        listeners.tell(listener -> listener.removed(study));
    }

    void sessionClosed(long session, Set<String> studies) {
        listeners.tell(listener -> listener.sessionClosed(session, studies));
    }
}
