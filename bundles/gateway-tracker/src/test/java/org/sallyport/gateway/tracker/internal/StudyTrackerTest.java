package org.sallyport.gateway.tracker.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.lang.reflect.Proxy;
import java.time.Duration;
import java.time.Instant;
import java.util.ArrayList;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.TreeSet;
import org.jspecify.annotations.Nullable;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Test;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;
import org.sallyport.gateway.api.store.StudyIndex;

/** Time passes when a test says so. */
class StudyTrackerTest {

    private static final Duration TIMEOUT = Duration.ofSeconds(60);
    private static final Duration MOMENT = Duration.ofMillis(1);
    private static final Instant AT = Instant.parse("2026-03-01T12:00:00Z");

    private final Completed completed = new Completed();
    private final Receiving receiving = new Receiving();

    /** Near the end of the range: what {@link System#nanoTime()} counts from is anyone's guess. */
    private long now = Long.MAX_VALUE - TIMEOUT.toNanos() / 2;

    private StudyTracker tracker = newTracker();

    private StudyTracker newTracker() {
        return new StudyTracker(TIMEOUT, receiving, completed, () -> now);
    }

    @AfterEach
    void close() {
        tracker.close();
    }

    private void image(String study, long session) {
        tracker.committed(study, session, AT);
    }

    private void closed(long session, String... studies) {
        tracker.sessionClosed(session, Set.of(studies));
    }

    private void pass(Duration time) {
        now += time.toNanos();
        tracker.look();
    }

    @Test
    void aStudyIsCompleteAfterTheTimeoutAndNotBefore() {
        image("2.25.1", 1);
        closed(1, "2.25.1");
        pass(TIMEOUT.minus(MOMENT));
        assertEquals(List.of(), completed.studies);
        pass(MOMENT);
        assertEquals(List.of("2.25.1"), completed.studies);
        pass(Duration.ofDays(1));
        assertEquals(List.of("2.25.1"), completed.studies, "once");
    }

    @Test
    void eachImageBeginsTheWaitAnew() {
        for (int i = 0; i < 5; i++) {
            image("2.25.1", 1);
            pass(TIMEOUT.minus(MOMENT));
        }
        closed(1, "2.25.1");
        assertEquals(List.of(), completed.studies);
        pass(MOMENT);
        assertEquals(List.of("2.25.1"), completed.studies);
    }

    @Test
    void anOpenAssociationKeepsItsStudiesOpen() {
        image("2.25.1", 1);
        image("2.25.1", 2);
        closed(2, "2.25.1");
        pass(Duration.ofHours(5));
        assertEquals(List.of(), completed.studies);
        closed(1, "2.25.1");
        pass(Duration.ZERO);
        assertEquals(List.of("2.25.1"), completed.studies, "no image has come for long");
    }

    @Test
    void anAssociationThatBringsAnotherStudyDoesNotMatter() {
        image("2.25.1", 1);
        closed(1, "2.25.1");
        image("2.25.2", 2);
        pass(TIMEOUT);
        assertEquals(List.of("2.25.1"), completed.studies);
    }

    @Test
    void lateImagesOpenTheStudyAgain() {
        image("2.25.1", 1);
        closed(1, "2.25.1");
        pass(TIMEOUT);
        image("2.25.1", 2);
        pass(TIMEOUT);
        assertEquals(1, completed.studies.size(), "its association is open");
        closed(2, "2.25.1");
        pass(TIMEOUT);
        assertEquals(List.of("2.25.1", "2.25.1"), completed.studies);
    }

    @Test
    void whatARestartCutOffIsCompletedAfterTheTimeout() {
        receiving.studies.add("2.25.1");
        tracker.compare();
        pass(TIMEOUT.minus(MOMENT));
        assertEquals(List.of(), completed.studies);
        pass(MOMENT);
        assertEquals(List.of("2.25.1"), completed.studies);
    }

    @Test
    void comparingWithTheIndexNeitherProlongsNorShortensTheWait() {
        image("2.25.1", 1);
        receiving.studies.add("2.25.1");
        tracker.compare();
        pass(TIMEOUT);
        assertEquals(List.of(), completed.studies, "its association is open");
        closed(1, "2.25.1");
        image("2.25.2", 2);
        closed(2, "2.25.2");
        receiving.studies.add("2.25.2");
        pass(TIMEOUT.dividedBy(2));
        tracker.compare();
        pass(TIMEOUT.dividedBy(2));
        assertEquals(List.of("2.25.1", "2.25.2"), completed.studies);
    }

    @Test
    void anIndexThatIsAwayIsAskedAgain() {
        receiving.studies.add("2.25.1");
        receiving.failure = new IndexException("away", null);
        tracker.compare();
        receiving.failure = null;
        tracker.compare();
        pass(TIMEOUT);
        assertEquals(List.of("2.25.1"), completed.studies);
    }

    @Test
    void whatCannotBeCompletedIsTriedAgainAfterPausesThatGrowToFiveMinutes() {
        image("2.25.1", 1);
        closed(1, "2.25.1");
        completed.failure = new IndexException("away", null);
        pass(TIMEOUT);
        List<Integer> pauses = new ArrayList<>();
        for (int attempt = 2; attempt < 12; attempt++) {
            int seconds = 0;
            while (completed.attempts < attempt) {
                pass(Duration.ofSeconds(1));
                seconds++;
            }
            pauses.add(seconds);
        }
        assertEquals(List.of(2, 4, 8, 16, 32, 64, 128, 256, 300, 300), pauses);
        completed.failure = null;
        pass(Duration.ofMinutes(5));
        assertEquals(List.of("2.25.1"), completed.studies);
    }

    @Test
    void oneStudyThatCannotBeCompletedDelaysNoOther() {
        for (String study : List.of("2.25.1", "2.25.2", "2.25.3")) {
            image(study, 1);
        }
        closed(1, "2.25.1", "2.25.2", "2.25.3");
        completed.failingStudy = "2.25.2";
        completed.failure = new IndexException("away", null);
        pass(TIMEOUT);
        assertEquals(Set.of("2.25.1", "2.25.3"), Set.copyOf(completed.studies));
    }

    /** The timer would never call again: no study would be complete until a restart. */
    @Test
    void failuresOfAnyKindLeadToAnotherTry() {
        List<Throwable> failures = List.of(
                new IOException("no destination"),
                new IllegalStateException("replaced"),
                new NoClassDefFoundError("bundle is gone"));
        for (Throwable failure : failures) {
            completed.failure = failure;
            image("2.25.1", 1);
            closed(1, "2.25.1");
            pass(TIMEOUT);
            completed.failure = null;
            pass(Duration.ofMinutes(5));
        }
        assertEquals(3, completed.studies.size());
    }

    @Test
    void anImageThatComesWhileCompletingFailsHasItsFullWait() {
        image("2.25.1", 1);
        closed(1, "2.25.1");
        completed.failure = new IndexException("away", null);
        completed.before = () -> {
            image("2.25.1", 2);
            closed(2, "2.25.1");
        };
        pass(TIMEOUT);
        completed.failure = null;
        completed.before = () -> {};
        pass(TIMEOUT.minus(MOMENT));
        assertEquals(List.of(), completed.studies, "more may follow");
        pass(MOMENT);
        assertEquals(List.of("2.25.1"), completed.studies);
    }

    @Test
    void aTimeoutOutsideItsRangeIsNamed() {
        for (int seconds : new int[] {0, -1, 86_401}) {
            IllegalArgumentException e = assertThrows(
                    IllegalArgumentException.class,
                    () -> new StudyTracker(configuration(seconds), receiving, completed).close());
            assertEquals(
                    "study-timeout " + seconds
                            + ": must be 1–86400 seconds (org.sallyport.tracker.cfg, DICOM_STUDY_TIMEOUT)",
                    e.getMessage());
        }
        assertTrue(completed.studies.isEmpty());
    }

    private static TrackerConfiguration configuration(int seconds) {
        return (TrackerConfiguration) Proxy.newProxyInstance(
                TrackerConfiguration.class.getClassLoader(),
                new Class<?>[] {TrackerConfiguration.class},
                (proxy, method, arguments) -> seconds);
    }

    private static final class Completed implements StudyCompletion {

        private final List<String> studies = new ArrayList<>();
        private @Nullable Throwable failure;
        private @Nullable String failingStudy;
        private Runnable before = () -> {};
        private int attempts;

        @Override
        public void complete(String study) throws IOException {
            attempts++;
            before.run();
            Throwable thrown = failingStudy == null || failingStudy.equals(study) ? failure : null;
            if (thrown instanceof IOException e) {
                throw e;
            }
            if (thrown instanceof RuntimeException e) {
                throw e;
            }
            if (thrown instanceof Error e) {
                throw e;
            }
            studies.add(study);
        }
    }

    private static final class Receiving implements StudyIndex {

        private final TreeSet<String> studies = new TreeSet<>();
        private @Nullable IndexException failure;

        @Override
        public Set<String> heldEarlier(String study, int part) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StoredInstance> loose(String studyInstanceUid) {
            return List.of();
        }

        @Override
        public List<StudyRecord> receiving() throws IndexException {
            if (failure != null) {
                throw failure;
            }
            return studies.stream()
                    .map(study -> new StudyRecord(
                            study, "ANON-1", null, null, Set.of("CT"), "SCANNER", 1, 1, 1, 0, 1, 0, AT, AT))
                    .toList();
        }

        @Override
        public List<StudyRecord> newest(int limit) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Optional<StudyRecord> study(String study) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StoredInstance> instances(String study) {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StoredInstance> instances(String study, int part) {
            throw new UnsupportedOperationException();
        }

        @Override
        public Totals totals() {
            throw new UnsupportedOperationException();
        }

        @Override
        public List<StoredInstance> conflicts(int limit) {
            throw new UnsupportedOperationException();
        }
    }
}
