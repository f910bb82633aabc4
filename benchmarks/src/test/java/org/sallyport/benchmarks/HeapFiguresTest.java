package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import java.util.List;
import org.junit.jupiter.api.Test;

class HeapFiguresTest {

    private static final List<String> HEAP_INFO = List.of(
            "4711:",
            " def new generation   total 157248K, used 1000K [0x00000000e0000000, 0x00000000eaaa0000)",
            "  eden space 139776K,   1% used [0x00000000e0000000, 0x00000000e00fa000)",
            " tenured generation   total 349568K, used 50000K [0x00000000eaab0000, 0x0000000100000000)",
            "   the space 349568K,  14% used [0x00000000eaab0000, 0x00000000edb84000)",
            " Metaspace       used 70000K, committed 71000K, reserved 1114112K");

    private static final List<String> THREADS = List.of(
            "4711:",
            "\"delivery-one-1\" #71 prio=5 os_prio=0 cpu=1.20ms waiting on condition",
            "   java.lang.Thread.State: TIMED_WAITING (parking)",
            "\"a name with blanks\" daemon #72 prio=5",
            "\tat java.base@17/jdk.internal.misc.Unsafe.park(Native Method)");

    @Test
    void theHeapInUseIsThatOfBothGenerationsWithoutClasses() throws IOException {
        assertEquals(51_000 * 1024, HeapFigures.parseUsed(HEAP_INFO));
    }

    @Test
    void theHeapOfAnotherCollectorIsNotGuessed() {
        assertThrows(
                IOException.class,
                () -> HeapFigures.parseUsed(List.of(" garbage-first heap   total 524288K, used 50000K [0x0, 0x1)")));
    }

    @Test
    void threadsAreNamedAsTheDumpNamesThem() {
        assertEquals(List.of("delivery-one-1", "a name with blanks"), HeapFigures.parseThreads(THREADS));
    }
}
