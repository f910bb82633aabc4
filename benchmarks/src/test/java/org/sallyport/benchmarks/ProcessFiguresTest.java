package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;

import java.io.IOException;
import org.junit.jupiter.api.Test;

class ProcessFiguresTest {

    private static final String STATUS = "Name:\tjava\nVmPeak:\t  900000 kB\nVmHWM:\t  250000 kB\nVmRSS:\t  100 kB\n";

    private static String stat(String name) {
        return "17 (" + name + ") S 1 17 17 0 -1 4194560 1 0 0 0 250 50 7 8 20 0 3 0 99 0 0\n";
    }

    @Test
    void userAndSystemTimeAreAddedAndThoseOfChildrenLeftOut() throws IOException {
        assertEquals(3_000, ProcessFigures.parse(stat("java"), STATUS).cpuMillis());
    }

    @Test
    void aNameWithBlanksAndParenthesesDoesNotShiftTheFields() throws IOException {
        assertEquals(3_000, ProcessFigures.parse(stat("a) 1 2 (b"), STATUS).cpuMillis());
    }

    @Test
    void thePeakIsThatOfPhysicalMemory() throws IOException {
        assertEquals(256_000_000, ProcessFigures.parse(stat("java"), STATUS).peakBytes());
    }

    @Test
    void whatItHasNowIsToldApartFromThePeak() throws IOException {
        assertEquals(102_400, ProcessFigures.parse(stat("java"), STATUS).residentBytes());
    }

    @Test
    void anEndedProcessHasNoFigures() {
        assertThrows(IOException.class, () -> ProcessFigures.parse(stat("java"), "Name:\tjava\nState:\tZ (zombie)\n"));
    }

    @Test
    void aCutTextIsAnIoException() {
        assertThrows(IOException.class, () -> ProcessFigures.parse("17 (java) S 1", STATUS));
    }

    @Test
    void thisProcessHasFigures() throws IOException {
        long peak = ProcessFigures.of(ProcessHandle.current().pid()).peakBytes();
        assertEquals(true, peak > 1_000_000, () -> "peak " + peak);
    }
}
