package org.sallyport.gateway.tracker.internal;

import java.io.IOException;
import java.time.Duration;
import java.time.Instant;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.Executors;
import java.util.concurrent.ScheduledExecutorService;
import java.util.concurrent.TimeUnit;
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
@Component(service = StudyActivityListener.class, configurationPid = "org.sallyport.tracker")
@Designate(ocd = TrackerConfiguration.class)
public final class StudyTracker implements StudyActivityListener {

    private static final Logger LOG = LoggerFactory.getLogger(StudyTracker.class);
    private static final long LOOK_MILLIS = 250;
    private static final long COMPARE_SECONDS = 60;

    private final StudyIndex index;
    private final StudyCompletion completion;
    private final OpenStudies open;
    private final Map<String, Integer> failures = new HashMap<>();
    private final ScheduledExecutorService timer =
            Executors.newSingleThreadScheduledExecutor(task -> new Thread(task, "study-tracker"));
    private boolean indexFailed;

    @Activate
    public StudyTracker(
            TrackerConfiguration configuration, @Reference StudyIndex index, @Reference StudyCompletion completion) {
        this(timeout(configuration.study$_$timeout()), index, completion);
    }

    StudyTracker(Duration timeout, StudyIndex index, StudyCompletion completion) {
        this.index = index;
        this.completion = completion;
        this.open = new OpenStudies(timeout);
        timer.scheduleWithFixedDelay(this::compare, 0, COMPARE_SECONDS, TimeUnit.SECONDS);
        timer.scheduleWithFixedDelay(this::look, LOOK_MILLIS, LOOK_MILLIS, TimeUnit.MILLISECONDS);
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
        open.received(studyInstanceUid, session, System.nanoTime());
    }

    @Override
    public synchronized void sessionClosed(long session, Set<String> studyInstanceUids) {
        studyInstanceUids.forEach(study -> open.sessionClosed(study, session));
    }

    private void compare() {
        try {
            List<StudyRecord> waiting = index.receiving();
            indexFailed = false;
            synchronized (this) {
                waiting.forEach(study -> open.found(study.studyInstanceUid(), System.nanoTime()));
            }
        } catch (IOException | RuntimeException e) {
            if (!indexFailed) {
                LOG.warn("the index cannot be asked for studies that are being received; asking again every minute", e);
                indexFailed = true;
            }
        }
    }

    private void look() {
        List<String> due;
        synchronized (this) {
            due = open.takeDue(System.nanoTime());
        }
        for (String study : due) {
            try {
                completion.complete(study);
                failures.remove(study);
            } catch (IOException | RuntimeException e) {
                int count = failures.merge(study, 1, Integer::sum);
                if (count == 1) {
                    LOG.warn("study {} cannot be completed yet: {}; trying again", study, e.getMessage());
                }
                synchronized (this) {
                    open.failed(study, count, System.nanoTime());
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
