package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.Set;
import jdk.jfr.Recording;
import jdk.jfr.consumer.RecordedEvent;
import jdk.jfr.consumer.RecordedFrame;
import jdk.jfr.consumer.RecordingFile;

/**
 * What part of some work a part of its code takes, by samples of what threads do (JDK Flight Recorder).
 *
 * @param whole samples of the work
 * @param part those in which the part was at work
 */
record SampledShare(int whole, int part) {

    private static final String SAMPLE = "jdk.ExecutionSample";
    private static final Duration PERIOD = Duration.ofMillis(10);

    /** What is measured. */
    interface Work {
        void run() throws Exception;
    }

    /**
     * @param whole simple name of the class that the work is done in
     * @param parts simple names of the classes that do the part
     */
    static SampledShare of(Path folder, String whole, Set<String> parts, Work work) throws Exception {
        Path file = folder.resolve("samples.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(SAMPLE).withPeriod(PERIOD);
            recording.start();
            work.run();
            recording.stop();
            recording.dump(file);
        }
        return count(file, SAMPLE, whole, parts);
    }

    /** @param event name of the events whose stack traces are the samples */
    static SampledShare count(Path file, String event, String whole, Set<String> parts) throws IOException {
        int all = 0;
        int within = 0;
        try (RecordingFile samples = new RecordingFile(file)) {
            while (samples.hasMoreEvents()) {
                List<String> classes = classes(samples.readEvent(), event);
                if (classes.contains(whole)) {
                    all++;
                    within += classes.stream().anyMatch(parts::contains) ? 1 : 0;
                }
            }
        }
        return new SampledShare(all, within);
    }

    private static List<String> classes(RecordedEvent event, String name) {
        if (!event.getEventType().getName().equals(name) || event.getStackTrace() == null) {
            return List.of();
        }
        return event.getStackTrace().getFrames().stream()
                .filter(RecordedFrame::isJavaFrame)
                .map(frame -> frame.getMethod().getType().getName())
                .map(type -> type.substring(type.lastIndexOf('.') + 1))
                .toList();
    }

    double percent() {
        return whole == 0 ? 0 : 100.0 * part / whole;
    }
}
