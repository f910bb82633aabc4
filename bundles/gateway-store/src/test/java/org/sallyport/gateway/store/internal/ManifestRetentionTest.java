package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.sql.SQLException;
import java.time.Clock;
import java.time.Duration;
import java.time.ZoneOffset;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Optional;
import java.util.Set;
import java.util.stream.Stream;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterAll;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.TestInstance;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.EnumSource;
import org.osgi.framework.FrameworkUtil;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.Order;
import org.sallyport.gateway.api.store.InstanceFacts;
import org.sallyport.gateway.api.store.InstanceGoneException;
import org.sallyport.gateway.api.store.InstanceStore;
import org.sallyport.gateway.api.store.InstanceStore.Committed;
import org.sallyport.gateway.api.store.Retention.Accepted;
import org.sallyport.gateway.api.store.Retention.Removed;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StoredInstance.Presence;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.sallyport.gateway.api.vault.AccessDeniedException;
import org.sallyport.gateway.api.vault.AccessRequest;
import org.sallyport.gateway.api.vault.Roles;

/** What goes after delivery, what stays, and what a crash at each step leaves. */
@TestInstance(TestInstance.Lifecycle.PER_CLASS)
class ManifestRetentionTest {

    private static final String STUDY = Samples.STUDY;
    private static final String OWNER = "appliance/run";
    private static final String ITH = "ith";
    private static final Clock CLOCK = Clock.fixed(Samples.RECEIVED, ZoneOffset.UTC);
    private static final RetentionRules AFTER_UPLOAD = rules(Map.of(ITH, Duration.ZERO));

    private TestDatabase database;
    private Path root;
    private FileInstanceStore store;
    private CopyingCompactor compactor;
    private JpaStudyIndex index;
    private JpaDeliveryQueue queue;
    private ListedAudit audit;
    private ManifestRetention retention;
    private MutableClock clock;
    private final List<CleanUp.Step> steps = new ArrayList<>();
    private CleanUp.@Nullable Step last;

    /** Ends everything, as kill -9 does. */
    private static final class Killed extends Error {
        private static final long serialVersionUID = 1L;
    }

    private static RetentionRules rules(Map<String, Duration> after) {
        return new RetentionRules(after, Duration.ZERO, null, Duration.ofSeconds(30));
    }

    @BeforeAll
    void openDatabase(@TempDir Path folder) throws SQLException {
        database = TestDatabase.derby(folder.resolve("index"));
    }

    @AfterAll
    void closeDatabase() {
        database.close();
    }

    @BeforeEach
    void open(@TempDir Path folder) throws Exception {
        database.setAway(false);
        database.clear();
        root = folder;
        last = null;
        clock = new MutableClock();
        audit = new ListedAudit();
        start(AFTER_UPLOAD);
    }

    private void start(RetentionRules rules) throws IOException {
        store = new FileInstanceStore(
                new PackFolder(root, 0, CLOCK), new IdentityFolder(root, CLOCK), List.of(), database, true, CLOCK);
        compactor = new CopyingCompactor(store);
        index = new JpaStudyIndex(database, store.writer());
        queue = new JpaDeliveryQueue(database, store.writer(), em -> clock.millis());
        steps.clear();
        CleanUp cleanUp = new CleanUp(store, database, compactor, clock, step -> {
            steps.add(step);
            if (step == last) {
                throw new Killed();
            }
        });
        retention = new ManifestRetention(rules, database, store, cleanUp, audit, clock);
    }

    private void restart(RetentionRules rules) throws IOException {
        close();
        last = null;
        start(rules);
    }

    @AfterEach
    void close() throws IOException {
        retention.close();
        store.close();
    }

    private static String sop(int number) {
        return "2.25.10" + number;
    }

    private static InstanceFacts facts(int number, int original) {
        return Samples.facts(STUDY, "2.25.10", sop(number), original, 1, number);
    }

    /** One association's images. */
    private void send(int from, int to) throws IOException {
        try (InstanceStore.Session session = store.open()) {
            for (int i = from; i <= to; i++) {
                assertEquals(Committed.NEW, Samples.put(session, facts(i, i), "image " + i));
            }
        }
    }

    private Committed sendOne(int number, int original) throws IOException {
        try (InstanceStore.Session session = store.open()) {
            return Samples.put(session, facts(number, original), "image " + number + "/" + original);
        }
    }

    private void complete(String... destinations) throws IOException {
        Map<String, Order> orders = new java.util.HashMap<>();
        for (String destination : destinations) {
            orders.put(destination, Order.pseudonymous());
        }
        assertTrue(queue.enqueue(STUDY, orders).isPresent());
    }

    private void deliver(String destination) throws IOException {
        for (DeliveryRecord record : queue.claim(destination, 64, OWNER, Duration.ofMinutes(2), Set.of())) {
            queue.accepted(record, index.instances(STUDY, record.part()));
            assertTrue(queue.delivered(record.id(), OWNER, "got it", Map.of()));
        }
    }

    private Map<String, StoredInstance> instances() throws IOException {
        Map<String, StoredInstance> instances = new java.util.TreeMap<>();
        index.instances(STUDY).forEach(one -> instances.put(one.facts().sopInstanceUid(), one));
        return instances;
    }

    private StoredInstance instance(String sop) throws IOException {
        return Objects.requireNonNull(instances().get(sop));
    }

    private long here() throws IOException {
        return instances().values().stream().filter(StoredInstance::isHere).count();
    }

    private List<Path> files(String suffix) throws IOException {
        try (Stream<Path> files = Files.walk(root)) {
            return files.filter(file -> file.toString().endsWith(suffix)).toList();
        }
    }

    private String onlyReason() throws IOException {
        List<Accepted> waiting = retention.accepted(10);
        assertEquals(1, waiting.size(), waiting.toString());
        return String.valueOf(waiting.get(0).keptBecause());
    }

    private String identity(StoredInstance instance) throws IOException {
        if (instance.isHere()) {
            return Samples.read(store.openIdentity(instance));
        }
        try (var file = store.openIdentityFile(instance)) {
            return Samples.read(file.open(instance.identityOffset()));
        }
    }

    // ---- what goes

    @Test
    void whatWasAcceptedGoesAndItsRowsAndIdentityStay() throws IOException {
        send(1, 3);
        complete(ITH);
        deliver(ITH);
        Map<String, StoredInstance> before = instances();
        long bytes = before.values().stream().mapToLong(StoredInstance::length).sum();
        assertEquals(new Removed(3, bytes), retention.lookNow());
        assertEquals(List.of(), files(".pack"));
        assertEquals(List.of(), files(".part"));
        assertEquals(before.keySet(), instances().keySet());
        for (StoredInstance gone : instances().values()) {
            assertEquals(Presence.CLEANED_UP, gone.presence());
            assertEquals(
                    "sealed image " + gone.facts().instanceNumber(), identity(gone), "the identity is another image's");
            assertThrows(InstanceGoneException.class, () -> store.openPart10(gone));
            assertEquals(
                    Objects.requireNonNull(before.get(gone.facts().sopInstanceUid()))
                            .frameId(),
                    gone.frameId());
        }
        StudyRecord study = index.study(STUDY).orElseThrow();
        assertEquals(3, study.instances());
        assertEquals(3, study.cleanedUp());
        assertEquals(bytes, study.bytes());
        assertEquals(0, study.bytesHere());
        assertEquals(new Removed(3, bytes), retention.total());
        assertEquals(List.of(), retention.accepted(10));
        assertEquals(
                List.of("images.cleanup|gateway|2.25.1|accepted by ith with delivery "
                        + queue.ofStudy(STUDY).get(0).id() + "|done|3 images, " + bytes + " bytes"),
                audit.records);
        assertEquals(Removed.NOTHING, retention.lookNow());
    }

    /** Whoever asked the index a moment before has places that are no longer true. */
    @Test
    void aReaderWithAnOldAnswerIsToldThatItIsGone() throws IOException {
        send(1, 1);
        complete(ITH);
        deliver(ITH);
        StoredInstance old = instance(sop(1));
        retention.lookNow();
        assertThrows(InstanceGoneException.class, () -> store.openPart10(old));
        assertThrows(InstanceGoneException.class, () -> store.openIdentity(old));
    }

    // ---- what stays

    @Test
    void anUploadThatIsNotConfirmedRemovesNothing() throws IOException {
        send(1, 2);
        complete(ITH);
        assertEquals(Removed.NOTHING, retention.lookNow());
        DeliveryRecord running =
                queue.claim(ITH, 1, OWNER, Duration.ofMinutes(2), Set.of()).get(0);
        // The receiver has it, and the process ends before that is recorded.
        queue.accepted(running, index.instances(STUDY, 1));
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals("its delivery is not confirmed", onlyReason());
        queue.park(running.id(), OWNER, "refused");
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals(2, here());
    }

    @Test
    void withoutTheSettingNothingGoes() throws IOException {
        restart(rules(Map.of()));
        send(1, 2);
        complete(ITH, "outbox");
        deliver(ITH);
        deliver("outbox");
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals(2, here());
    }

    @Test
    void whatAnotherDestinationIsOwedStaysUntilItHasIt() throws IOException {
        send(1, 2);
        complete(ITH, "pacs");
        deliver(ITH);
        retention.lookNow();
        assertEquals(2, here());
        assertTrue(onlyReason().matches("delivery \\d+ to pacs is WAITING"), onlyReason());
        deliver("pacs");
        retention.lookNow();
        assertEquals(0, here());
    }

    @Test
    void imagesThatArriveBetweenDeliveryAndCleanUpStay() throws IOException {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        send(3, 4);
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals("images of the study are arriving", onlyReason());
        complete(ITH);
        assertEquals(2, retention.lookNow().images());
        assertEquals(
                Set.of(sop(3), sop(4)),
                instances().values().stream()
                        .filter(StoredInstance::isHere)
                        .map(one -> one.facts().sopInstanceUid())
                        .collect(java.util.stream.Collectors.toSet()));
        deliver(ITH);
        retention.lookNow();
        assertEquals(0, here());
    }

    /** It comes after the choice and before the transaction. */
    @Test
    void aDeliveryThatIsQueuedWhileIdentityIsWrittenKeepsTheImages() throws IOException {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        compactor.meanwhile = () -> {
            try {
                queue.enqueueParts(STUDY, "pacs", Order.pseudonymous(), true);
            } catch (IOException e) {
                throw new IllegalStateException(e);
            }
        };
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals(2, here());
        assertEquals(List.of(), files(".identity"), "what was written is of no use");
        assertTrue(onlyReason().contains("to pacs is WAITING"), onlyReason());
    }

    @Test
    void anImageInTwoVersionsStaysAndTheOthersGo() throws IOException {
        send(1, 3);
        complete(ITH);
        deliver(ITH);
        assertEquals(Committed.CHANGED, sendOne(2, 99));
        complete();
        assertEquals(2, retention.lookNow().images());
        assertTrue(instance(sop(2)).isHere());
        assertEquals(2, instance(sop(2)).version());
        assertEquals("1 images are there in more than one version", onlyReason());
        assertEquals(1, index.study(STUDY).orElseThrow().conflicts());
    }

    @Test
    void whatTheManifestLeavesOutStays() throws IOException {
        send(1, 3);
        complete(ITH);
        DeliveryRecord running =
                queue.claim(ITH, 1, OWNER, Duration.ofMinutes(2), Set.of()).get(0);
        queue.accepted(running, index.instances(STUDY, 1).subList(0, 2));
        queue.delivered(running.id(), OWNER, "two of three", Map.of());
        assertEquals(2, retention.lookNow().images());
        assertTrue(instance(sop(3)).isHere());
        assertEquals(List.of(), retention.accepted(10));
    }

    @Test
    void aManifestThatIsNotOfThePartRemovesNothing() throws Exception {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        database.inTransaction(em -> {
            em.createQuery("UPDATE InstanceRow i SET i.sha256 = :other WHERE i.sopUid = :sop")
                    .setParameter("other", new byte[32])
                    .setParameter("sop", sop(1))
                    .executeUpdate();
            return null;
        });
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals("what the index knows of the part is not what was accepted", onlyReason());
        assertEquals(2, here());
    }

    @Test
    void aVetoKeepsThem() throws IOException {
        send(1, 1);
        complete(ITH);
        deliver(ITH);
        boolean[] asked = {true};
        retention.addVeto((study, instances) ->
                asked[0] ? Optional.of("commitment of " + instances.size() + " is pending") : Optional.empty());
        retention.lookNow();
        assertEquals("commitment of 1 is pending", onlyReason());
        asked[0] = false;
        assertEquals(1, retention.lookNow().images());
    }

    @Test
    void theSettingsKeepThem() throws Exception {
        send(1, 1);
        complete("pacs");
        deliver("pacs");
        restart(rules(Map.of("pacs", Duration.ofDays(7))));
        retention.lookNow();
        assertEquals("kept for 7 days after delivery (cleanup-after)", onlyReason());
        restart(new RetentionRules(
                Map.of("pacs", Duration.ZERO),
                Duration.ZERO,
                FrameworkUtil.createFilter("(Modality=CT)"),
                Duration.ofSeconds(1)));
        retention.lookNow();
        assertEquals("kept by the setting keep", onlyReason());
        restart(new RetentionRules(Map.of("pacs", Duration.ZERO), Duration.ofDays(2), null, Duration.ofSeconds(1)));
        retention.lookNow();
        assertEquals("kept for 2 days after receipt (keep-for)", onlyReason());
        clock.pass(Duration.ofDays(8));
        assertEquals(1, retention.lookNow().images());
    }

    @Test
    void identityThatCannotBeWrittenKeepsThem() throws IOException {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        compactor.failure = new IOException("sealed data does not open");
        assertEquals(Removed.NOTHING, retention.lookNow());
        assertEquals("it failed: see the log", onlyReason());
        assertEquals(2, here());
        assertEquals(List.of(), files(".part"));
        compactor.failure = null;
        assertEquals(2, retention.lookNow().images());
    }

    // ---- packs

    @Test
    void aPackOfWhichMostIsNeededWaitsAndOneOfWhichLittleIsNeededIsWrittenAnew() throws IOException {
        send(1, 9);
        complete(ITH);
        deliver(ITH);
        assertEquals(Committed.CHANGED, sendOne(2, 99));
        complete();
        StoredInstance first = store.find(sop(9)).orElseThrow();
        assertEquals(8, retention.lookNow().images());
        assertTrue(steps.contains(CleanUp.Step.MOVED));
        List<StoredInstance> versions = new ArrayList<>();
        for (InstanceRow row : database.inTransaction(em -> Rows.versions(em, sop(2)))) {
            versions.add(Rows.stored(row));
        }
        assertEquals(2, versions.size());
        for (StoredInstance version : versions) {
            assertNotEquals(first.packId(), version.packId(), "the pack was written anew");
            assertTrue(Samples.read(store.openPart10(version)).startsWith("image 2"));
        }
        // By a place of before.
        StoredInstance old = new StoredInstance(
                versions.get(0).facts(),
                versions.get(0).frameId(),
                first.packId(),
                0,
                versions.get(0).length(),
                0,
                new byte[32],
                1);
        assertTrue(Samples.read(store.openPart10(old)).startsWith("image 2"));
        restart(AFTER_UPLOAD);
        assertEquals(1, here());
        assertEquals(2, files(".pack").size());
    }

    @Test
    void aPackThatIsStillWrittenIsLeftAlone() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, facts(1, 1), "image 1");
            complete(ITH);
            deliver(ITH);
            assertEquals(1, retention.lookNow().images());
            assertEquals(1, files(".pack").size());
            Samples.put(session, facts(2, 2), "image 2");
        }
        assertEquals("image 2", Samples.read(store.openPart10(store.find(sop(2)).orElseThrow())));
        complete(ITH);
        deliver(ITH);
        assertEquals(1, retention.lookNow().images());
        assertEquals(List.of(), files(".pack"));
    }

    // ---- the same UID again

    @Test
    void theSameImageAgainIsRecognisedThoughItIsGone() throws IOException {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        retention.lookNow();
        assertEquals(Committed.SAME, sendOne(1, 1));
        assertEquals(List.of(), files(".pack"), "nothing is left of what was known already");
        restart(AFTER_UPLOAD);
        assertEquals(Committed.SAME, sendOne(2, 2));
        assertEquals(Committed.CHANGED, sendOne(2, 77));
        assertEquals(1, index.study(STUDY).orElseThrow().conflicts());
        assertTrue(store.find(sop(2)).orElseThrow().isHere(), "the newest version serves");
        complete(ITH);
        deliver(ITH);
        retention.lookNow();
        assertTrue(store.find(sop(2)).orElseThrow().isHere(), "a conflict stays for a person");
    }

    // ---- deleting

    private static AccessRequest by(String role, String reason) {
        return new AccessRequest("meier", Set.of(role), "shell", reason, STUDY);
    }

    private static final AccessRequest ADMINISTRATOR = by(Roles.ADMINISTRATOR, "the wrong patient");

    @Test
    void deletingNeedsARoleAndAReason() throws IOException {
        send(1, 1);
        for (AccessRequest request : List.of(by(Roles.OPERATOR, "a good reason"), by(Roles.ADMINISTRATOR, " x "))) {
            assertThrows(AccessDeniedException.class, () -> retention.delete(request, STUDY, null, true));
        }
        assertEquals(2, audit.records.size());
        assertTrue(audit.records.stream().allMatch(line -> line.contains("|refused|")), audit.records.toString());
        assertEquals(1, here());
    }

    @Test
    void whatIsOwedIsNotDeleted() throws IOException {
        send(1, 2);
        assertThrows(IOException.class, () -> retention.delete(ADMINISTRATOR, STUDY, null, false));
        complete("pacs");
        IOException e = assertThrows(IOException.class, () -> retention.delete(ADMINISTRATOR, STUDY, null, false));
        assertTrue(String.valueOf(e.getMessage()).contains("2 of its images are still owed"), e.getMessage());
        assertEquals(Removed.NOTHING, retention.delete(ADMINISTRATOR, STUDY, null, true));
        assertEquals(2, here());
        assertThrows(IOException.class, () -> retention.delete(ADMINISTRATOR, "2.25.999", null, true));
    }

    @Test
    void aDeletedStudySentAgainIsNew() throws IOException {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        retention.lookNow();
        assertEquals(Committed.SAME, sendOne(1, 1));
        retention.delete(ADMINISTRATOR, STUDY, null, false);
        StudyRecord deleted = index.study(STUDY).orElseThrow();
        assertEquals(0, deleted.instances());
        assertEquals(2, deleted.deleted());
        assertEquals("sealed image 1", identity(store.find(sop(1)).orElseThrow()));
        assertEquals(Committed.NEW, sendOne(1, 1));
        assertTrue(store.find(sop(1)).orElseThrow().isHere());
        assertEquals(0, index.study(STUDY).orElseThrow().conflicts());
        assertEquals(Optional.of(2), queue.enqueue(STUDY, Map.of(ITH, Order.pseudonymous())));
        deliver(ITH);
        assertEquals(1, retention.lookNow().images());
    }

    @Test
    void aSeriesIsDeletedAlone() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, Samples.facts(STUDY, "2.25.11", sop(1), 1, 1, 1), "image 1");
            Samples.put(session, Samples.facts(STUDY, "2.25.12", sop(2), 2, 2, 1), "image 2");
        }
        complete("outbox");
        deliver("outbox");
        assertEquals(1, retention.delete(ADMINISTRATOR, STUDY, "2.25.12", false).images());
        assertTrue(store.find(sop(1)).orElseThrow().isHere());
        assertEquals(Presence.DELETED, store.find(sop(2)).orElseThrow().presence());
    }

    /** Series 11 of two images and series 12 of one. */
    private void sendTwoSeries() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            Samples.put(session, Samples.facts(STUDY, "2.25.11", sop(1), 1, 1, 1), "image 1");
            Samples.put(session, Samples.facts(STUDY, "2.25.11", sop(2), 2, 1, 2), "image 2");
            Samples.put(session, Samples.facts(STUDY, "2.25.12", sop(3), 3, 2, 1), "image 3");
        }
    }

    private long deliveryTo(String destination) throws IOException {
        return queue.ofStudy(STUDY).stream()
                .filter(record -> record.destination().equals(destination))
                .findFirst()
                .orElseThrow()
                .id();
    }

    /** As the engine does it. */
    private void deliverLess(String destination) throws IOException {
        for (DeliveryRecord record : queue.claim(destination, 64, OWNER, Duration.ofMinutes(2), Set.of())) {
            Set<String> leftOut = queue.leftOut(record.id());
            queue.accepted(
                    record,
                    index.instances(STUDY, record.part()).stream()
                            .filter(one -> !leftOut.contains(one.facts().seriesInstanceUid()))
                            .toList());
            assertTrue(queue.delivered(record.id(), OWNER, "got it", Map.of()));
        }
    }

    @Test
    void aSeriesThatWasTakenOutOfADeliveryIsNotOwedByItAndTheRestIs() throws IOException {
        sendTwoSeries();
        complete(ITH);
        queue.leaveOut(deliveryTo(ITH), Set.of("2.25.11"));
        assertEquals(2, retention.delete(ADMINISTRATOR, STUDY, "2.25.11", true).images());
        assertEquals(Removed.NOTHING, retention.delete(ADMINISTRATOR, STUDY, "2.25.12", true));
        assertEquals(Presence.DELETED, store.find(sop(1)).orElseThrow().presence());
        assertTrue(store.find(sop(3)).orElseThrow().isHere());
        assertEquals(Committed.NEW, sendSeriesEleven(), "sent again it is taken as new");
        complete(ITH);
        deliverLess(ITH);
        assertEquals(2, retention.lookNow().images(), "exactly what was accepted, of both parts");
        assertEquals(0, here());
        assertEquals(List.of(), retention.accepted(10));
    }

    private Committed sendSeriesEleven() throws IOException {
        try (InstanceStore.Session session = store.open()) {
            return Samples.put(session, Samples.facts(STUDY, "2.25.11", sop(1), 1, 1, 1), "image 1");
        }
    }

    @Test
    void aSeriesThatOneDestinationIsNotToHaveStaysForTheOtherAndIsNotCleanedUpByTheFirst() throws IOException {
        sendTwoSeries();
        complete(ITH, "pacs");
        queue.leaveOut(deliveryTo(ITH), Set.of("2.25.11"));
        assertEquals(Removed.NOTHING, retention.delete(ADMINISTRATOR, STUDY, "2.25.11", true));
        deliverLess(ITH);
        assertEquals(Removed.NOTHING, retention.lookNow(), "the PACS is owed all of it");
        deliverLess("pacs");
        assertEquals(1, retention.lookNow().images(), "ITH has accepted no more");
        assertTrue(store.find(sop(1)).orElseThrow().isHere());
        assertFalse(store.find(sop(3)).orElseThrow().isHere());
    }

    /** Its commands run again after a crash, and it may say the same twice. */
    @Test
    void whatIsDeletedAlreadyIsNoFailureForTheBackEnd() throws IOException {
        sendTwoSeries();
        complete(ITH);
        deliver(ITH);
        assertEquals(2, retention.delete(ADMINISTRATOR, STUDY, "2.25.11", true).images());
        assertEquals(Removed.NOTHING, retention.delete(ADMINISTRATOR, STUDY, "2.25.11", true));
        assertEquals(1, retention.delete(ADMINISTRATOR, STUDY, null, true).images());
        assertEquals(Removed.NOTHING, retention.delete(ADMINISTRATOR, STUDY, null, true));
        assertThrows(IOException.class, () -> retention.delete(ADMINISTRATOR, STUDY, null, false));
        assertThrows(IOException.class, () -> retention.delete(ADMINISTRATOR, STUDY, "2.25.999", true));
    }

    // ---- several appliances on one index

    /** Another appliance that can read these packs; closed by the caller. */
    private FileInstanceStore neighbour(Path folder) throws IOException {
        return new FileInstanceStore(
                new PackFolder(folder, 0, CLOCK),
                new IdentityFolder(folder, CLOCK),
                List.of(root),
                database,
                true,
                CLOCK);
    }

    private ManifestRetention retention(FileInstanceStore of) {
        CleanUp cleanUp = new CleanUp(of, database, new CopyingCompactor(of), clock, CleanUp.Steps.NONE);
        return new ManifestRetention(AFTER_UPLOAD, database, of, cleanUp, audit, clock);
    }

    @Test
    void imagesInAnotherAppliancesPacksAreItsOwnToCleanUp(@TempDir Path elsewhere) throws IOException {
        send(1, 2);
        complete(ITH);
        FileInstanceStore other = neighbour(elsewhere);
        ManifestRetention others = retention(other);
        try {
            // The other delivers them, which this one's clean-up goes by.
            JpaDeliveryQueue itsQueue = new JpaDeliveryQueue(database, other.writer(), em -> clock.millis());
            DeliveryRecord record = itsQueue.claim(
                            ITH, 1, "other/run", Duration.ofMinutes(2), Set.of(store.appliance()))
                    .get(0);
            itsQueue.accepted(record, index.instances(STUDY, 1));
            assertTrue(itsQueue.delivered(record.id(), "other/run", "got it", Map.of()));
            assertEquals(Removed.NOTHING, others.lookNow());
            assertEquals(List.of(), others.accepted(10));
            assertEquals(2, here());

            last = CleanUp.Step.MARKED;
            assertThrows(Killed.class, () -> retention.lookNow());
            others.lookNow();
            StoredInstance gone = instance(sop(1));
            assertThrows(InstanceGoneException.class, () -> other.openPart10(gone));
            IOException e = assertThrows(IOException.class, () -> other.openIdentityFile(gone));
            assertTrue(String.valueOf(e.getMessage()).contains("at another appliance"), e::toString);
        } finally {
            others.close();
            other.close();
        }
        restart(AFTER_UPLOAD);
        retention.lookNow();
        assertEquals(List.of(), files(".pack"), "the other has left the packs to the one that has them");
        assertEquals("sealed image 1", identity(instance(sop(1))));
    }

    @Test
    void onlyWhatIsInItsPacksIsDeletedByAnAppliance(@TempDir Path elsewhere) throws IOException {
        send(1, 2);
        complete();
        FileInstanceStore other = neighbour(elsewhere);
        ManifestRetention others = retention(other);
        try {
            IOException e = assertThrows(IOException.class, () -> others.delete(ADMINISTRATOR, STUDY, null, false));
            assertTrue(String.valueOf(e.getMessage()).contains("at other appliances"), e::toString);
            assertEquals(Removed.NOTHING, others.delete(ADMINISTRATOR, STUDY, null, true));
            try (InstanceStore.Session session = other.open()) {
                Samples.put(session, facts(3, 3), "image 3");
            }
            new JpaDeliveryQueue(database, other.writer(), em -> clock.millis()).enqueue(STUDY, Map.of());
            assertEquals(1, others.delete(ADMINISTRATOR, STUDY, null, false).images());
            assertTrue(
                    audit.records.get(audit.records.size() - 1).contains("2 are at other appliances and stay there"),
                    audit.records::toString);
        } finally {
            others.close();
            other.close();
        }
        assertEquals(2, here());
    }

    @Test
    void whatAnotherApplianceDeletedIsNewWhenItIsSentAgain(@TempDir Path elsewhere) throws IOException {
        send(1, 1);
        complete();
        FileInstanceStore other = neighbour(elsewhere);
        try (InstanceStore.Session session = other.open()) {
            assertEquals(Committed.SAME, Samples.put(session, facts(1, 1), "image 1"));
            retention.delete(ADMINISTRATOR, STUDY, null, false);
            assertEquals(Committed.NEW, Samples.put(session, facts(1, 1), "image 1"));
            assertTrue(other.find(sop(1)).orElseThrow().isHere());
        } finally {
            other.close();
        }
    }

    /** Images that are gone have no packs by which their appliance could be known. */
    @Test
    void underANewNameAnApplianceGoesOnWithWhatItHadCleanedUp() throws IOException {
        send(1, 1);
        complete(ITH);
        deliver(ITH);
        assertEquals(1, retention.lookNow().images());
        close();
        Files.delete(root.resolve(ApplianceId.FILE));
        start(AFTER_UPLOAD);
        send(2, 2);
        complete(ITH);
        deliver(ITH);
        close();
        Files.delete(root.resolve(ApplianceId.FILE));
        start(AFTER_UPLOAD);
        assertEquals(1, retention.lookNow().images());
        assertEquals(Set.of(store.appliance()), Set.copyOf(database.inTransaction(em -> em.createQuery(
                        "SELECT i.appliance FROM InstanceRow i", String.class)
                .getResultList())));
    }

    // ---- crashes

    /** Each image is whole, or its identity is; and the next run ends what was begun. */
    @ParameterizedTest
    @EnumSource(CleanUp.Step.class)
    void killedAtAStepNothingIsLostAndTheNextRunEndsIt(CleanUp.Step step) throws Exception {
        send(1, 9);
        complete(ITH);
        deliver(ITH);
        sendOne(2, 99);
        complete("pacs");
        last = step;
        assertThrows(Killed.class, () -> retention.lookNow());
        restart(AFTER_UPLOAD);
        assertEquals(9, instances().size());
        for (StoredInstance instance : instances().values()) {
            if (instance.isHere()) {
                assertTrue(Samples.read(store.openPart10(instance)).startsWith("image"));
            } else {
                assertEquals("sealed image " + instance.facts().instanceNumber(), identity(instance));
            }
        }
        retention.lookNow();
        restart(AFTER_UPLOAD);
        retention.lookNow();
        assertEquals(1, here());
        assertTrue(
                Samples.read(store.openPart10(store.find(sop(2)).orElseThrow())).startsWith("image 2/99"));
        // The second version's own pack, and what is needed of the first.
        assertEquals(2, files(".pack").size(), files(".pack").toString());
        assertEquals(1, files(".identity").size(), files(".identity").toString());
        assertEquals(List.of(), files(".part"));
        assertEquals(0, index.study(STUDY).orElseThrow().loose());
    }

    @Test
    void afterTheLossOfTheDatabaseWhatIsGoneIsStillKnownAsGone() throws Exception {
        send(1, 3);
        complete(ITH);
        deliver(ITH);
        retention.lookNow();
        send(4, 4);
        close();
        database.clear();
        start(AFTER_UPLOAD);
        StudyRecord study = index.study(STUDY).orElseThrow();
        assertEquals(4, study.instances());
        assertEquals(3, study.cleanedUp());
        assertEquals(1, study.loose(), "what is gone cannot be delivered again");
        assertEquals("sealed image 2", identity(instance(sop(2))));
        assertEquals(Committed.SAME, sendOne(3, 3));
        assertEquals(Optional.of(2), queue.enqueue(STUDY, Map.of()));
        restart(AFTER_UPLOAD);
        assertEquals(3, index.study(STUDY).orElseThrow().cleanedUp());
    }

    /** As after a restore of the database alone: it says that the images are here. */
    @Test
    void aDatabaseOlderThanTheCleanUpIsCorrected() throws Exception {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        Map<String, StoredInstance> before = instances();
        retention.lookNow();
        database.inTransaction(em -> {
            em.createQuery("DELETE FROM IdentityFileRow f").executeUpdate();
            for (StoredInstance old : before.values()) {
                InstanceRow row = em.find(InstanceRow.class, old.frameId().toString());
                row.presence = "HERE";
                row.identityFile = null;
                row.identityOffset = null;
                row.packId = old.packId();
            }
            return null;
        });
        restart(AFTER_UPLOAD);
        assertEquals(0, here());
        assertEquals("sealed image 1", identity(instance(sop(1))));
        assertFalse(files(".identity").isEmpty());
    }

    @Test
    void aDatabaseThatIsAwayRemovesNothing() throws IOException {
        send(1, 2);
        complete(ITH);
        deliver(ITH);
        compactor.meanwhile = () -> database.setAway(true);
        assertThrows(IOException.class, () -> retention.lookNow());
        database.setAway(false);
        compactor.meanwhile = () -> {};
        assertEquals(2, here());
        restart(AFTER_UPLOAD);
        assertEquals(2, retention.lookNow().images());
        assertEquals(1, files(".identity").size());
    }
}
