package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Path;
import java.util.Set;
import jdk.jfr.Event;
import jdk.jfr.Name;
import jdk.jfr.Recording;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Samples are counted by the classes on their stack. When the JDK takes one it does not say: these are taken by hand. */
class SampledShareTest {

    private static final String SAMPLE = "org.sallyport.benchmarks.Sample";

    @Name(SAMPLE)
    private static final class Sample extends Event {

        static void take() {
            new Sample().commit();
        }
    }

    /** The part of the work that is looked for. */
    private static final class Part {

        private Part() {}

        static void run() {
            Sample.take();
        }
    }

    /** All of the work. */
    private static final class Whole {

        private Whole() {}

        static void run() {
            Part.run();
            Sample.take();
            Sample.take();
            Sample.take();
        }
    }

    @Test
    void thePartCountsWithinTheWorkOnly(@TempDir Path folder) throws Exception {
        Path file = folder.resolve("samples.jfr");
        try (Recording recording = new Recording()) {
            recording.enable(Sample.class);
            recording.start();
            Whole.run();
            Part.run();
            Sample.take();
            recording.stop();
            recording.dump(file);
        }
        SampledShare share =
                SampledShare.count(file, SAMPLE, "SampledShareTest$Whole", Set.of("SampledShareTest$Part"));
        assertEquals(new SampledShare(4, 1), share);
        assertEquals(25, share.percent());
        assertEquals(
                0,
                SampledShare.count(file, SAMPLE, "Another", Set.of("SampledShareTest$Part"))
                        .percent());
    }
}
