package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Path;
import java.time.Duration;
import java.util.Set;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class SampledShareTest {

    private static double sink;

    /** The part of the work that is looked for. */
    static final class Part {

        private Part() {}

        static void spin(Duration time) {
            long end = System.nanoTime() + time.toNanos();
            double x = 1;
            while (System.nanoTime() < end) {
                x = Math.sin(x) + 1;
            }
            sink += x;
        }
    }

    /** All of the work. */
    static final class Whole {

        private Whole() {}

        static void run() {
            Part.spin(Duration.ofMillis(1_500));
        }
    }

    @Test
    void workThatIsAllOfThatPartIsFoundToBe(@TempDir Path folder) throws Exception {
        SampledShare share =
                SampledShare.of(folder, "SampledShareTest$Whole", Set.of("SampledShareTest$Part"), Whole::run);
        assertTrue(share.whole() > 0, "there were samples");
        assertEquals(100, share.percent(), 20);
        assertTrue(sink > 0, "it was worked out");
    }

    @Test
    void workOfOthersDoesNotCount(@TempDir Path folder) throws Exception {
        SampledShare share = SampledShare.of(
                folder,
                "SampledShareTest$Whole",
                Set.of("SampledShareTest$Part"),
                () -> Part.spin(Duration.ofMillis(300)));
        assertEquals(new SampledShare(0, 0), share);
        assertEquals(0, share.percent());
    }
}
