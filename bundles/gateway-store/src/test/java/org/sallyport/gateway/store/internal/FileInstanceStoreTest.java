package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CyclicBarrier;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.Future;
import java.util.concurrent.TimeUnit;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.InstanceStore.Committed;
import org.sallyport.gateway.api.store.StoreFullException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyActivityListener;

/** The store as associations, the index and a crash see it, over Derby. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class FileInstanceStoreTest {

    private static final Clock CLOCK = Clock.fixed(Samples.RECEIVED, ZoneOffset.UTC);
    private static final String SOP = "2.25.100";

    private TestDatabase database;
    private Path root;
    private FailingDisk disk;
    private FileInstanceStore store;

    @BeforeAll
    void openDatabase(@TempDir Path folder) throws SQLException {
        database = TestDatabase.derby(folder.resolve("index"));
    }

    @AfterAll
    void closeDatabase() {
        database.close();
    }

    @BeforeEach
    void openStore(@TempDir Path folder) throws Exception {
        database.setAway(false);
        database.clear();
        root = folder;
        disk = new FailingDisk(root, 0, CLOCK);
        store = new FileInstanceStore(disk, new IdentityFolder(root, CLOCK), List.of(), database, true, CLOCK);
    }

    @AfterEach
    void closeStore() throws IOException {
        store.close();
    }

    /** A crash leaves no row that was not written and no pack that was closed in order; here: an empty database. */
    private void restartWithAnEmptyDatabase() throws IOException {
        store.close();
        try {
            database.clear();
        } catch (SQLException e) {
            throw new IOException(e);
        }
        restart();
    }

    private void restart() throws IOException {
        store.close();
        disk = new FailingDisk(root, 0, CLOCK);
        store = new FileInstanceStore(disk, new IdentityFolder(root, CLOCK), List.of(), database, true, CLOCK);
    }

    private JpaStudyIndex index() {
        return new JpaStudyIndex(database, store.writer());
    }

    private static InstanceFacts facts(String sop, int original) {
        return Samples.facts(Samples.STUDY, sop, original);
    }

    @Test
    void anInstanceIsGivenBackAsItWasWritten() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            assertEquals(Committed.NEW, Samples.put(session, facts(SOP, 1), "part 10 file"));
            // Before the session ends: the index sees what is not written behind yet.
            StoredInstance stored = store.find(SOP).orElseThrow();
            assertEquals("part 10 file", Samples.read(store.openPart10(stored)));
            assertEquals("sealed part 10 file", Samples.read(store.openIdentity(stored)));
            assertEquals(12, stored.length());
        }
        assertEquals(Optional.empty(), store.find("2.25.999"));
    }

    @Test
    void aForceStandsBetweenTheLastWriteAndTheAcknowledgement() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
            assertEquals(List.of("write", "write", "force"), disk.channels.get(0).done);
            Samples.put(session, facts("2.25.101", 2), "image");
            assertEquals(1, disk.channels.size(), "the study's pack is written on");
            assertEquals(6, disk.channels.get(0).done.size());
        }
    }

    @Test
    void durabilityOsDoesNotForce() throws IOException {
        store.close();
        FileInstanceStore lazy =
                new FileInstanceStore(disk, new IdentityFolder(root, CLOCK), List.of(), database, false, CLOCK);
        try (InstanceStore.Session session = lazy.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        } finally {
            lazy.close();
        }
        assertEquals(List.of("write", "write", "close"), disk.channels.get(0).done);
    }

    @Test
    void afterAFailedForceThePackIsClosedAndNeverWrittenAgain() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "acknowledged");
            disk.forceFails = true;
            assertThrows(IOException.class, () -> Samples.put(session, facts("2.25.101", 2), "failed"));
            disk.forceFails = false;
            List<String> done = disk.channels.get(0).done;
            assertEquals(
                    List.of("write", "write", "force", "write", "write", "force", "truncate", "close"),
                    done,
                    "one force for each image, none again");
            assertEquals(Committed.NEW, Samples.put(session, facts("2.25.101", 2), "sent again"));
            assertEquals(2, disk.channels.size());
            assertEquals(
                    "sent again",
                    Samples.read(store.openPart10(store.find("2.25.101").orElseThrow())));
        }
        assertEquals(8, disk.channels.get(0).done.size());
        restartWithAnEmptyDatabase();
        assertEquals(2, index().instances(Samples.STUDY).size());
    }

    @Test
    void anImageWhoseForceFailedIsNowhere() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            disk.forceFails = true;
            assertThrows(IOException.class, () -> Samples.put(session, facts(SOP, 1), "failed"));
        }
        assertEquals(Optional.empty(), store.find(SOP));
        disk.forceFails = false;
        restartWithAnEmptyDatabase();
        assertEquals(Optional.empty(), store.find(SOP));
    }

    @Test
    void aDiskThatCannotEvenCutOffIsLeftForTheNextStart() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "acknowledged");
            try (InstanceStore.Frame frame = session.begin(Samples.STUDY, -1)) {
                Samples.write(frame.part10(), "x".repeat(600_000));
                disk.truncateFails = true;
                assertThrows(IOException.class, frame::close);
            }
            assertEquals("close", last(disk.channels.get(0).done));
        }
        restartWithAnEmptyDatabase();
        assertEquals(List.of(SOP), sops(index().instances(Samples.STUDY)));
    }

    @Test
    void aFullDiskIsToldAndNothingIsAcknowledged() throws IOException {
        for (String message : List.of("No space left on device", "Disk quota exceeded")) {
            try (InstanceStore.Session session = store.open()) {
                disk.writeFails = message;
                assertThrows(StoreFullException.class, () -> Samples.put(session, facts(SOP, 1), "image"), message);
                // Longer than the buffer: fails while the image arrives, not at the commit.
                assertThrows(
                        StoreFullException.class,
                        () -> Samples.put(session, facts(SOP, 1), "x".repeat(600_000)),
                        message);
                disk.writeFails = null;
            }
            assertEquals(Optional.empty(), store.find(SOP));
        }
        try (InstanceStore.Session session = store.open()) {
            assertEquals(Committed.NEW, Samples.put(session, facts(SOP, 1), "image"), "when there is room again");
        }
    }

    @Test
    void lessThanTheFloorLeftIsFull() throws IOException {
        store.close();
        PackFolder folder = new PackFolder(root, Long.MAX_VALUE / 2, CLOCK);
        FileInstanceStore full =
                new FileInstanceStore(folder, new IdentityFolder(root, CLOCK), List.of(), database, true, CLOCK);
        try (InstanceStore.Session session = full.open()) {
            StoreFullException e = assertThrows(StoreFullException.class, () -> session.begin(Samples.STUDY, 1000));
            assertTrue(String.valueOf(e.getMessage()).contains("min-free"), e::toString);
        } finally {
            full.close();
        }
        try (Stream<Path> files = Files.walk(root)) {
            assertFalse(files.anyMatch(FileInstanceStoreTest::isPack));
        }
    }

    @Test
    void anImageLargerThanTheRoomIsFullBeforeItArrives() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            assertThrows(StoreFullException.class, () -> session.begin(Samples.STUDY, Long.MAX_VALUE / 2));
        }
    }

    @Test
    void aFrameThatIsNotCommittedLeavesNoTrace() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "kept");
            long size = Files.size(onlyPack());
            try (InstanceStore.Frame frame = session.begin(Samples.STUDY, -1)) {
                Samples.write(frame.part10(), "x".repeat(600_000));
            }
            assertEquals(size, Files.size(onlyPack()));
            Samples.put(session, facts("2.25.101", 2), "next");
        }
        restartWithAnEmptyDatabase();
        assertEquals(List.of(SOP, "2.25.101"), sops(index().instances(Samples.STUDY)));
    }

    @Test
    void rowsAreRebuiltFromPacks() throws Exception {
        try (InstanceStore.Session session = store.open()) {
            for (int i = 0; i < 50; i++) {
                Samples.put(session, facts("2.25.1" + i, i), "image " + i);
            }
            Samples.put(session, Samples.facts("2.25.2", "2.25.200", 1), "other study");
        }
        List<StoredInstance> before = index().instances(Samples.STUDY);
        restartWithAnEmptyDatabase();
        List<StoredInstance> after = index().instances(Samples.STUDY);
        assertEquals(sops(before), sops(after));
        for (StoredInstance instance : after) {
            assertTrue(Samples.read(store.openPart10(instance)).startsWith("image "));
            assertTrue(Samples.read(store.openIdentity(instance)).startsWith("sealed image "));
        }
        assertEquals(1, index().study("2.25.2").orElseThrow().loose());
        assertEquals(before.get(0).facts().attributes(), after.get(0).facts().attributes());
        assertEquals(before.get(0).frameId(), after.get(0).frameId());
    }

    @Test
    void whatWasDurableButNotIndexedIsFoundAtTheNextStart() throws Exception {
        InstanceStore.Session session = store.open();
        Samples.put(session, facts(SOP, 1), "first");
        store.writer().flush();
        database.setAway(true);
        Samples.put(session, facts("2.25.101", 2), "second");
        session.close();
        store.close();
        database.setAway(false);
        restart();
        assertEquals(List.of(SOP, "2.25.101"), sops(index().instances(Samples.STUDY)));
    }

    @Test
    void aStartDoesNotReadPacksAgainWhoseRowsAreAllThere() throws Exception {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        }
        restart();
        Files.writeString(onlyPack(), "not looked at");
        restart();
        assertEquals(1, index().instances(Samples.STUDY).size());
    }

    @Test
    void aPackThatIsReadTwiceMakesNoRowTwice() throws Exception {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        }
        restartWithAnEmptyDatabase();
        for (String pack : disk.all()) {
            PackScanner.scan(disk, pack, store.writer()::add);
        }
        assertEquals(1, index().study(Samples.STUDY).orElseThrow().instances());
        assertEquals(0, index().study(Samples.STUDY).orElseThrow().conflicts());
    }

    @Test
    void aForeignFileAmongThePacksDoesNotKeepTheStoreFromStarting() throws Exception {
        Files.createDirectories(root.resolve("2026-03-01"));
        Files.writeString(root.resolve("2026-03-01/copy of.pack"), "foreign");
        Files.writeString(root.resolve("old.pack"), "foreign");
        restart();
        assertEquals(List.of(), disk.all());
        assertEquals("foreign", Files.readString(root.resolve("old.pack")));
    }

    @Test
    void theSameOriginalAgainIsAcknowledgedAndWrittenOnce() throws Exception {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
            assertEquals(Committed.SAME, Samples.put(session, facts(SOP, 1), "image"));
        }
        restart();
        try (InstanceStore.Session session = store.open()) {
            assertEquals(Committed.SAME, Samples.put(session, facts(SOP, 1), "image"), "after a restart");
        }
        assertEquals(1, store.find(SOP).orElseThrow().version());
        assertEquals(1, index().study(Samples.STUDY).orElseThrow().instances());
        assertEquals(List.of(), index().conflicts(10));
        restartWithAnEmptyDatabase();
        assertEquals(0, index().study(Samples.STUDY).orElseThrow().conflicts());
    }

    @Test
    void anotherOriginalUnderTheSameUidIsKeptBesideTheFirst() throws Exception {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "first");
            assertEquals(Committed.CHANGED, Samples.put(session, facts(SOP, 2), "second"));
            assertEquals(Committed.SAME, Samples.put(session, facts(SOP, 1), "first"), "the older one again");
            assertEquals(Committed.CHANGED, Samples.put(session, facts(SOP, 3), "third"));
        }
        assertNewestServes();
        restartWithAnEmptyDatabase();
        assertNewestServes();
    }

    private void assertNewestServes() throws IOException {
        StoredInstance newest = store.find(SOP).orElseThrow();
        assertEquals(3, newest.version());
        assertEquals("third", Samples.read(store.openPart10(newest)));
        List<StoredInstance> serving = index().instances(Samples.STUDY);
        assertEquals(List.of(3), serving.stream().map(StoredInstance::version).toList());
        assertEquals(
                List.of(3),
                index().conflicts(10).stream().map(StoredInstance::version).toList());
        assertEquals(2, index().study(Samples.STUDY).orElseThrow().conflicts());
        try (Stream<Path> files = Files.walk(root)) {
            assertEquals(
                    3,
                    files.filter(FileInstanceStoreTest::isPack)
                            .mapToInt(this::frames)
                            .sum(),
                    "all are kept");
        }
    }

    private int frames(Path pack) {
        try {
            List<StoredInstance> found = new ArrayList<>();
            PackScanner.scan(disk, root.relativize(pack).toString(), found::add);
            return found.size();
        } catch (IOException e) {
            throw new java.io.UncheckedIOException(e);
        }
    }

    @Test
    void twoAssociationsBringTheSameStudyAtOnce() throws Exception {
        int images = 60;
        CyclicBarrier start = new CyclicBarrier(2);
        ExecutorService associations = Executors.newFixedThreadPool(2);
        try {
            List<Future<List<Committed>>> results = new ArrayList<>();
            for (int association = 0; association < 2; association++) {
                results.add(associations.submit(() -> {
                    List<Committed> committed = new ArrayList<>();
                    try (InstanceStore.Session session = store.open()) {
                        start.await(30, TimeUnit.SECONDS);
                        for (int i = 0; i < images; i++) {
                            committed.add(Samples.put(session, facts("2.25.1" + i, i), "image " + i));
                        }
                    }
                    return committed;
                }));
            }
            List<Committed> one = results.get(0).get(60, TimeUnit.SECONDS);
            List<Committed> two = results.get(1).get(60, TimeUnit.SECONDS);
            for (int i = 0; i < images; i++) {
                assertEquals(
                        Set.of(Committed.NEW, Committed.SAME),
                        Set.of(one.get(i), two.get(i)),
                        "image " + i + ": one of them");
            }
        } finally {
            associations.shutdownNow();
        }
        assertEquals(images, index().study(Samples.STUDY).orElseThrow().instances());
        assertEquals(0, index().study(Samples.STUDY).orElseThrow().conflicts());
    }

    @Test
    void moreStudiesThanOpenPacksAreStillOneAssociation() throws Exception {
        int studies = 40;
        try (InstanceStore.Session session = store.open()) {
            for (int round = 0; round < 2; round++) {
                for (int i = 0; i < studies; i++) {
                    Samples.put(session, Samples.facts("2.25.7" + i, "2.25.8" + i + "." + round, 1), "image");
                }
            }
        }
        long open = disk.channels.stream().filter(FileChannel::isOpen).count();
        assertEquals(0, open, "every pack is closed");
        assertEquals(studies, index().newest(100).size());
        restartWithAnEmptyDatabase();
        assertEquals(studies, index().newest(100).size());
    }

    @Test
    void aLargeImageGetsAPackOfItsOwn() throws Exception {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "small");
            try (InstanceStore.Frame frame = session.begin(Samples.STUDY, 65L << 20)) {
                Samples.write(frame.part10(), "large");
                frame.commit(facts("2.25.101", 2));
            }
        }
        assertEquals(2, disk.channels.size());
        assertEquals(2, index().instances(Samples.STUDY).size());
    }

    @Test
    void aDamagedImageFailsWhenReadAndDoesNotPassForWhole() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        }
        StoredInstance stored = store.find(SOP).orElseThrow();
        damage(stored.offset() + FrameHeader.LENGTH + 2);
        IOException e = assertThrows(IOException.class, () -> Samples.read(store.openPart10(stored)));
        assertTrue(String.valueOf(e.getMessage()).contains("CRC-32"), e::toString);
        damage(stored.offset() + 50);
        IOException header = assertThrows(IOException.class, () -> store.openPart10(stored));
        assertTrue(String.valueOf(header.getMessage()).contains(stored.packId()), header::toString);
    }

    private void damage(long at) throws IOException {
        try (FileChannel channel = FileChannel.open(onlyPack(), StandardOpenOption.WRITE)) {
            channel.write(ByteBuffer.wrap(new byte[] {(byte) 0xA5}), at);
        }
    }

    @Test
    void aPackIdFromADamagedRowCannotLeaveTheFolder() throws IOException {
        StoredInstance forged = new StoredInstance(
                facts(SOP, 1), java.util.UUID.randomUUID(), "../../etc/passwd", 0, 1, 0, new byte[32], 1);
        assertThrows(IOException.class, () -> store.openPart10(forged));
    }

    @Test
    void packsAreReadableByTheGatewayOnly() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        }
        assertEquals(
                "rw-------",
                java.nio.file.attribute.PosixFilePermissions.toString(Files.getPosixFilePermissions(onlyPack())));
    }

    @Test
    void listenersHearOfImagesAndOfTheSessionsEnd() throws IOException {
        List<String> heard = new CopyOnWriteArrayList<>();
        StudyActivityListener listener = new StudyActivityListener() {
            @Override
            public void committed(String study, long session, Instant at) {
                heard.add(study + " at " + at);
            }

            @Override
            public void sessionClosed(long session, Set<String> studies) {
                heard.add("closed " + studies);
            }
        };
        store.addListener(new OneListener(listener));
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
            Samples.put(session, facts(SOP, 1), "image");
        }
        store.open().close();
        assertEquals(
                List.of(Samples.STUDY + " at " + Samples.RECEIVED, "closed [" + Samples.STUDY + "]"),
                heard,
                "what was there already is no activity");
    }

    @Test
    void aStoreThatIsBeingReplacedTakesNothingMore() throws IOException {
        InstanceStore.Session session = store.open();
        InstanceStore.Frame frame = session.begin(Samples.STUDY, -1);
        Samples.write(frame.part10(), "image");
        store.close();
        assertThrows(IOException.class, () -> frame.commit(facts(SOP, 1)));
        assertThrows(IOException.class, () -> session.begin(Samples.STUDY, -1));
        frame.close();
        session.close();
    }

    @Test
    void factsThatDoNotFitAreRefusedBeforeAnythingIsAcknowledged() throws IOException {
        InstanceFacts facts = Samples.facts(
                Samples.STUDY,
                "2.25.10",
                SOP,
                1,
                1,
                1,
                "CT",
                Samples.RECEIVED,
                Map.of("SeriesDescription", "x".repeat(FactsJson.LONGEST)));
        try (InstanceStore.Session session = store.open()) {
            assertThrows(IOException.class, () -> Samples.put(session, facts, "image"));
            assertEquals(Committed.NEW, Samples.put(session, facts("2.25.101", 2), "next"));
        }
        assertEquals(List.of("2.25.101"), sops(index().instances(Samples.STUDY)));
    }

    private static boolean isPack(Path file) {
        return file.toString().endsWith(".pack");
    }

    private Path onlyPack() throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            List<Path> packs = files.filter(FileInstanceStoreTest::isPack).toList();
            assertEquals(1, packs.size());
            return packs.get(0);
        }
    }

    private static List<String> sops(List<StoredInstance> instances) {
        return instances.stream()
                .map(instance -> instance.facts().sopInstanceUid())
                .toList();
    }

    private static String last(List<String> list) {
        return list.get(list.size() - 1);
    }

    // ---- several appliances on one index

    @Test
    void theApplianceKeepsItsNameWithItsPacks() throws IOException {
        String name = store.appliance();
        assertTrue(name.matches("[0-9a-f]{16}"), name);
        restart();
        assertEquals(name, store.appliance());
        IOException e = assertThrows(
                IOException.class,
                () -> new FileInstanceStore(disk, new IdentityFolder(root, CLOCK), List.of(), database, true, CLOCK));
        assertTrue(String.valueOf(e.getMessage()).contains("in use by another appliance"), e::toString);
    }

    /** As after an upgrade from a schema without names, or with a back-up that lacks the file. */
    @Test
    void rowsOfThesePacksUnderAnotherNameAreTakenOver(@TempDir Path elsewhere) throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        }
        JpaDeliveryQueue queue = new JpaDeliveryQueue(database, store.writer(), em -> CLOCK.millis());
        queue.enqueue(Samples.STUDY, Map.of("archive", DeliveryQueue.Order.pseudonymous()));
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts("2.25.101", 2), "late");
        }
        String former = store.appliance();
        store.close();
        for (String lost : List.of("", "damaged", former.toUpperCase(java.util.Locale.ROOT))) {
            Files.writeString(root.resolve(ApplianceId.FILE), lost);
            restart();
            assertEquals(1, index().receiving().size());
            assertEquals(
                    Set.of(store.appliance()),
                    queue.ofStudy(Samples.STUDY).stream()
                            .map(DeliveryQueue.DeliveryRecord::appliance)
                            .collect(Collectors.toSet()));
        }
        // One that has none of the packs takes nothing over.
        FileInstanceStore other = new FileInstanceStore(
                new PackFolder(elsewhere, 0, CLOCK),
                new IdentityFolder(elsewhere, CLOCK),
                List.of(),
                database,
                true,
                CLOCK);
        try {
            assertEquals(List.of(), new JpaStudyIndex(database, other.writer()).receiving());
        } finally {
            other.close();
        }
        assertEquals(store.appliance(), queue.ofStudy(Samples.STUDY).get(0).appliance());
    }

    @Test
    void aNeighboursImagesAreReadWhereItsPacksCanBe(@TempDir Path elsewhere) throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(SOP, 1), "image");
        }
        StoredInstance stored = store.find(SOP).orElseThrow();
        PackFolder own = new PackFolder(elsewhere, 0, CLOCK);
        FileInstanceStore reads = new FileInstanceStore(
                own,
                new IdentityFolder(elsewhere, CLOCK),
                List.of(elsewhere.resolve("away"), root),
                database,
                true,
                CLOCK);
        try {
            assertEquals(Set.of(store.appliance()), reads.neighbours());
            assertEquals("image", Samples.read(reads.openPart10(stored)));
        } finally {
            reads.close();
        }
        FileInstanceStore apart =
                new FileInstanceStore(own, new IdentityFolder(elsewhere, CLOCK), List.of(), database, true, CLOCK);
        try {
            assertEquals(Set.of(), apart.neighbours());
            IOException e = assertThrows(IOException.class, () -> apart.openPart10(stored));
            assertTrue(String.valueOf(e.getMessage()).contains("at another appliance"), e::toString);
        } finally {
            apart.close();
        }
        assertEquals(List.of(), NeighbourPacks.parse(" "));
        assertEquals(List.of(Path.of("/a"), Path.of("/b c")), NeighbourPacks.parse("/a, /b c"));
        for (String wrong : List.of("a", "/a,", "/a, b")) {
            IllegalArgumentException e =
                    assertThrows(IllegalArgumentException.class, () -> NeighbourPacks.parse(wrong));
            assertTrue(String.valueOf(e.getMessage()).contains("other-packs \"" + wrong + "\""), e::toString);
        }
    }
}
