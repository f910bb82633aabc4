package org.sallyport.gateway.testkit;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertNotNull;
import static org.junit.jupiter.api.Assertions.assertTrue;
import static org.junit.jupiter.api.Assertions.fail;
import static org.junit.jupiter.api.Assumptions.assumeTrue;

import java.io.IOException;
import java.lang.management.ManagementFactory;
import java.nio.charset.StandardCharsets;
import java.time.Duration;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Objects;
import java.util.Set;
import java.util.concurrent.CopyOnWriteArrayList;
import java.util.concurrent.CountDownLatch;
import java.util.concurrent.ExecutionException;
import java.util.concurrent.FutureTask;
import java.util.concurrent.TimeUnit;
import java.util.concurrent.TimeoutException;
import java.util.concurrent.atomic.AtomicBoolean;
import java.util.concurrent.locks.LockSupport;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.DeliveryOutcome.Delivered;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.api.ProbeResult;

/**
 * What the gateway relies on in every {@link Destination}. A vendor extends this class beside the tests of the plug-in's own, gives it the
 * destination with a receiver that is empty, and a way to see what the receiver has; every test starts with a fresh pair.
 */
public abstract class DestinationContract {

    /** Time for the destination to answer a probe, and to end after an interrupt. */
    private static final Duration SOON = Duration.ofSeconds(10);

    private static final Duration LONGEST = Duration.ofMinutes(2);
    private static final int HUGE = 128 << 20;
    private static final long LOOK_NANOS = 20_000_000;

    /** So many looks at a thread that stands where it stood: it waits. */
    private static final int STILL = 25;

    /** For deliveries to meet: one that does them one after another may do so. */
    private static final long MEETING_SECONDS = 5;

    /** Threads that the JDK or the test runner keeps. */
    private static final List<String> NOT_OF_THE_PLUG_IN = List.of(
            "ForkJoinPool.commonPool", "Common-Cleaner", "process reaper", "junit", "surefire", "Attach", "JFR");

    private final Set<Thread> before = new HashSet<>();
    private final List<FakeDelivery> handedOver = new CopyOnWriteArrayList<>();
    private final Printed printed = new Printed();
    private @Nullable Destination opened;
    private @Nullable Destination silent;

    /**
     * A SOP Instance that the receiver has.
     *
     * @param sha256 of its Part 10 file, in lower-case hexadecimal digits; null if the receiver keeps another form
     */
    public record Received(String sopInstanceUid, @Nullable String sha256) {}

    /** The destination, as its component would register it, with an empty receiver. Called once for each test. */
    protected abstract Destination open() throws Exception;

    /** What happens when the service goes: ends the destination's threads and connections. */
    protected abstract void close(Destination destination) throws Exception;

    /** What the receiver has now, one for each copy; an instance that it holds twice stands in the list twice. */
    protected abstract List<Received> received() throws Exception;

    /** Makes the receiver unreachable, for the rest of the test. @return false if that cannot be done here; the test is skipped */
    protected boolean breakReceiver() throws Exception {
        return false;
    }

    /**
     * Another destination, with a receiver that can be reached and never answers, and with time limits as short as its settings allow: they are waited
     * for. Called after {@link #open}, once in a test; both are closed.
     *
     * @return null if that cannot be done here; the test is skipped
     */
    protected @Nullable Destination openSilent() throws Exception {
        return null;
    }

    /** What the destination has for whatever is to end soon. */
    Duration soon() {
        return SOON;
    }

    /** What it has for whatever is to end by itself. */
    Duration longest() {
        return LONGEST;
    }

    @BeforeEach
    void openDestination() throws Exception {
        before.addAll(Thread.getAllStackTraces().keySet());
        printed.begin();
        opened = open();
    }

    @AfterEach
    void closeDestination() throws Exception {
        try {
            if (silent != null) {
                close(silent);
            }
            if (opened != null) {
                close(opened);
            }
            // What holds threads may hang on them.
            silent = null;
            opened = null;
            assertNoThreadsLeft();
        } finally {
            printed.end();
        }
        for (FakeDelivery delivery : handedOver) {
            assertEquals(List.of(), delivery.violations(), "of " + delivery + ", after its end");
            delivery.identifiers()
                    .firstIn(printed.bytes())
                    .ifPresent(found -> fail("the log tells identity: it holds \"" + found + "\""));
        }
    }

    private void assertNoThreadsLeft() {
        List<String> left = new ArrayList<>();
        long end = System.nanoTime() + soon().toNanos();
        do {
            // The JDK's HTTP client ends its threads when it is collected.
            ManagementFactory.getMemoryMXBean().gc();
            LockSupport.parkNanos(LOOK_NANOS);
            left.clear();
            for (Thread thread : Thread.getAllStackTraces().keySet()) {
                if (thread.isAlive()
                        && !before.contains(thread)
                        && NOT_OF_THE_PLUG_IN.stream()
                                .noneMatch(name -> thread.getName().startsWith(name))) {
                    left.add(thread.getName());
                }
            }
        } while (!left.isEmpty() && System.nanoTime() < end);
        assertEquals(List.of(), left, "threads that live on after the destination was closed");
    }

    @Test
    void everyInstanceArrivesOnce() throws Exception {
        FakeDelivery delivery = FakeDelivery.of(1, 4);
        assertDelivered(delivery);
        assertReceived(delivery);
    }

    @Test
    void lateImagesJoinTheStudy() throws Exception {
        FakeDelivery first = FakeDelivery.of(2, 2);
        FakeDelivery late = first.late(3);
        assertDelivered(first);
        assertDelivered(late);
        assertReceived(first, late);
    }

    @Test
    void studiesStandBesideEachOther() throws Exception {
        FakeDelivery one = FakeDelivery.of(3, 2);
        FakeDelivery other = FakeDelivery.of(4, 2);
        assertDelivered(one);
        assertDelivered(other);
        assertReceived(one, other);
    }

    /** After a power cut, or when the bundle was replaced: nobody knows that it had arrived. */
    @Test
    void theSameDeliveryAgainChangesNothing() throws Exception {
        FakeDelivery delivery = FakeDelivery.of(5, 3);
        assertDelivered(delivery);
        assertDelivered(delivery.again());
        assertReceived(delivery);
    }

    @Test
    void aChangedVersionReplacesOrTheDestinationSaysThatItDoesNot() throws Exception {
        assumeTrue(destination().replacesExisting(), "the destination says that it does not replace");
        FakeDelivery delivery = FakeDelivery.of(6, 2);
        FakeDelivery changed = delivery.changed();
        assertDelivered(delivery);
        assertDelivered(changed);
        List<Received> received = received();
        for (FakeInstance instance : changed.fakes()) {
            assertTrue(
                    received.stream()
                            .anyMatch(one -> one.sopInstanceUid().equals(instance.sopInstanceUid())
                                    && (one.sha256() == null || one.sha256().equals(instance.sha256Hex()))),
                    "the receiver does not have the changed version of " + instance.sopInstanceUid());
        }
    }

    /** A disk that fails under the gateway: nothing torn stays at the receiver, and the next attempt completes it. */
    @Test
    void aStreamThatBreaksOffIsTriedAgain() throws Exception {
        FakeDelivery delivery = FakeDelivery.of(7, 3);
        FakeInstance bad = delivery.fakes().get(2);
        bad.whenRead(bad.length() / 2, () -> {
            throw new IOException("the disk failed");
        });
        End end = deliver(delivery);
        assertTrue(end.isForNow(), () -> "a disk that fails is a failure for now, not " + end);
        assertEquals(List.of(), delivery.violations());
        assertNothingTorn(delivery);
        assertDelivered(delivery.again());
        assertReceived(delivery);
    }

    @Test
    void aFileThatCannotBeOpenedIsTriedAgain() throws Exception {
        FakeDelivery delivery = FakeDelivery.of(8, 2);
        delivery.fakes().get(1).whenRead(0, () -> {
            throw new IOException("the file is damaged");
        });
        End end = deliver(delivery);
        assertTrue(end.isForNow(), () -> "a damaged file is a failure for now, not " + end);
        assertEquals(List.of(), delivery.violations());
        assertDelivered(delivery.again());
        assertReceived(delivery);
    }

    @Test
    void aCancelledDeliveryIsGivenUpSoon() throws Exception {
        FakeDelivery delivery = FakeDelivery.of(9, 50);
        // Whichever is read second, or after it.
        delivery.fakes().subList(1, delivery.fakes().size()).forEach(one -> one.whenRead(1, delivery::cancel));
        End end = deliver(delivery);
        assertTrue(end.isForNow(), () -> "a cancelled delivery is to be tried later, not " + end);
        long begun = delivery.fakes().stream().filter(one -> one.opened() > 0).count();
        assertTrue(begun < 50, begun + " of 100 instances were read, although it was cancelled at the second");
        assertEquals(List.of(), delivery.violations());
        assertNothingTorn(delivery);
        assertDelivered(delivery.again());
        assertReceived(delivery);
    }

    @Test
    void anInterruptEndsADeliverySoon() throws Exception {
        FakeDelivery delivery = FakeDelivery.of(10, 50);
        CountDownLatch reading = new CountDownLatch(1);
        CountDownLatch interrupted = new CountDownLatch(1);
        FakeInstance.Event held = () -> {
            reading.countDown();
            try {
                // Until the interrupt came: it reaches either this wait or what the destination does next.
                if (interrupted.await(longest().toSeconds(), TimeUnit.SECONDS)) {
                    // A store may be slow: a destination that returns while another thread of its own still reads is
                    // found out.
                    TimeUnit.MILLISECONDS.sleep(200);
                }
            } catch (InterruptedException e) {
                Thread.currentThread().interrupt();
            }
        };
        // All but the first: a destination that reads several at a time must not be done before the interrupt comes.
        delivery.fakes().subList(1, delivery.fakes().size()).forEach(one -> one.whenRead(1, held));
        Call call = call(delivery);
        assertTrue(reading.await(longest().toSeconds(), TimeUnit.SECONDS), "no second instance was ever read");
        delivery.cancel();
        call.thread.interrupt();
        interrupted.countDown();
        End end = call.end(soon());
        assertTrue(end.isForNow(), () -> "an interrupted delivery is to be tried later, not " + end);
        assertEquals(List.of(), delivery.violations());
        assertNothingTorn(delivery);
        assertDelivered(delivery.again());
        assertReceived(delivery);
    }

    @Test
    void anInstanceOfAnyLengthPassesWithoutBeingHeld() throws Exception {
        FakeDelivery delivery = FakeDelivery.huge(11, HUGE);
        long atStart = liveBytes();
        List<Long> grown = new ArrayList<>();
        delivery.fakes().get(0).whenRead(HUGE / 4L * 3, () -> grown.add(liveBytes() - atStart));
        assertDelivered(delivery);
        assertReceived(delivery);
        assertFalse(grown.isEmpty(), "it was never read");
        assertTrue(
                grown.get(0) < HUGE / 4,
                () -> "with three quarters of " + (HUGE >> 20) + " MiB read, memory had grown by "
                        + (grown.get(0) >> 20) + " MiB: instances are to be streamed");
    }

    /** What is still reachable, the heap's garbage aside. */
    private static long liveBytes() {
        ManagementFactory.getMemoryMXBean().gc();
        return Runtime.getRuntime().totalMemory() - Runtime.getRuntime().freeMemory();
    }

    @Test
    void severalDeliveriesAtTheSameTime() throws Exception {
        CountDownLatch meeting = new CountDownLatch(4);
        AtomicBoolean nobodyComes = new AtomicBoolean();
        List<FakeDelivery> deliveries = new ArrayList<>();
        List<Call> calls = new ArrayList<>();
        for (int i = 0; i < 4; i++) {
            FakeDelivery delivery = FakeDelivery.of(20 + i, 5);
            delivery.fakes().get(0).whenRead(1, () -> meet(meeting, nobodyComes));
            deliveries.add(delivery);
            calls.add(call(delivery));
        }
        for (Call call : calls) {
            End end = call.end(longest());
            assertTrue(end.outcome instanceof Delivered, end::toString);
            assertEquals(List.of(), call.delivery.violations());
        }
        assertReceived(deliveries.toArray(FakeDelivery[]::new));
    }

    /** Each waits until all have begun, so that they surely run at the same time; once, if the destination does not let them. */
    private static void meet(CountDownLatch meeting, AtomicBoolean nobodyComes) {
        meeting.countDown();
        try {
            if (!nobodyComes.get() && !meeting.await(MEETING_SECONDS, TimeUnit.SECONDS)) {
                nobodyComes.set(true);
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }

    @Test
    void theProbeAnswersInTime() throws Exception {
        ProbeResult result = probe();
        // A receiver may be slow now and then; each answer comes in its time.
        for (int i = 0; i < 5 && result.state() == ProbeResult.State.UNREACHABLE; i++) {
            result = probe();
        }
        assertNotEquals(ProbeResult.State.UNREACHABLE, result.state(), result.text());
    }

    @Test
    void aReceiverThatIsAwayIsSeenAndWaitedFor() throws Exception {
        assumeTrue(breakReceiver(), "the receiver cannot be made unreachable here");
        ProbeResult result = probe();
        assertNotEquals(ProbeResult.State.REACHABLE, result.state(), result.text());
        FakeDelivery delivery = FakeDelivery.of(12, 2);
        End end = deliver(delivery);
        assertTrue(end.isForNow(), () -> "a receiver that is away is a failure for now, not " + end);
        assertEquals(List.of(), delivery.violations());
    }

    @Test
    void aReceiverThatStaysSilentHoldsNothingForEver() throws Exception {
        Destination destination = silent();
        FakeDelivery delivery = FakeDelivery.of(13, 2);
        End end = call(destination, delivery).end(longest());
        assertTrue(end.isForNow(), () -> "a receiver that stays silent is a failure for now, not " + end);
        assertEquals(List.of(), delivery.violations());
        ProbeResult result = probe(destination);
        assertNotEquals(ProbeResult.State.REACHABLE, result.state(), result.text());
    }

    @Test
    void anInterruptEndsTheWaitForASilentReceiver() throws Exception {
        Destination destination = silent();
        FakeDelivery delivery = FakeDelivery.of(14, 2);
        Call call = call(destination, delivery);
        call.awaitStill();
        delivery.cancel();
        call.thread.interrupt();
        End end = call.end(soon());
        assertTrue(end.isForNow(), () -> "an interrupted delivery is to be tried later, not " + end);
        assertEquals(List.of(), delivery.violations());
    }

    private Destination silent() throws Exception {
        Destination destination = openSilent();
        silent = destination;
        assumeTrue(destination != null, "there is no receiver here that stays silent");
        return Objects.requireNonNull(destination);
    }

    private ProbeResult probe() throws Exception {
        return probe(destination());
    }

    private ProbeResult probe(Destination destination) throws Exception {
        FutureTask<ProbeResult> task = new FutureTask<>(destination::probe);
        new Thread(task, "junit-probe").start();
        try {
            ProbeResult result = task.get(soon().toMillis(), TimeUnit.MILLISECONDS);
            assertNotNull(result, "probe() returned null");
            assertTrue(result.text().length() <= DeliveryOutcome.LONGEST_TEXT, "the probe's text is too long");
            return result;
        } catch (ExecutionException e) {
            return ProbeResult.unreachable(String.valueOf(e.getCause()));
        } catch (TimeoutException e) {
            throw new AssertionError("probe() did not answer within " + soon(), e);
        }
    }

    private Destination destination() {
        Destination destination = opened;
        if (destination == null) {
            throw new IllegalStateException("open() gave no destination");
        }
        return destination;
    }

    private End deliver(FakeDelivery delivery) throws Exception {
        return call(delivery).end(longest());
    }

    private Call call(FakeDelivery delivery) {
        return call(destination(), delivery);
    }

    private Call call(Destination destination, FakeDelivery delivery) {
        handedOver.add(delivery);
        return new Call(destination, delivery);
    }

    private void assertDelivered(FakeDelivery delivery) throws Exception {
        End end = deliver(delivery);
        if (!(end.outcome instanceof Delivered delivered)) {
            fail("expected a delivery, not " + end);
            return;
        }
        assertEquals(List.of(), delivery.violations());
        Set<String> manifest = new HashSet<>();
        delivery.fakes().forEach(one -> manifest.add(one.sopInstanceUid()));
        Set<String> unknown = new HashSet<>(delivered.instanceReceipts().keySet());
        unknown.removeAll(manifest);
        assertEquals(Set.of(), unknown, "receipts of instances that are not in the delivery");
    }

    /** Exactly these, each once and unchanged. */
    private void assertReceived(FakeDelivery... deliveries) throws Exception {
        Map<String, Integer> expected = new HashMap<>();
        for (FakeDelivery delivery : deliveries) {
            delivery.fakes().forEach(one -> expected.put(one.sopInstanceUid(), 1));
        }
        Map<String, Integer> actual = new HashMap<>();
        received().forEach(one -> actual.merge(one.sopInstanceUid(), 1, Integer::sum));
        assertEquals(expected, actual, "SOP Instance UIDs at the receiver, and how often");
        assertNothingTorn(deliveries);
    }

    private void assertNothingTorn(FakeDelivery... deliveries) throws Exception {
        Map<String, String> expected = new HashMap<>();
        for (FakeDelivery delivery : deliveries) {
            delivery.fakes().forEach(one -> expected.put(one.sopInstanceUid(), one.sha256Hex()));
        }
        for (Received one : received()) {
            String whole = expected.get(one.sopInstanceUid());
            assertNotNull(whole, () -> "the receiver has " + one.sopInstanceUid() + ", which was not sent");
            if (one.sha256() != null) {
                assertEquals(whole, one.sha256(), "SHA-256 of " + one.sopInstanceUid() + " at the receiver");
            }
        }
    }

    /** How a call ended: an outcome, or what it threw. */
    private record End(
            @Nullable DeliveryOutcome outcome, @Nullable Throwable thrown) {

        boolean isForNow() {
            return thrown != null || outcome instanceof DeliveryOutcome.Later;
        }

        @Override
        public String toString() {
            if (thrown == null) {
                return String.valueOf(outcome);
            }
            StringBuilder text = new StringBuilder();
            for (Throwable one = thrown; one != null && text.length() < 10_000; one = one.getCause()) {
                text.append(one).append('\n');
                for (StackTraceElement line : one.getStackTrace()) {
                    text.append("  at ").append(line).append('\n');
                }
            }
            return text.toString();
        }
    }

    /** One call of deliver, on a thread as the gateway's: its context class loader is not the plug-in's. */
    private static final class Call {

        private final FakeDelivery delivery;
        private final PlantedIdentifiers identifiers;
        private final FutureTask<DeliveryOutcome> task;
        private final Thread thread;

        Call(Destination destination, FakeDelivery delivery) {
            this.delivery = delivery;
            this.identifiers = delivery.identifiers();
            this.task = new FutureTask<>(() -> deliver(destination, delivery));
            this.thread = new Thread(task, "junit-delivery-" + delivery.id());
            thread.setContextClassLoader(ClassLoader.getPlatformClassLoader());
            thread.start();
        }

        private static DeliveryOutcome deliver(Destination destination, FakeDelivery delivery) throws Exception {
            try {
                return destination.deliver(delivery);
            } finally {
                if (Thread.currentThread().getContextClassLoader() != ClassLoader.getPlatformClassLoader()) {
                    delivery.violated("the thread's context class loader was not put back");
                }
                delivery.end();
            }
        }

        /** Until it waits for something, or has ended. */
        void awaitStill() {
            StackTraceElement[] seen = {};
            for (int same = 0; same < STILL && thread.isAlive(); ) {
                LockSupport.parkNanos(LOOK_NANOS);
                StackTraceElement[] now = thread.getStackTrace();
                same = Arrays.equals(seen, now) ? same + 1 : 0;
                seen = now;
            }
        }

        /** Fails if it does not end in time, or if a text tells who the patient is. */
        End end(Duration deadline) throws InterruptedException {
            End end;
            try {
                DeliveryOutcome outcome = task.get(deadline.toMillis(), TimeUnit.MILLISECONDS);
                assertNotNull(outcome, "deliver() returned null");
                end = new End(outcome, null);
            } catch (ExecutionException e) {
                end = new End(null, e.getCause());
            } catch (TimeoutException e) {
                AssertionError late = new AssertionError(delivery + " did not end within " + deadline, e);
                late.setStackTrace(thread.getStackTrace());
                thread.interrupt();
                throw late;
            }
            byte[] told = end.toString().getBytes(StandardCharsets.UTF_8);
            identifiers
                    .firstIn(told)
                    .ifPresent(found -> fail("the outcome or exception tells identity: it holds \"" + found + "\""));
            return end;
        }
    }
}
