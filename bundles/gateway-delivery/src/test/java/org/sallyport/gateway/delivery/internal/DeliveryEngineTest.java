package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.sallyport.gateway.delivery.internal.Awaiting.await;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.io.InputStream;
import java.io.PrintStream;
import java.net.SocketTimeoutException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Clock;
import java.time.Duration;
import java.time.Instant;
import java.time.ZoneOffset;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.function.Consumer;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.osgi.service.event.Event;
import org.osgi.service.event.EventAdmin;
import org.sallyport.gateway.api.Delivery;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.api.delivery.DeliveryEvents;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.delivery.DestinationDirectory;
import org.sallyport.gateway.api.delivery.RouteDirectory;
import org.sallyport.gateway.api.delivery.StudyCheck;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.vault.IdentityVault;
import org.sallyport.gateway.support.components.FailedComponents.Failed;

/** Studies on their way to destinations of every temper. The clock stands still, so that what is tried later stays so. */
class DeliveryEngineTest {

    private static final Instant NOW = Instant.parse("2026-03-01T12:00:00Z");
    private static final String STUDY = "2.25.1";
    private static final Patience PATIENCE = new Patience(
            Duration.ofSeconds(1),
            Duration.ofSeconds(2),
            Duration.ofMillis(300),
            Duration.ofMillis(300),
            Duration.ofSeconds(2),
            Duration.ofSeconds(1));

    /** For what answers in time, however long the machine stands still. */
    private static final Patience LONG = new Patience(
            PATIENCE.look(),
            PATIENCE.longestLook(),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            Duration.ofSeconds(30),
            PATIENCE.quiet());

    private final FakeQueue queue = new FakeQueue(Clock.fixed(NOW, ZoneOffset.UTC));
    private final FakeIndex index = new FakeIndex();
    private RetryPauses pauses = new RetryPauses(3, Duration.ofSeconds(100), Duration.ofHours(1));
    private DeliveryEngine engine;

    /** Configurations that their plug-ins refuse. */
    private final List<Failed> refused = new CopyOnWriteArrayList<>();

    /** What is wrong with secrets in the configurations of destinations. */
    private final List<String> inTheClear = new CopyOnWriteArrayList<>();

    private final StudyCheck fit = study -> Optional.empty();

    @TempDir
    private Path folder;

    @BeforeEach
    void start() throws IOException {
        index.add(STUDY);
        engine = engine();
    }

    private DeliveryEngine engine() throws IOException {
        return engine(PATIENCE);
    }

    private DeliveryEngine engine(Patience patience) throws IOException {
        DeliveryEngine made = new DeliveryEngine(
                pauses,
                queue,
                index,
                index,
                () -> List.copyOf(refused),
                properties -> inTheClear,
                folder,
                new Recipients(folder, Clock.fixed(NOW, ZoneOffset.UTC)),
                Clock.fixed(NOW, ZoneOffset.UTC),
                ZoneOffset.UTC,
                patience);
        made.addCheck(fit);
        return made;
    }

    private void restart(Patience patience) throws IOException {
        engine.close();
        engine = engine(patience);
    }

    @AfterEach
    void stop() {
        engine.close();
    }

    // ---- what must not go out

    @Test
    void aStudyThatOneCheckHoldsIsNotQueued() throws IOException {
        add("archive", FakeDestination.thatTakesAll());
        StudyCheck strict = study -> Optional.of("leak: a comment holds a name");
        engine.addCheck(strict);
        IOException e = assertThrows(IOException.class, () -> engine.complete(STUDY));
        assertEquals("it is held: leak: a comment holds a name", e.getMessage());
        engine.removeCheck(strict);
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
    }

    /** The bundle that checks may be away for a moment; nothing goes out unlooked at. */
    @Test
    void withoutAnyCheckStudiesWait() throws IOException {
        add("archive", FakeDestination.thatTakesAll());
        engine.removeCheck(fit);
        assertThrows(IOException.class, () -> engine.complete(STUDY));
        engine.addCheck(fit);
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
    }

    // ---- outcomes

    @Test
    void aStudyIsDelivered() throws IOException {
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        DeliveryRecord record = awaitEnd(1, State.DELIVERED);
        assertEquals("receipt 1", record.reason());
        assertEquals(1, archive.handed.size());
        assertEquals(1, archive.handed.get(0).attempt());
        assertEquals(IdentityMode.PSEUDONYMOUS, archive.handed.get(0).identity());
        assertEquals(Map.of(1L, List.of(STUDY + ".1.1")), queue.accepted);
    }

    @Test
    void whatWasNotAcceptedIsNotRememberedAsAccepted() throws IOException {
        add("archive", new FakeDestination(delivery -> DeliveryOutcome.refused("no such project")));
        add("ward", new FakeDestination(delivery -> DeliveryOutcome.later("busy")));
        engine.complete(STUDY);
        await("both", () -> count("archive", State.PARKED) == 1 && count("ward", State.RETRYING) == 1);
        assertEquals(Map.of(), queue.accepted);
    }

    @Test
    void imagesThatWereCleanedUpAreNotDeliveredAgain() throws IOException {
        index.cleanUp(STUDY);
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertTrue(
                String.valueOf(awaitEnd(1, State.PARKED).reason()).startsWith("1 of its 1 images are no longer here"));
        assertEquals(List.of(), archive.handed);
    }

    @Test
    void receiptsOfImagesAreKeptCleanedAndOnlyThoseOfTheDelivery() throws IOException {
        index.add("2.25.5", "2.25.5.1", "2.25.5.1.2", "CT", 1, Map.of());
        index.add("2.25.5", "2.25.5.1", "2.25.5.1.1", "CT", 1, Map.of());
        index.add("2.25.5", "2.25.5.1", "2.25.5.1.3", "CT", 1, Map.of());
        Map<String, String> receipts = new LinkedHashMap<>();
        receipts.put("2.25.5.1.1", "warning\u001b[2J\nB000");
        receipts.put("2.25.5.1.2", "y".repeat(5_000));
        receipts.put("2.25.5.1.3", " \t");
        receipts.put("1.2.3", "of another image");
        add("archive", new FakeDestination(delivery -> DeliveryOutcome.delivered("all", receipts)));
        engine.complete("2.25.5");
        awaitEnd(1, State.DELIVERED);
        assertEquals(
                List.of("2.25.5.1.2=" + "y".repeat(99) + "…", "2.25.5.1.1=warning [2J B000"),
                queue.receipts(1).entrySet().stream().map(String::valueOf).toList());
    }

    @Test
    void whatIsNotTakenNowIsTriedAfterTheQueuesPause() throws IOException {
        add("archive", new FakeDestination(delivery -> DeliveryOutcome.later("busy")));
        engine.complete(STUDY);
        DeliveryRecord record = awaitEnd(1, State.RETRYING);
        assertEquals("busy", record.reason());
        assertEquals(1, record.attempts());
        Duration pause = Duration.between(NOW, record.dueAt());
        assertTrue(pause.toSeconds() >= 80 && pause.toSeconds() <= 120, pause::toString);
    }

    @Test
    void aReceiversOwnPauseIsKeptWithinADay() throws IOException {
        assertEquals(Duration.ofSeconds(77), pauseWhenAskedFor(1, Duration.ofSeconds(77)));
        assertEquals(Duration.ofHours(24), pauseWhenAskedFor(2, Duration.ofDays(400)));
        assertEquals(Duration.ofHours(24), pauseWhenAskedFor(3, Duration.ofSeconds(Long.MAX_VALUE)));
    }

    private Duration pauseWhenAskedFor(long id, Duration asked) throws IOException {
        FakeDestination busy =
                add("archive", new FakeDestination(delivery -> new DeliveryOutcome.Later("busy", asked)));
        engine.complete(STUDY);
        DeliveryRecord record = awaitEnd(id, State.RETRYING);
        engine.removeDestination(busy);
        return Duration.between(NOW, record.dueAt());
    }

    @Test
    void aPauseThatLiesInThePastIsNoPause() throws IOException {
        FakeDestination archive = add(
                "archive",
                new FakeDestination(delivery -> delivery.attempt() == 1
                        ? new DeliveryOutcome.Later("busy", Duration.ofSeconds(-5))
                        : DeliveryOutcome.delivered("second")));
        engine.complete(STUDY);
        assertEquals(2, awaitEnd(1, State.DELIVERED).attempts());
        assertEquals(2, archive.handed.size());
    }

    @Test
    void whatIsRefusedIsParked() throws IOException {
        add("archive", new FakeDestination(delivery -> DeliveryOutcome.refused("no such project")));
        engine.complete(STUDY);
        assertEquals("no such project", awaitEnd(1, State.PARKED).reason());
    }

    @Test
    void aDestinationThatStopsKeepsItsQueueUntilItIsResumed() throws IOException {
        FakeDestination archive =
                add("archive", new FakeDestination(delivery -> DeliveryOutcome.stopped("wrong password")));
        engine.complete(STUDY);
        await("stopped", () -> view("archive").state() == DestinationDirectory.State.STOPPED);
        DeliveryRecord record = awaitEnd(1, State.WAITING);
        assertEquals(0, record.attempts(), "no attempt is counted");
        assertEquals("wrong password", view("archive").message());
        engine.complete(STUDY);
        assertEquals(1, archive.handed.size(), "nothing more is handed over");
        archive.answer = delivery -> DeliveryOutcome.delivered("receipt");
        assertFalse(engine.resume("elsewhere"));
        assertTrue(engine.resume("archive"));
        awaitEnd(1, State.DELIVERED);
        awaitEnd(2, State.DELIVERED);
        assertEquals(DestinationDirectory.State.ACTIVE, view("archive").state());
    }

    // ---- failures

    @Test
    void aDestinationThatThrowsIsTriedLaterAndItsWordsAreNotShown() throws IOException {
        List<Throwable> failures = List.of(
                new IllegalStateException("DOE^JANE"),
                new NoClassDefFoundError("DOE^JANE"),
                new StackOverflowError("DOE^JANE"),
                new AssertionError("DOE^JANE"),
                new Exception("DOE^JANE"));
        for (int i = 0; i < failures.size(); i++) {
            Throwable failure = failures.get(i);
            FakeDestination bad = add("archive", new FakeDestination(delivery -> {
                if (failure instanceof Error error) {
                    throw error;
                }
                throw (Exception) failure;
            }));
            engine.complete(STUDY);
            DeliveryRecord record = awaitEnd(i + 1, State.RETRYING);
            assertEquals("failed with " + failure.getClass().getSimpleName(), record.reason());
            assertEquals(1, record.attempts());
            assertTrue(record.dueAt().isAfter(NOW));
            engine.removeDestination(bad);
        }
    }

    /** It is an InterruptedIOException by descent only: nobody interrupted, and trying again at once would never end. */
    @Test
    void aSocketTimeoutIsAFailedAttemptWithAPause() throws IOException {
        add("archive", new FakeDestination(delivery -> {
            throw new SocketTimeoutException("Read timed out");
        }));
        engine.complete(STUDY);
        DeliveryRecord record = awaitEnd(1, State.RETRYING);
        assertEquals(1, record.attempts());
        assertTrue(record.dueAt().isAfter(NOW));
    }

    @Test
    void anInterruptThatIsNotOursIsAFailedAttemptToo() throws IOException {
        add("archive", new FakeDestination(delivery -> {
            throw new InterruptedException("by its own library");
        }));
        engine.complete(STUDY);
        assertTrue(awaitEnd(1, State.RETRYING).dueAt().isAfter(NOW));
    }

    @Test
    void noOutcomeAtAllIsTriedLater() throws IOException {
        add("archive", new FakeDestination(delivery -> nothing()));
        engine.complete(STUDY);
        assertTrue(awaitEnd(1, State.RETRYING).dueAt().isAfter(NOW));
    }

    /** What a plug-in written without null checks may do. */
    @SuppressWarnings("NullAway")
    private static DeliveryOutcome nothing() {
        @Nullable DeliveryOutcome none = null;
        return none;
    }

    @Test
    void aChangedVersionIsParkedForAReceiverThatKeepsTheFirst() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "CT", 2, Map.of());
        FakeDestination archive = FakeDestination.thatTakesAll();
        archive.replaces = false;
        add("archive", archive);
        engine.complete("2.25.2");
        engine.complete(STUDY);
        awaitEnd(1, State.PARKED);
        awaitEnd(2, State.DELIVERED);
        assertEquals(1, archive.handed.size());
    }

    @Test
    void anImageOfAnotherStudyIsParkedForAReceiverThatKeepsTheFirst() throws IOException {
        index.heldEarlier = Set.of(STUDY + ".1.1");
        FakeDestination archive = FakeDestination.thatTakesAll();
        archive.replaces = false;
        add("archive", archive);
        add("folder", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        await("the folder", () -> count("folder", State.DELIVERED) == 1);
        await("the archive", () -> count("archive", State.PARKED) == 1);
        assertTrue(queue.ofStudy(STUDY).stream()
                .anyMatch(record -> String.valueOf(record.reason()).endsWith("the first is " + STUDY + ".1.1")));
        assertEquals(List.of(), archive.handed);
    }

    @Test
    void anImageThatALaterPartBringsInANewerVersionIsLeftOut() throws IOException {
        String study = "2.25.4";
        index.add(study, study + ".1", study + ".1.1", "CT", 1, Map.of());
        index.add(study, study + ".1", study + ".1.2", "CT", 1, Map.of());
        index.add(study, study + ".1", study + ".1.1", "CT", 2, Map.of());
        List<StoredInstance> all = index.instances(study);
        index.parts.put(1, all.subList(0, 2));
        index.parts.put(2, all.subList(2, 3));
        queue.add(study, 1, "archive", IdentityMode.PSEUDONYMOUS);
        queue.add(study, 2, "archive", IdentityMode.PSEUDONYMOUS);
        queue.add(study, 1, "ward", IdentityMode.PSEUDONYMOUS);
        long parked = queue.add(study, 2, "ward", IdentityMode.PSEUDONYMOUS);
        queue.parkNow(parked, "by ann");
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        FakeDestination ward = add("ward", FakeDestination.thatTakesAll());
        await("all", () -> count("archive", State.DELIVERED) == 2 && count("ward", State.DELIVERED) == 1);
        assertEquals(List.of("2.25.4.1.2"), sops(archive.handed.get(0)), "the older version must not end on top");
        assertEquals(List.of("2.25.4.1.1"), sops(archive.handed.get(1)));
        assertEquals(List.of("2.25.4.1.1", "2.25.4.1.2"), sops(ward.handed.get(0)), "nothing newer is on its way");
    }

    private void addInOrder(FakeDestination destination) throws IOException {
        index.add("2.25.4", "2.25.4.1", "2.25.4.1.1", "CT", 1, Map.of());
        for (int part = 1; part <= 3; part++) {
            index.parts.put(part, index.instances("2.25.4"));
            queue.add("2.25.4", part, "archive", IdentityMode.PSEUDONYMOUS);
        }
        engine.addDestination(
                destination,
                Map.of(
                        Destination.NAME,
                        "archive",
                        Destination.CONCURRENCY,
                        3,
                        DestinationDirectory.PARTS_IN_ORDER,
                        "yes"));
    }

    private static List<Integer> parts(FakeDestination destination) {
        return destination.handed.stream().map(Delivery::part).toList();
    }

    /** As after an outage: the earlier one fails first. The clock stands, so that no pause ends by itself. */
    @Test
    void thePartsOfAStudyGoOneAfterTheOtherWhereTheDestinationWantsThat() throws IOException {
        FakeDestination archive = new FakeDestination(delivery -> delivery.part() == 1 && delivery.attempt() < 3
                ? new DeliveryOutcome.Later("away", Duration.ofSeconds(-1))
                : DeliveryOutcome.delivered("receipt"));
        addInOrder(archive);
        await("all", () -> count("archive", State.DELIVERED) == 3);
        assertEquals(List.of(1, 1, 1, 2, 3), parts(archive));
        assertEquals(1, archive.mostRunning.get());
        assertEquals(1, queue.get(3).attempts(), "waiting for its turn is no attempt");
    }

    @Test
    void aPartThatIsParkedIsNotWaitedFor() throws IOException {
        FakeDestination archive = new FakeDestination(delivery ->
                delivery.part() == 1 ? DeliveryOutcome.refused("too large") : DeliveryOutcome.delivered("receipt"));
        addInOrder(archive);
        await("the others", () -> count("archive", State.DELIVERED) == 2);
        assertEquals(List.of(1, 2, 3), parts(archive));
        assertEquals(State.PARKED, queue.get(1).state());
    }

    @Test
    void aPartThatWaitsForItsTurnSaysSo() throws IOException {
        FakeDestination archive = new FakeDestination(delivery -> DeliveryOutcome.later("away"));
        addInOrder(archive);
        await(
                "the first failed",
                () -> queue.get(1).state() == State.RETRYING && queue.get(3).state() == State.RETRYING);
        assertEquals("waits for its turn, after part 1", queue.get(3).reason());
        assertEquals(List.of(1), parts(archive));
    }

    private static List<String> sops(Delivery delivery) {
        return delivery.instances().stream()
                .map(DeliveryInstance::sopInstanceUid)
                .toList();
    }

    @Test
    void aStudyThatTheIndexDoesNotKnowIsTriedLater() {
        queue.add("2.25.999", "archive", IdentityMode.PSEUDONYMOUS);
        add("archive", FakeDestination.thatTakesAll());
        assertTrue(String.valueOf(awaitEnd(1, State.RETRYING).reason()).contains("does not know the study"));
    }

    @Test
    void aQueueThatIsAwayForAWhileIsAskedAgain() {
        queue.add(STUDY, "archive", IdentityMode.PSEUDONYMOUS);
        queue.away = true;
        add("archive", FakeDestination.thatTakesAll());
        assertEquals(State.WAITING, queue.get(1).state());
        queue.away = false;
        engine.wake("archive");
        awaitEnd(1, State.DELIVERED);
    }

    // ---- lanes

    @Test
    void aDeadDestinationDelaysNoOther() throws IOException {
        CountDownLatch hangs = new CountDownLatch(1);
        FakeDestination dead = add("dead", new FakeDestination(delivery -> {
            hangs.await();
            return DeliveryOutcome.later("was dead");
        }));
        add("archive", FakeDestination.thatTakesAll());
        for (int i = 0; i < 20; i++) {
            engine.complete(STUDY);
        }
        await("20 delivered", () -> count("archive", State.DELIVERED) == 20);
        await("the dead one hangs", () -> dead.running.get() == 1);
        assertEquals(1, view("dead").running());
        assertEquals(0, count("dead", State.DELIVERED));
        hangs.countDown();
    }

    @Test
    void noMoreDeliveriesRunThanTheDestinationAllows() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        FakeDestination archive = new FakeDestination(delivery -> {
            go.await();
            return DeliveryOutcome.delivered("receipt");
        });
        engine.addDestination(archive, Map.of(Destination.NAME, "archive", Destination.CONCURRENCY, 3));
        for (int i = 0; i < 12; i++) {
            engine.complete(STUDY);
        }
        await("three run", () -> archive.running.get() == 3);
        go.countDown();
        await("all delivered", () -> count("archive", State.DELIVERED) == 12);
        assertEquals(3, archive.mostRunning.get());
    }

    /** Many workers that end and begin at the same time must not run out of threads. */
    @Test
    void shortDeliveriesOfManyWorkersAreAllMade() throws IOException {
        FakeDestination archive = FakeDestination.thatTakesAll();
        engine.addDestination(archive, Map.of(Destination.NAME, "archive", Destination.CONCURRENCY, 16));
        for (int i = 0; i < 2_000; i++) {
            queue.add(STUDY, "archive", IdentityMode.PSEUDONYMOUS);
        }
        engine.complete(STUDY);
        await("all delivered", () -> count("archive", State.DELIVERED) == 2_001);
        await("none runs", () -> view("archive").running() == 0);
    }

    @Test
    void aDestinationThatVanishesGivesBackWhatItWasDoingAndKeepsItsQueue() throws IOException {
        AtomicBoolean cancelled = new AtomicBoolean();
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            try {
                new CountDownLatch(1).await();
            } finally {
                cancelled.set(delivery.isCancelled());
            }
            return DeliveryOutcome.later("never reached");
        }));
        engine.complete(STUDY);
        engine.complete(STUDY);
        await("it runs", () -> archive.running.get() == 1);
        engine.removeDestination(archive);
        await("it is told why", cancelled::get);
        DeliveryRecord record = awaitEnd(1, State.WAITING);
        assertEquals(0, record.attempts());
        assertEquals(State.WAITING, queue.get(2).state());
        assertEquals(DestinationDirectory.State.MISSING, view("archive").state());
        assertFalse(queue.calledInterrupted, "the interrupt is the destination's, not the database's");

        add("archive", FakeDestination.thatTakesAll());
        awaitEnd(1, State.DELIVERED);
        awaitEnd(2, State.DELIVERED);
    }

    @Test
    void aFailureThatComesOfClosingIsNoFailedAttempt() throws IOException {
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                throw new java.nio.channels.ClosedByInterruptException();
            }
            return DeliveryOutcome.later("never reached");
        }));
        engine.complete(STUDY);
        await("it runs", () -> archive.running.get() == 1);
        engine.removeDestination(archive);
        assertEquals(0, awaitEnd(1, State.WAITING).attempts());
    }

    @Test
    void aClaimMadeWhileTheDestinationVanishesIsGivenBack() {
        CountDownLatch claiming = new CountDownLatch(1);
        queue.claimed = () -> {
            claiming.countDown();
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                // The lane is being closed; the database has answered all the same.
            }
        };
        queue.add(STUDY, "archive", IdentityMode.PSEUDONYMOUS);
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            new CountDownLatch(1).await();
            return DeliveryOutcome.later("never reached");
        }));
        assertTrue(awaitLatch(claiming));
        engine.removeDestination(archive);
        assertEquals(0, awaitEnd(1, State.WAITING).attempts());
    }

    // ---- properties that change

    /** As of a component that is told of its changed configuration, and stays. */
    @Test
    void propertiesThatChangeWhileTheDestinationIsThereCount() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "MR", 1, Map.of());
        FakeDestination archive = addFiltered("archive", "(Modality=CT)");
        engine.updatedDestination(
                archive,
                Map.of(
                        Destination.NAME, "archive",
                        Destination.FILTER, "(Modality=MR)",
                        Destination.CONCURRENCY, 3));
        engine.complete(STUDY);
        engine.complete("2.25.2");
        awaitEnd(1, State.DELIVERED);
        assertEquals(List.of(), destinationsOf(STUDY));
        assertEquals(List.of("archive"), destinationsOf("2.25.2"));
        assertEquals("3", detail("archive").settings().get(Destination.CONCURRENCY));

        engine.updatedDestination(archive, Map.of(Destination.NAME, "archive", Destination.BANDWIDTH, "fast"));
        assertEquals(DestinationDirectory.State.MISCONFIGURED, view("archive").state());
        engine.complete(STUDY);
        assertEquals(State.WAITING, queue.get(2).state());
        engine.updatedDestination(archive, Map.of(Destination.NAME, "archive", Destination.BANDWIDTH, "1M"));
        awaitEnd(2, State.DELIVERED);
        engine.removeDestination(archive);
        assertEquals(DestinationDirectory.State.MISSING, view("archive").state());
    }

    @Test
    void whatRunsIsHandedOverAnewIfPropertiesChangeThatCount() throws IOException {
        restart(LONG);
        CountDownLatch never = new CountDownLatch(1);
        AtomicBoolean first = new AtomicBoolean(true);
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            if (first.getAndSet(false)) {
                never.await();
            }
            return DeliveryOutcome.delivered("receipt");
        }));
        engine.complete(STUDY);
        await("it runs", () -> archive.running.get() == 1);
        engine.updatedDestination(archive, Map.of(Destination.NAME, "archive", "vendor.note", "of no concern"));
        assertEquals(1, archive.running.get());
        engine.updatedDestination(archive, Map.of(Destination.NAME, "archive", Destination.PRIORITY, 7));
        assertEquals(1, awaitEnd(1, State.DELIVERED).attempts(), "to be broken off is no attempt");
        assertEquals(2, archive.handed.size());
        assertEquals(0, abandoned("archive"));
        assertFalse(queue.calledInterrupted);
    }

    /** It would wait for itself to end. */
    @Test
    void aDestinationMayChangeItsPropertiesWhileItDelivers() throws IOException {
        restart(LONG);
        AtomicBoolean first = new AtomicBoolean(true);
        AtomicBoolean interrupted = new AtomicBoolean();
        FakeDestination archive = FakeDestination.thatTakesAll();
        archive.answer = delivery -> {
            if (!first.getAndSet(false)) {
                return DeliveryOutcome.delivered("of afterwards");
            }
            engine.updatedDestination(archive, Map.of(Destination.NAME, "archive", Destination.PRIORITY, 7));
            interrupted.set(Thread.currentThread().isInterrupted());
            return DeliveryOutcome.delivered("of before");
        };
        add("archive", archive);
        engine.complete(STUDY);
        assertEquals("of afterwards", awaitEnd(1, State.DELIVERED).reason());
        await("its thread comes back", () -> abandoned("archive") == 0);
        assertTrue(interrupted.get(), "it is told to break off");
        assertEquals("7", detail("archive").settings().get(Destination.PRIORITY));
        assertFalse(queue.calledInterrupted, "the interrupt is the destination's, not the database's");
    }

    // ---- names that are taken

    /** Whoever copies a .cfg and forgets to change the name would have studies go to either of the two. */
    @Test
    void ofTwoWithOneNameTheFirstWorksUntilItGoes() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "MR", 1, Map.of());
        FakeDestination first = addFiltered("archive", "(Modality=CT)");
        FakeDestination second = addFiltered("archive", "(Modality=MR)");
        for (int i = 0; i < 20; i++) {
            engine.complete(STUDY);
        }
        await("20 delivered", () -> count("archive", State.DELIVERED) == 20);
        assertEquals(20, first.handed.size());
        assertEquals(
                List.of("ACTIVE", "MISCONFIGURED"),
                engine.destinations().stream().map(one -> one.state().name()).toList());
        String message = String.valueOf(engine.destinations().get(1).message());
        assertTrue(message.startsWith("another destination has this name"), message);
        assertEquals(
                List.of(new RouteDirectory.RouteView("archive", true, "(Modality=CT)", null)),
                engine.routes(),
                "the other's filter is nobody's");

        engine.removeDestination(first);
        assertEquals(DestinationDirectory.State.ACTIVE, view("archive").state());
        assertEquals("(Modality=MR)", view("archive").filter());
        engine.complete("2.25.2");
        awaitEnd(21, State.DELIVERED);
        assertEquals(1, second.handed.size());

        FakeDestination third = addFiltered("archive", "(Modality=CT)");
        engine.removeDestination(third);
        assertEquals(1, engine.destinations().size());
        assertEquals(DestinationDirectory.State.ACTIVE, view("archive").state());
    }

    @Test
    void oneThatIsGivenAnotherNameLeavesItsOwnToTheOther() throws IOException {
        FakeDestination first = add("archive", FakeDestination.thatTakesAll());
        FakeDestination second = add("archive", FakeDestination.thatTakesAll());
        FakeDestination third = add("archive", FakeDestination.thatTakesAll());
        engine.updatedDestination(first, Map.of(Destination.NAME, "ward"));
        engine.updatedDestination(third, Map.of(Destination.NAME, "third"));
        engine.complete(STUDY);
        await("all", () -> queue.ofStudy(STUDY).stream().allMatch(one -> one.state() == State.DELIVERED));
        assertEquals(List.of("archive", "third", "ward"), destinationsOf(STUDY));
        assertEquals(List.of(1, 1, 1), List.of(first.handed.size(), second.handed.size(), third.handed.size()));
    }

    // ---- secrets

    @Test
    void aDestinationWhoseSecretsStandInItsConfigurationIsMisconfiguredAndItsQueueWaits() throws IOException {
        inTheClear.add(".token: stands in the clear");
        FakeDestination archive = addFiltered("archive", "(Modality=CT)");
        assertEquals(DestinationDirectory.State.MISCONFIGURED, view("archive").state());
        assertEquals(".token: stands in the clear", view("archive").message());
        inTheClear.clear();
        add("other", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(List.of("archive", "other"), destinationsOf(STUDY));
        assertEquals(List.of(), archive.handed);
        engine.removeDestination(archive);
        addFiltered("archive", "(Modality=CT)");
        await("delivered", () -> count("archive", State.DELIVERED) == 1);
    }

    // ---- routing

    @Test
    void aStudyGoesToEveryDestinationWhoseFilterTakesIt() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "MR", 1, Map.of());
        addFiltered("ct", "(Modality=CT)");
        addFiltered("mr", "(Modality=MR)");
        add("all", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        engine.complete("2.25.2");
        await("delivered", () -> count("all", State.DELIVERED) == 2);
        assertEquals(List.of("all", "ct"), destinationsOf(STUDY));
        assertEquals(List.of("all", "mr"), destinationsOf("2.25.2"));
    }

    private List<String> destinationsOf(String study) {
        return queue.ofStudy(study).stream()
                .map(DeliveryRecord::destination)
                .sorted()
                .toList();
    }

    @Test
    void aStudyIsNotCompletedIntoNowhereWhileThereIsNoDestination() {
        assertThrows(IOException.class, () -> engine.complete(STUDY));
        assertEquals(List.of(), queue.ofStudy(STUDY));
    }

    /** A slip in the only destination's configuration must not make studies go nowhere for good. */
    @Test
    void aStudyThatNobodyTakesWaitsWhileADestinationIsMisconfigured() throws IOException {
        addFiltered("archive", "(Modality=CT");
        IOException e = assertThrows(IOException.class, () -> engine.complete(STUDY));
        assertTrue(String.valueOf(e.getMessage()).contains("archive"), e::toString);
        assertEquals(DestinationDirectory.State.MISCONFIGURED, view("archive").state());
        assertTrue(String.valueOf(view("archive").message()).contains("(Modality=CT"));
        add("other", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(List.of("other"), destinationsOf(STUDY), "it does not delay the others");
    }

    // ---- owners

    /** Its own claims of a former run are released at start, those of another appliance are not. */
    @Test
    void eachRunOfAnApplianceHasANameOfItsOwn() throws IOException {
        engine.close();
        engine = engine();
        List<String[]> owners =
                queue.releasedExcept.stream().map(owner -> owner.split("/")).toList();
        assertEquals(2, owners.size());
        assertEquals(FakeIndex.HERE, owners.get(0)[0]);
        assertEquals(FakeIndex.HERE, owners.get(1)[0]);
        assertNotEquals(owners.get(0)[1], owners.get(1)[1]);
        queue.releasedExcept.forEach(owner -> assertTrue(owner.length() <= 64, "does not fit its column: " + owner));
    }

    // ---- destinations that are away

    @Test
    void aStudyCompletedWhileADestinationIsAwayIsQueuedForIt() throws IOException {
        add("other", FakeDestination.thatTakesAll());
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        engine.removeDestination(archive);
        engine.complete(STUDY);
        assertEquals(List.of("archive", "other"), destinationsOf(STUDY));
        add("archive", FakeDestination.thatTakesAll());
        await("delivered", () -> count("archive", State.DELIVERED) == 1);
    }

    @Test
    void aDestinationThatIsAwayGetsWhatItsLastFilterTakes() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "MR", 1, Map.of());
        add("other", FakeDestination.thatTakesAll());
        for (String filter : List.of("(Modality=CT)", "(Modality=MR)")) {
            engine.removeDestination(addFiltered("archive", filter));
        }
        engine.complete(STUDY);
        engine.complete("2.25.2");
        assertEquals(List.of("other"), destinationsOf(STUDY));
        assertEquals(List.of("archive", "other"), destinationsOf("2.25.2"));
        assertEquals("(Modality=MR)", view("archive").filter());
    }

    @Test
    void aDestinationWhoseConfigurationIsBrokenGetsWhatItsLastGoodFilterTakes() throws IOException {
        add("other", FakeDestination.thatTakesAll());
        engine.removeDestination(addFiltered("archive", "(Modality=CT)"));
        addFiltered("archive", "(Modality=CT");
        engine.complete(STUDY);
        assertEquals(List.of("archive", "other"), destinationsOf(STUDY));
        assertEquals(DestinationDirectory.State.MISCONFIGURED, view("archive").state());
    }

    @Test
    void studiesAreQueuedForADestinationWhoseFirstConfigurationIsRefused() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "MR", 1, Map.of());
        refuse("archive", "(Modality=MR)");
        assertThrows(IOException.class, () -> engine.complete("2.25.2"), "nobody could deliver it");
        add("other", FakeDestination.thatTakesAll());
        DestinationDirectory.View shown = view("archive");
        assertEquals(DestinationDirectory.State.MISCONFIGURED, shown.state());
        assertEquals("min-free 0: must be 1–9", shown.message());
        assertEquals("(Modality=MR)", shown.filter());
        engine.complete(STUDY);
        engine.complete("2.25.2");
        assertEquals(List.of("other"), destinationsOf(STUDY));
        assertEquals(List.of("archive", "other"), destinationsOf("2.25.2"));
        assertFalse(engine.forget("archive"), "its configuration is there");
        assertTrue(engine.explain("2.25.2").get(0).taken());
        assertEquals(
                new RouteDirectory.RouteView("archive", false, "(Modality=MR)", null),
                engine.routes().get(0));

        refused.clear();
        assertEquals(DestinationDirectory.State.MISSING, view("archive").state(), "it is known from now on");
        addFiltered("archive", "(Modality=MR)");
        await("delivered", () -> count("archive", State.DELIVERED) == 1);
    }

    @Test
    void aRefusedConfigurationCountsWithTheFilterThatStandsInItNow() throws IOException {
        add("other", FakeDestination.thatTakesAll());
        engine.removeDestination(addFiltered("archive", "(Modality=MR)"));
        refuse("archive", "(Modality=CT)");
        engine.complete(STUDY);
        assertEquals(List.of("archive", "other"), destinationsOf(STUDY));
    }

    @Test
    void thatStudiesAreNotQueuedForAFilterThatCannotBeReadIsSaid() throws IOException {
        refuse("archive", "(Modality=CT");
        addFiltered("ward", "(Modality=CT");
        addFiltered("mr", "(Modality=MR)");
        for (String name : List.of("archive", "ward")) {
            assertTrue(
                    String.valueOf(view(name).message()).contains("route:apply"),
                    view(name).message());
        }
        IOException e = assertThrows(IOException.class, () -> engine.complete(STUDY), "one of them might take it");
        assertTrue(String.valueOf(e.getMessage()).endsWith("misconfigured: archive, ward"), e::toString);
        add("other", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(List.of("other"), destinationsOf(STUDY));
        refused.clear();
        addFiltered("archive", "(Modality=CT)");
        assertEquals(List.of("archive"), List.copyOf(engine.apply(STUDY, null).keySet()));
    }

    @Test
    void aDestinationOfWhichAnotherSettingIsWrongGetsWhatItsFilterTakes() throws IOException {
        add("other", FakeDestination.thatTakesAll());
        engine.addDestination(
                FakeDestination.thatTakesAll(),
                Map.of(
                        Destination.NAME, "archive",
                        Destination.FILTER, "(Modality=CT)",
                        Destination.IDENTITY, "original",
                        Destination.BANDWIDTH, "fast"));
        assertEquals(DestinationDirectory.State.MISCONFIGURED, view("archive").state());
        engine.complete(STUDY);
        assertEquals(List.of("archive", "other"), destinationsOf(STUDY));
        assertEquals(
                IdentityMode.ORIGINAL,
                queue.ofStudy(STUDY).stream()
                        .filter(one -> one.destination().equals("archive"))
                        .map(DeliveryRecord::identity)
                        .findFirst()
                        .orElseThrow(),
                "as its configuration says, or it would go without identity");
    }

    private void refuse(String name, String filter) {
        refused.add(new Failed(
                "com.example", Map.of(Destination.NAME, name, Destination.FILTER, filter), "min-free 0: must be 1–9"));
    }

    @Test
    void aDestinationIsKnownAfterARestart() throws IOException {
        addFiltered("ct", "(Modality=CT)");
        addFiltered("mr", "(Modality=MR)");
        add("all", FakeDestination.thatTakesAll());
        engine.close();
        engine = engine();
        add("other", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(List.of("all", "ct", "other"), destinationsOf(STUDY));
        assertEquals(DestinationDirectory.State.MISSING, view("mr").state());
    }

    @Test
    void aMissingDestinationGetsNothingMoreOnceItIsForgotten() throws IOException {
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        add("other", FakeDestination.thatTakesAll());
        assertFalse(engine.forget("archive"), "it is there");
        engine.removeDestination(archive);
        assertTrue(String.valueOf(view("archive").message()).contains("destination:forget"));
        assertTrue(engine.forget("archive"));
        assertFalse(engine.forget("archive"));
        engine.complete(STUDY);
        assertEquals(List.of("other"), destinationsOf(STUDY));
        engine.close();
        engine = engine();
        assertEquals(
                List.of("other"),
                engine.destinations().stream()
                        .map(DestinationDirectory.View::name)
                        .toList());
    }

    @Test
    void aDamagedLineCostsNoOtherKnownDestination() throws IOException {
        engine.close();
        Files.writeString(folder.resolve(KnownDestinations.FILE), "archive \nDAMAGED (x=\nct (Modality=CT)\n\n");
        engine = engine();
        assertEquals(
                List.of("archive", "ct"),
                engine.destinations().stream()
                        .map(DestinationDirectory.View::name)
                        .toList());
    }

    @Test
    void aStudyThatNoFilterTakesIsCompletedIntoNowhere() throws IOException {
        addFiltered("mr", "(Modality=MR)");
        engine.complete(STUDY);
        assertEquals(List.of(), queue.ofStudy(STUDY));
    }

    @Test
    void anUnknownStudyIsNothingToComplete() throws IOException {
        engine.complete("2.25.999");
        assertEquals(Map.of(), queue.counts(Set.of()));
    }

    @Test
    void aQueueThatIsAwayFailsTheCompletion() {
        add("archive", FakeDestination.thatTakesAll());
        queue.away = true;
        assertThrows(IOException.class, () -> engine.complete(STUDY));
    }

    // ---- persons

    @Test
    void aPausedDestinationIsHandedNothingAndStaysPausedOverARestart() throws IOException {
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        assertTrue(engine.pause("archive"));
        engine.complete(STUDY);
        assertEquals(DestinationDirectory.State.PAUSED, view("archive").state());
        engine.close();
        engine = engine();
        assertTrue(String.valueOf(view("archive").message()).contains("destination:resume"), "said while it is away");
        archive = add("archive", archive);
        assertEquals(DestinationDirectory.State.PAUSED, view("archive").state());
        engine.complete(STUDY);
        assertEquals(List.of(), archive.handed);
        assertEquals(2, count("archive", State.WAITING), "it is queued for all the same");
        assertTrue(engine.wake("archive"));
        assertEquals(DestinationDirectory.State.PAUSED, view("archive").state(), "a person's word stands");
        assertTrue(engine.resume("archive"));
        await("delivered", () -> count("archive", State.DELIVERED) == 2);
        assertEquals(DestinationDirectory.State.ACTIVE, view("archive").state());
        assertFalse(engine.pause("elsewhere"));
        assertFalse(engine.drain("elsewhere"));
    }

    @Test
    void aDrainedDestinationEndsItsQueueAndGetsNothingNew() throws IOException {
        add("archive", FakeDestination.thatTakesAll());
        engine.pause("archive");
        engine.complete(STUDY);
        engine.drain("archive");
        awaitEnd(1, State.DELIVERED);
        assertEquals(DestinationDirectory.State.DRAINING, view("archive").state());
        IOException e = assertThrows(IOException.class, () -> engine.complete(STUDY), "it would go nowhere");
        assertTrue(String.valueOf(e.getMessage()).contains("drained"), e::toString);
        add("other", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        assertEquals(List.of("archive", "other"), destinationsOf(STUDY), "the first of before, the second of now");
        engine.resume("archive");
        engine.complete(STUDY);
        assertEquals(List.of("archive", "archive", "other", "other"), destinationsOf(STUDY));
    }

    @Test
    void aDamagedModeIsTakenAsPaused() throws IOException {
        engine.close();
        Files.writeString(folder.resolve(Modes.FILE), "archive PAU\nward DRAINING\n\n");
        engine = engine();
        add("archive", FakeDestination.thatTakesAll());
        add("ward", FakeDestination.thatTakesAll());
        assertEquals(DestinationDirectory.State.PAUSED, view("archive").state());
        assertEquals(DestinationDirectory.State.DRAINING, view("ward").state());
    }

    @Test
    void aForgottenDestinationIsNoLongerPausedWhenItComesBack() throws IOException {
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        engine.pause("archive");
        engine.removeDestination(archive);
        assertTrue(engine.forget("archive"));
        add("archive", archive);
        assertEquals(DestinationDirectory.State.ACTIVE, view("archive").state());
    }

    @Test
    void aDeliveryThatAPersonEndsIsInterruptedAndItsOutcomeDoesNotCount() throws IOException {
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            try {
                new CountDownLatch(1).await();
            } catch (InterruptedException e) {
                return DeliveryOutcome.delivered("after all");
            }
            return DeliveryOutcome.later("never reached");
        }));
        engine.complete(STUDY);
        await("it runs", () -> archive.running.get() == 1);
        queue.cancel(1, "by ann");
        assertTrue(engine.interrupt(1));
        await("it ends", () -> running(1) == 0);
        assertEquals(State.CANCELLED, queue.get(1).state());
        assertEquals("by ann", queue.get(1).reason());
        assertFalse(engine.interrupt(1));
        assertFalse(queue.calledInterrupted);
    }

    // ---- what was taken out

    /** A study of two series, of three images. */
    private void twoSeries() {
        index.add("2.25.6", "2.25.6.1", "2.25.6.1.1", "CT", 1, Map.of());
        index.add("2.25.6", "2.25.6.1", "2.25.6.1.2", "CT", 1, Map.of());
        index.add("2.25.6", "2.25.6.2", "2.25.6.2.1", "CT", 1, Map.of());
    }

    private static List<String> images(Delivery delivery) {
        return delivery.instances().stream()
                .map(DeliveryInstance::sopInstanceUid)
                .toList();
    }

    @Test
    void aDeliveryGoesWithoutTheSeriesThatWereTakenOutAndTheyDoNotCountAsAccepted() throws IOException {
        twoSeries();
        // Neither may a series that does not go keep the others from going.
        index.heldEarlier = Set.of("2.25.6.1.2");
        FakeDestination archive = FakeDestination.thatTakesAll();
        archive.replaces = false;
        queue.add("2.25.6", "archive", IdentityMode.PSEUDONYMOUS);
        queue.leaveOut(1, Set.of("2.25.6.1"));
        add("archive", archive);
        awaitEnd(1, State.DELIVERED);
        assertEquals(List.of("2.25.6.2.1"), images(archive.handed.get(0)));
        assertEquals(1, archive.handed.get(0).study().series());
        assertEquals(Map.of(1L, List.of("2.25.6.2.1")), queue.accepted);
    }

    @Test
    void aSeriesThatIsTakenOutOfWhatRunsBreaksItOffAndTheRestGoes() throws IOException {
        twoSeries();
        pauses = new RetryPauses(3, Duration.ZERO, Duration.ofHours(1));
        restart(LONG);
        CountDownLatch never = new CountDownLatch(1);
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            if (delivery.instances().size() == 3) {
                never.await();
            }
            return DeliveryOutcome.delivered("the rest");
        }));
        engine.complete("2.25.6");
        await("it runs", () -> archive.running.get() == 1);
        queue.leaveOut(1, Set.of("2.25.6.2"));
        assertTrue(engine.interrupt(1));
        assertEquals("the rest", awaitEnd(1, State.DELIVERED).reason());
        assertEquals(List.of("2.25.6.1.1", "2.25.6.1.2"), images(archive.handed.get(1)));
        assertEquals(Map.of(1L, List.of("2.25.6.1.1", "2.25.6.1.2")), queue.accepted);
    }

    @Test
    void aDestinationIsShownWithItsSettingsQueueAndProgress() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        FakeDestination archive = new FakeDestination(delivery -> {
            delivery.progress(1, 60);
            go.await();
            return DeliveryOutcome.delivered("receipt");
        });
        engine.addDestination(archive, Map.of(Destination.NAME, "archive", Destination.BANDWIDTH, "2M"));
        engine.complete(STUDY);
        engine.complete(STUDY);
        await("progress", () -> detail("archive").running().stream().anyMatch(r -> r.bytesDone() == 60));
        DestinationDirectory.Detail detail = detail("archive");
        assertEquals("2000000 bytes/s", detail.settings().get(Destination.BANDWIDTH));
        assertEquals("6h", detail.settings().get(Destination.TIME_LIMIT));
        assertEquals("10m", detail.settings().get(Destination.BREAKER_PAUSE), "six times the first pause");
        assertEquals(Map.of(State.RUNNING, 1L, State.WAITING, 1L), detail.queue());
        assertEquals(List.of(new DestinationDirectory.Running(1, STUDY, 1, NOW, 1, 1, 60, 100)), detail.running());
        assertEquals(0, detail.abandoned());
        go.countDown();
        assertTrue(engine.destination("elsewhere").isEmpty());
    }

    @Test
    void aProbeIsAnsweredWithinItsTimeWhateverTheDestinationDoes() throws IOException {
        restart(LONG);
        CountDownLatch go = new CountDownLatch(1);
        FakeDestination archive = add("archive", FakeDestination.thatTakesAll());
        archive.health = () -> ProbeResult.reachable("well\u001b[2J");
        assertEquals(Optional.of(ProbeResult.reachable("well [2J")), engine.probe("archive"));
        archive.health = () -> {
            throw new IllegalStateException("DOE^JANE");
        };
        assertEquals(
                Optional.of(ProbeResult.unreachable("failed with IllegalStateException")), engine.probe("archive"));
        archive.health = () -> {
            throw new NoClassDefFoundError("DOE^JANE");
        };
        assertEquals(Optional.of(ProbeResult.unreachable("failed with NoClassDefFoundError")), engine.probe("archive"));
        restart(PATIENCE);
        add("archive", archive);
        archive.health = () -> {
            awaitUninterruptibly(go);
            return ProbeResult.reachable("late");
        };
        assertEquals(Optional.of(ProbeResult.unreachable("no answer within 0 s")), engine.probe("archive"));
        assertEquals(1, detail("archive").abandoned());
        assertTrue(String.valueOf(view("archive").message()).contains("keeps a thread"));
        assertEquals(Optional.of(ProbeResult.unreachable("another probe has not ended yet")), engine.probe("archive"));
        go.countDown();
        await("the thread comes back", () -> abandoned("archive") == 0);
        archive.health = () -> ProbeResult.reachable("well");
        await("asked again", () -> engine.probe("archive").equals(Optional.of(ProbeResult.reachable("well"))));
        assertEquals(Optional.empty(), engine.probe("elsewhere"));
    }

    // ---- settings

    @Test
    void whatIsReadIsSlowedDownToTheBandwidth() throws IOException {
        index.add("2.25.3", 50_000);
        FakeDestination archive = new FakeDestination(delivery -> {
            try (InputStream in = delivery.instances().get(0).open()) {
                return DeliveryOutcome.delivered(in.readAllBytes().length + " bytes");
            }
        });
        engine.addDestination(archive, Map.of(Destination.NAME, "archive", Destination.BANDWIDTH, "100k"));
        long begin = System.nanoTime();
        engine.complete("2.25.3");
        assertEquals("50000 bytes", awaitEnd(1, State.DELIVERED).reason());
        long millis = TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - begin);
        assertTrue(millis >= 350, millis + " ms for half a second's worth, less a burst");
    }

    @Test
    void outsideItsWindowNothingIsBegun() throws IOException {
        FakeDestination closed = FakeDestination.thatTakesAll();
        FakeDestination open = FakeDestination.thatTakesAll();
        engine.addDestination(closed, Map.of(Destination.NAME, "closed", Destination.WINDOW, "22:00-06:00"));
        engine.addDestination(open, Map.of(Destination.NAME, "open", Destination.WINDOW, "22:00-06:00, 12:00-12:01"));
        engine.complete(STUDY);
        await("the open one", () -> count("open", State.DELIVERED) == 1);
        assertEquals(List.of(), closed.handed);
        assertEquals("waits for its window 22:00-06:00", view("closed").message());
        assertEquals(DestinationDirectory.State.ACTIVE, view("closed").state());
    }

    @Test
    void afterFailuresInARowOneAtATimeIsTriedUntilItWorks() throws IOException {
        engine.close();
        pauses = new RetryPauses(3, Duration.ofMillis(20), Duration.ofHours(1));
        engine = engine();
        AtomicBoolean down = new AtomicBoolean(true);
        CountDownLatch counted = new CountDownLatch(1);
        FakeDestination archive = new FakeDestination(delivery -> {
            if (isBroken("archive")) {
                // However late this test looks, no more trials are made until it has counted.
                counted.await();
            }
            return down.get()
                    ? new DeliveryOutcome.Later("down", Duration.ofHours(1))
                    : DeliveryOutcome.delivered("up");
        });
        // So many that some are left when this test says that it is up.
        for (int i = 0; i < 400; i++) {
            queue.add(STUDY, "archive", IdentityMode.PSEUDONYMOUS);
        }
        engine.addDestination(
                archive, Map.of(Destination.NAME, "archive", Destination.BREAKER, 3, Destination.CONCURRENCY, 2));
        await("it breaks", () -> isBroken("archive"));
        int before = archive.handed.size();
        assertTrue(before <= 6, before + " were tried before it broke");
        archive.mostRunning.set(0);
        counted.countDown();
        await("trials", () -> archive.handed.size() >= before + 3);
        assertEquals(1, archive.mostRunning.get(), "one at a time");
        down.set(false);
        await("the others", () -> count("archive", State.WAITING) == 0 && count("archive", State.RUNNING) == 0);
        assertTrue(count("archive", State.DELIVERED) >= 10);
        assertEquals(null, view("archive").message());
    }

    private boolean isBroken(String name) {
        return String.valueOf(view(name).message()).contains("deliveries failed in a row");
    }

    /** By the settings of all it would be tried again after ten minutes. */
    @Test
    void theBreakersPauseIsTheDestinationsOwn() throws IOException {
        FakeDestination archive =
                new FakeDestination(delivery -> new DeliveryOutcome.Later("down", Duration.ofHours(1)));
        for (int i = 0; i < 4; i++) {
            queue.add(STUDY, "archive", IdentityMode.PSEUDONYMOUS);
        }
        long begin = System.nanoTime();
        engine.addDestination(
                archive, Map.of(Destination.NAME, "archive", Destination.BREAKER, 1, Destination.BREAKER_PAUSE, "1s"));
        await("three trials", () -> archive.handed.size() >= 3);
        assertTrue(System.nanoTime() - begin >= Duration.ofSeconds(2).toNanos(), "two pauses lie between");
        assertEquals("1s", detail("archive").settings().get(Destination.BREAKER_PAUSE));
    }

    @Test
    void aDeliveryThatFailsForLongerThanItMayIsParked() throws IOException {
        queue.failing = NOW.minus(Duration.ofDays(3));
        queue.add(STUDY, "archive", IdentityMode.PSEUDONYMOUS);
        queue.add(STUDY, "patient", IdentityMode.PSEUDONYMOUS);
        FakeDestination busy = new FakeDestination(delivery -> DeliveryOutcome.later("busy"));
        engine.addDestination(busy, Map.of(Destination.NAME, "archive", Destination.GIVE_UP_AFTER, "72h"));
        engine.addDestination(busy, Map.of(Destination.NAME, "patient", Destination.GIVE_UP_AFTER, "73h"));
        assertEquals("given up after 3d: busy", awaitEnd(1, State.PARKED).reason());
        awaitEnd(2, State.RETRYING);
    }

    @Test
    void urgentStudiesAreOrderedBeforeOthers() throws IOException {
        index.add("2.25.2", "2.25.20", "2.25.200", "MR", 1, Map.of());
        engine.addDestination(
                FakeDestination.thatTakesAll(),
                Map.of(Destination.NAME, "archive", Destination.PRIORITY, "2", Destination.URGENT, "(Modality=MR)"));
        engine.complete(STUDY);
        engine.complete("2.25.2");
        assertEquals(
                List.of(2, 9),
                queue.orders.stream().map(DeliveryQueue.Order::priority).toList());
    }

    // ---- calls that do not end

    @Test
    void aCallWithoutProgressIsInterruptedAndTriedAgain() throws IOException {
        restart(LONG);
        FakeDestination archive = new FakeDestination(delivery -> {
            new CountDownLatch(1).await();
            return DeliveryOutcome.later("never reached");
        });
        engine.addDestination(archive, Map.of(Destination.NAME, "archive", Destination.TIME_LIMIT, "1s"));
        engine.complete(STUDY);
        assertEquals(
                "made no progress for 1s and was interrupted",
                awaitEnd(1, State.RETRYING).reason());
        assertEquals(0, abandoned("archive"));
        assertFalse(queue.calledInterrupted);
    }

    @Test
    void aCallThatMakesProgressMayTakeItsTime() throws IOException {
        index.add("2.25.3", 5_000);
        long begin = System.nanoTime();
        FakeDestination archive = new FakeDestination(delivery -> {
            try (InputStream in = delivery.instances().get(0).open()) {
                return DeliveryOutcome.delivered(in.readAllBytes().length + " bytes");
            }
        });
        engine.addDestination(
                archive,
                Map.of(Destination.NAME, "archive", Destination.TIME_LIMIT, "4s", Destination.BANDWIDTH, "1k"));
        engine.complete("2.25.3");
        assertEquals("5000 bytes", awaitEnd(1, State.DELIVERED).reason());
        assertTrue(System.nanoTime() - begin > Duration.ofMillis(4_500).toNanos());
        assertEquals(1, archive.handed.size());
    }

    @Test
    void aCallThatIgnoresItsInterruptIsAbandonedCountedAndItsLateAnswerIgnored() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        List<String> lateReads = new CopyOnWriteArrayList<>();
        FakeDestination archive = new FakeDestination(delivery -> {
            if (delivery.id() != 1) {
                return DeliveryOutcome.delivered("the next one");
            }
            try (InputStream in = delivery.instances().get(0).open()) {
                awaitUninterruptibly(go);
                in.read();
            } catch (IOException e) {
                lateReads.add(String.valueOf(e.getMessage()));
            }
            return DeliveryOutcome.delivered("late");
        });
        engine.addDestination(archive, Map.of(Destination.NAME, "archive", Destination.TIME_LIMIT, "4s"));
        engine.complete(STUDY);
        engine.complete(STUDY);
        await(
                "abandoned, and its claim is released",
                () -> abandoned("archive") == 1 && queue.get(1).state() == State.RETRYING);
        assertTrue(String.valueOf(view("archive").message()).contains("1 call did not end"));
        assertTrue(String.valueOf(queue.get(1).reason()).contains("its thread is lost"));
        await("the next one has a hand free", () -> archive.handed.size() == 2);
        go.countDown();
        await("its thread comes back", () -> abandoned("archive") == 0);
        assertEquals(State.RETRYING, queue.get(1).state(), "its late answer does not count");
        assertEquals(List.of("the delivery has ended"), lateReads);
    }

    /** By its limit alone it would look well for six hours. */
    @Test
    void aCallWithoutProgressIsToldLongBeforeItIsInterrupted() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        engine.addDestination(
                new FakeDestination(delivery -> {
                    go.await();
                    return DeliveryOutcome.delivered("late, but in time");
                }),
                Map.of(Destination.NAME, "archive", Destination.CONCURRENCY, 2));
        engine.complete(STUDY);
        await("told of one", () -> String.valueOf(view("archive").message())
                .matches("1 call has made no progress for \\d+ s"));
        assertEquals(DestinationDirectory.State.ACTIVE, view("archive").state());
        engine.complete(STUDY);
        await("told of both", () -> String.valueOf(view("archive").message())
                .matches("2 calls have made no progress for up to \\d+ s"));
        go.countDown();
        awaitEnd(1, State.DELIVERED);
        awaitEnd(2, State.DELIVERED);
        assertEquals(null, view("archive").message());
    }

    @Test
    void threadsThatAPluginLeavesRunningAreCountedAlsoAfterItWasReplaced() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            for (int i = 0; i < 3; i++) {
                new Thread(() -> awaitUninterruptibly(go), "leaked-" + i).start();
            }
            return DeliveryOutcome.delivered("and left three threads");
        }));
        add("other", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        await("both", () -> count("archive", State.DELIVERED) == 1 && count("other", State.DELIVERED) == 1);
        assertEquals(3, detail("archive").pluginThreads());
        assertEquals(0, detail("other").pluginThreads());
        engine.removeDestination(archive);
        assertEquals(3, detail("archive").pluginThreads());
        add("archive", FakeDestination.thatTakesAll());
        assertEquals(3, detail("archive").pluginThreads());
        go.countDown();
        await("they end", () -> detail("archive").pluginThreads() == 0);
    }

    /** Nor those that the bus starts for whoever tells it something. */
    @Test
    void threadsOfTheGatewaysOwnAreNotCountedAsThePlugins() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        CountDownLatch posted = new CountDownLatch(2);
        engine.setEventAdmin(bus(event -> {
            new Thread(() -> awaitUninterruptibly(go), "event").start();
            posted.countDown();
        }));
        FakeDestination archive = FakeDestination.thatTakesAll();
        archive.health = () -> {
            awaitUninterruptibly(go);
            return ProbeResult.reachable("late");
        };
        add("archive", archive);
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        assertTrue(awaitLatch(posted), "state and delivery are told");
        assertEquals(Optional.of(ProbeResult.unreachable("no answer within 0 s")), engine.probe("archive"));
        assertEquals(0, detail("archive").pluginThreads());
        assertEquals(1, abandoned("archive"));
        go.countDown();
        await("the probe's thread comes back", () -> abandoned("archive") == 0);
    }

    /** The JDK would print it to the console, where the log's rules do not hold. */
    @Test
    void whatAPluginsOwnThreadThrowsIsNotPrinted() throws IOException, InterruptedException {
        List<Thread> started = new CopyOnWriteArrayList<>();
        add("archive", new FakeDestination(delivery -> {
            Thread thread = new Thread(() -> {
                throw new IllegalStateException("DOE^JANE");
            });
            started.add(thread);
            thread.start();
            thread.join();
            return DeliveryOutcome.delivered("receipt");
        }));
        PrintStream before = System.err;
        ByteArrayOutputStream printed = new ByteArrayOutputStream();
        System.setErr(new PrintStream(printed, true, StandardCharsets.UTF_8));
        try {
            engine.complete(STUDY);
            awaitEnd(1, State.DELIVERED);
        } finally {
            System.setErr(before);
        }
        assertEquals(1, started.size());
        String text = printed.toString(StandardCharsets.UTF_8);
        assertTrue(text.contains("a thread of destination archive ended with java.lang.IllegalStateException"), text);
        assertFalse(text.contains("DOE^JANE"), text);
    }

    @Test
    void aDestinationThatLosesEveryThreadIsStopped() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        FakeDestination archive = new FakeDestination(delivery -> {
            awaitUninterruptibly(go);
            return DeliveryOutcome.delivered("late");
        });
        engine.addDestination(
                archive,
                Map.of(
                        Destination.NAME,
                        "archive",
                        Destination.TIME_LIMIT,
                        "3s",
                        Destination.BREAKER,
                        0,
                        Destination.CONCURRENCY,
                        8));
        for (int i = 0; i < 40; i++) {
            engine.complete(STUDY);
        }
        await("stopped", () -> view("archive").state() == DestinationDirectory.State.STOPPED);
        assertTrue(abandoned("archive") >= 8, "threads lost: " + abandoned("archive"));
        // A hand that is free before the eighth thread is lost begins one more.
        assertTrue(archive.handed.size() <= 8 + 7, "begun: " + archive.handed.size());
        go.countDown();
        await("it goes on", () -> count("archive", State.WAITING) == 0);
    }

    @Test
    void anAnswerAfterItsRemovalDoesNotCountAndItsThreadIsShown() throws IOException {
        CountDownLatch go = new CountDownLatch(1);
        FakeDestination archive = add("archive", new FakeDestination(delivery -> {
            awaitUninterruptibly(go);
            return DeliveryOutcome.delivered("from the grave");
        }));
        engine.complete(STUDY);
        await("it runs", () -> archive.running.get() == 1);
        engine.removeDestination(archive);
        assertEquals(State.WAITING, queue.get(1).state());
        add("archive", new FakeDestination(delivery -> DeliveryOutcome.delivered("of the new one")));
        assertEquals("of the new one", awaitEnd(1, State.DELIVERED).reason());
        assertEquals(1, detail("archive").abandoned());
        go.countDown();
        await("its thread comes back", () -> abandoned("archive") == 0);
        assertEquals("of the new one", queue.get(1).reason());
    }

    // ---- events

    @Test
    void whatHappensIsToldOnTheBusWithoutIdentityAndOutlivesItsAbsence() throws IOException {
        List<Event> events = new CopyOnWriteArrayList<>();
        EventAdmin bus = bus(events::add);
        engine.setEventAdmin(bus);
        FakeDestination archive = add("archive", new FakeDestination(delivery -> DeliveryOutcome.later("busy")));
        engine.complete(STUDY);
        awaitEnd(1, State.RETRYING);
        archive.answer = delivery -> DeliveryOutcome.refused("no project");
        engine.complete(STUDY);
        awaitEnd(2, State.PARKED);
        archive.answer = delivery -> DeliveryOutcome.delivered("receipt");
        engine.complete(STUDY);
        awaitEnd(3, State.DELIVERED);
        engine.pause("archive");
        await("told", () -> topics(events)
                .equals(List.of(
                        "org/sallyport/destination/STATE",
                        "org/sallyport/delivery/RETRYING",
                        "org/sallyport/delivery/PARKED",
                        "org/sallyport/delivery/DELIVERED",
                        "org/sallyport/destination/STATE")));
        Event retrying = events.get(1);
        assertEquals(1L, retrying.getProperty(DeliveryEvents.DELIVERY));
        assertEquals(STUDY, retrying.getProperty(DeliveryEvents.STUDY));
        assertEquals("archive", retrying.getProperty(DeliveryEvents.DESTINATION));
        assertEquals("busy", retrying.getProperty(DeliveryEvents.MESSAGE));
        assertTrue((Long) retrying.getProperty(DeliveryEvents.PAUSE_SECONDS) >= 80);
        assertEquals("PAUSED", events.get(4).getProperty(DeliveryEvents.STATE));

        engine.setEventAdmin(bus(event -> {
            throw new IllegalStateException("the bus is stopped");
        }));
        engine.unsetEventAdmin(bus);
        engine.resume("archive");
        engine.complete(STUDY);
        awaitEnd(4, State.DELIVERED);
        assertEquals(5, events.size());
    }

    private static EventAdmin bus(Consumer<Event> post) {
        return new EventAdmin() {
            @Override
            public void postEvent(Event event) {
                post.accept(event);
            }

            @Override
            public void sendEvent(Event event) {
                throw new AssertionError("would wait for those who hear it");
            }
        };
    }

    private static List<String> topics(List<Event> events) {
        return events.stream().map(Event::getTopic).toList();
    }

    // ---- routes

    @Test
    void aRouteIsExplainedByWhatItsFilterCompared() throws IOException {
        addFiltered("all", "");
        addFiltered("bad", "(Modality=CT");
        addFiltered("ct", "(&(Modality=CT)(!(BodyPartExamined=HEAD))(StudyDescription=*\\(low\\)*))");
        engine.removeDestination(addFiltered("gone", "(Images>=2)"));
        addFiltered("old", "");
        engine.drain("old");
        engine.complete(STUDY);
        List<RouteDirectory.Explanation> explained = engine.explain(STUDY);
        assertEquals(
                List.of("all true", "bad false", "ct false", "gone false", "old false"),
                explained.stream().map(e -> e.destination() + " " + e.taken()).toList());
        assertEquals("it has no filter: it takes every study", explained.get(0).why());
        assertEquals(List.of(1L), explained.get(0).deliveries());
        assertTrue(
                explained.get(1).why().startsWith("misconfigured: filter"),
                explained.get(1).why());
        assertEquals("its filter does not take the study", explained.get(2).why());
        assertEquals(
                List.of(
                        new RouteDirectory.Comparison("(Modality=CT)", "Modality", List.of("CT"), true),
                        new RouteDirectory.Comparison("(BodyPartExamined=HEAD)", "BodyPartExamined", List.of(), false),
                        new RouteDirectory.Comparison(
                                "(StudyDescription=*\\(low\\)*)", "StudyDescription", List.of("Thorax"), false)),
                explained.get(2).comparisons());
        assertEquals(
                List.of(new RouteDirectory.Comparison("(Images>=2)", "Images", List.of("1"), false)),
                explained.get(3).comparisons());
        assertTrue(explained.get(4).why().contains("drained"));
        assertEquals(
                List.of("all true", "bad true", "ct true", "gone false", "old true"),
                engine.routes().stream()
                        .map(r -> r.destination() + " " + r.there())
                        .toList());
        assertThrows(IOException.class, () -> engine.explain("2.25.999"));
    }

    @Test
    void aStudyIsRoutedByAStationThatWasRemovedFromItsImages() throws IOException {
        String study = "2.25.7";
        index.addKeyed(study, "2.25.7.1.1", Map.of(), Set.of(RoutedStudyTest.key("StationName", "CT1")));
        FakeDestination ct1 = addFiltered("ct1", "(StationName=CT1)");
        FakeDestination ct2 = addFiltered("ct2", "(StationName=CT2)");
        assertThrows(IOException.class, () -> engine.complete(study), "without the vault nobody can tell");
        IdentityVault vault = RoutedStudyTest.vault();
        engine.setVault(vault);
        engine.complete(study);
        awaitEnd(1, State.DELIVERED);
        assertEquals("ct1", queue.get(1).destination());
        assertEquals(List.of(), ct2.handed);
        assertFalse(ct1.handed.get(0).study().attributes().containsKey("StationName"), "the destination is not told");
        assertEquals(
                List.of(
                        new RouteDirectory.Comparison("(StationName=CT1)", "StationName", List.of("CT1"), true),
                        new RouteDirectory.Comparison("(StationName=CT2)", "StationName", List.of(), false)),
                engine.explain(study).stream()
                        .flatMap(explained -> explained.comparisons().stream())
                        .toList());
        assertEquals(Map.of(), engine.apply(study, null));
        engine.unsetVault(vault);
        assertThrows(IOException.class, () -> engine.explain(study));
    }

    @Test
    void aStudyIsQueuedForDestinationsThatWereRoutedLater() throws IOException {
        add("archive", FakeDestination.thatTakesAll());
        engine.complete(STUDY);
        awaitEnd(1, State.DELIVERED);
        add("later", FakeDestination.thatTakesAll());
        addFiltered("mr", "(Modality=MR)");
        assertEquals(Map.of("later", List.of(2L)), engine.apply(STUDY, null));
        awaitEnd(2, State.DELIVERED);
        assertEquals(Map.of(), engine.apply(STUDY, null));
        assertThrows(IOException.class, () -> engine.apply("2.25.999", null));
    }

    @Test
    void aStudyIsDeliveredOnceMoreOnRequest() throws IOException {
        FakeDestination mr = addFiltered("mr", "(Modality=MR)");
        assertEquals(List.of(1L), engine.replay(STUDY, "mr", null), "whatever its filter says");
        awaitEnd(1, State.DELIVERED);
        assertEquals(List.of(2L), engine.replay(STUDY, "mr", null));
        awaitEnd(2, State.DELIVERED);
        assertEquals(2, mr.handed.size());
        IOException e = assertThrows(IOException.class, () -> engine.replay(STUDY, "elsewhere", null));
        assertTrue(String.valueOf(e.getMessage()).contains("route:list"));
        addFiltered("bad", "(Modality=CT");
        assertThrows(IOException.class, () -> engine.replay(STUDY, "bad", null));
    }

    private static void awaitUninterruptibly(CountDownLatch latch) {
        boolean done = false;
        while (!done) {
            done = awaitLatch(latch);
            Thread.interrupted();
        }
    }

    private int abandoned(String name) {
        return detail(name).abandoned();
    }

    private DestinationDirectory.Detail detail(String name) {
        try {
            return engine.destination(name).orElseThrow();
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private FakeDestination add(String name, FakeDestination destination) {
        engine.addDestination(destination, Map.of(Destination.NAME, name));
        return destination;
    }

    private FakeDestination addFiltered(String name, String filter) {
        FakeDestination destination = FakeDestination.thatTakesAll();
        engine.addDestination(destination, Map.of(Destination.NAME, name, Destination.FILTER, filter));
        return destination;
    }

    private DeliveryRecord awaitEnd(long id, State state) {
        await("delivery " + id + " " + state, () -> queue.get(id).state() == state && running(id) == 0);
        return queue.get(id);
    }

    /** Until the worker is done with it too. */
    private int running(long id) {
        String name = queue.get(id).destination();
        return engine.destinations().stream()
                .filter(view -> view.name().equals(name))
                .mapToInt(DestinationDirectory.View::running)
                .sum();
    }

    private long count(String destination, State state) {
        try {
            return queue.counts(Set.of()).getOrDefault(destination, Map.of()).getOrDefault(state, 0L);
        } catch (IOException e) {
            throw new AssertionError(e);
        }
    }

    private DestinationDirectory.View view(String name) {
        return engine.destinations().stream()
                .filter(view -> view.name().equals(name))
                .findFirst()
                .orElseThrow();
    }

    private static boolean awaitLatch(CountDownLatch latch) {
        try {
            return latch.await(30, TimeUnit.SECONDS);
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
            return false;
        }
    }
}
