package org.sallyport.gateway.tracker.internal;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.RejectedExecutionException;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
import java.util.function.LongSupplier;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Deactivate;
import org.osgi.service.component.annotations.Reference;
import org.osgi.service.metatype.annotations.Designate;
import org.sallyport.gateway.api.delivery.StudyCompletion;
import org.sallyport.gateway.api.store.StudyActivityListener;
import org.sallyport.gateway.api.store.StudyIndex;
import org.sallyport.gateway.api.store.StudyIndex.StudyRecord;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Completes studies for which no image came in time. What it knows is rebuilt from the index at start and compared with it every minute, so that
 * nothing depends on an event that was missed. The open studies are guarded by this object's monitor; one thread looks at them.
 */
@Component(service = StudyActivityListener.class, immediate = true, configurationPid = "org.sallyport.tracker")
@Designate(ocd = TrackerConfiguration.class)
public final class StudyTracker implements StudyActivityListener {

    private static final Logger LOG = LoggerFactory.getLogger(StudyTracker.class);
    private static final long LOOK_MILLIS = 250;
    private static final long COMPARE_SECONDS = 60;
    private static final long COMPARE_AFTER_FAILURE_SECONDS = 1;

    /** While the gateway starts an image may come after the first comparison and before the store tells its listeners. */
    private static final long SECOND_COMPARISON_SECONDS = 5;

    private final StudyIndex index;
    private final StudyCompletion completion;
    private final OpenStudies open;
    private final LongSupplier nanoTime;
    private final Map<String, Integer> failures = new HashMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "study-tracker"));
    private boolean indexFailed;

    @Activate
    public StudyTracker(
            TrackerConfiguration configuration, @Reference StudyIndex index, @Reference StudyCompletion completion) {
        this(timeout(configuration.study$_$timeout()), index, completion, System::nanoTime);
        timer.execute(() -> compareAndGoOn(SECOND_COMPARISON_SECONDS));
        timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
    }

    /** Looks only when told. */
    StudyTracker(Duration timeout, StudyIndex index, StudyCompletion completion, LongSupplier nanoTime) {
        this.index = index;
        this.completion = completion;
        this.nanoTime = nanoTime;
        this.open = new OpenStudies(timeout);
    }

    private static Duration timeout(int seconds) {
        if (seconds < 1 || seconds > 86_400) {
            throw new IllegalArgumentException("study-timeout " + seconds
                    + ": must be 1–86400 seconds (org.sallyport.tracker.cfg, DICOM_STUDY_TIMEOUT)");
        }
        return Duration.ofSeconds(seconds);
    }

    @Override
    public synchronized void committed(String studyInstanceUid, long session, Instant at) {
        open.received(studyInstanceUid, session, nanoTime.getAsLong());
    }

    @Override
    public synchronized void sessionClosed(long session, Set<String> studyInstanceUids) {
        studyInstanceUids.forEach(study -> open.sessionClosed(study, session));
    }

    private void compareAndGoOn(long nextSeconds) {
        compare();
        long seconds = indexFailed ? COMPARE_AFTER_FAILURE_SECONDS : nextSeconds;
        try {
            timer.schedule(() -> compareAndGoOn(COMPARE_SECONDS), seconds, TimeUnit.SECONDS);
        } catch (RejectedExecutionException e) {
            LOG.debug("the tracker is being closed");
        }
    }

    /** Asks the index for studies that no event told of. */
    void compare() {
        try {
            List<StudyRecord> waiting = index.receiving();
            indexFailed = false;
            synchronized (this) {
                waiting.forEach(study -> open.found(study.studyInstanceUid(), nanoTime.getAsLong()));
            }
        } catch (IOException | RuntimeException | LinkageError e) {
            if (!indexFailed) {
                LOG.warn("the index cannot be asked for studies that are being received; asking again", e);
                indexFailed = true;
            }
        }
    }

    /** Completes what is due. */
    void look() {
        List<String> due;
        synchronized (this) {
            due = open.takeDue(nanoTime.getAsLong());
        }
        for (String study : due) {
            try {
                completion.complete(study);
                failures.remove(study);
            } catch (IOException | RuntimeException | LinkageError e) {
                // An error that got out would end the timer, and no study would ever be complete again.
                int count = failures.merge(study, 1, Integer::sum);
                if (count == 1) {
                    LOG.warn("study {} cannot be completed yet: {}; trying again", study, e.getMessage());
                }
                synchronized (this) {
                    open.failed(study, count, nanoTime.getAsLong());
                }
            }
        }
    }

    @Deactivate
    void close() {
        timer.shutdownNow();
        try {
            if (!timer.awaitTermination(10, TimeUnit.SECONDS)) {
                LOG.warn("the tracker's thread did not end in time");
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
    }
}
