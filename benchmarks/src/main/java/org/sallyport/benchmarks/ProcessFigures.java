package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux tells about a process.
 *
 * @param cpuMillis user and system time of all its threads since it started
 * @param peakBytes the most physical memory it ever had
 */
record ProcessFigures(long cpuMillis, long peakBytes) {

    // USER_HZ, in which /proc counts, is 100 on all machines that the benchmarks are for.
    private static final long MILLIS_OF_TICK = 10;
    // Fields 14 and 15 of proc(5), counted from the third, the first after the name.
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final String PEAK = "VmHWM:";

    static ProcessFigures of(long pid) throws IOException {
        Path folder = Path.of("/proc", String.valueOf(pid));
        return parse(Files.readString(folder.resolve("stat")), Files.readString(folder.resolve("status")));
    }

    /** @throws IOException if the texts are not as proc(5) describes them, as those of an ended process */
    static ProcessFigures parse(String stat, String status) throws IOException {
        // The name stands in parentheses and may contain blanks and parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        String peak = status.lines()
                .filter(line -> line.startsWith(PEAK))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + PEAK + " in the status of the process: it has ended"));
        try {
            long ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
            long kibibytes = Long.parseLong(
                    peak.substring(PEAK.length()).replace("kB", "").strip());
            return new ProcessFigures(ticks * MILLIS_OF_TICK, kibibytes * 1024);
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("figures of the process not understood", e);
        }
    }
}
