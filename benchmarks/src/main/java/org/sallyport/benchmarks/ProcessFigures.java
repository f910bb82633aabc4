package org.sallyport.benchmarks;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;

/**
 * What Linux tells about a process.
 *
 * @param cpuMillis user and system time of all its threads since it started
 * @param peakBytes the most physical memory it ever had
 * @param residentBytes the physical memory that it has
 */
record ProcessFigures(long cpuMillis, long peakBytes, long residentBytes) {

    // USER_HZ, in which /proc counts, is 100 on all machines that the benchmarks are for.
    private static final long MILLIS_OF_TICK = 10;
    // Fields 14 and 15 of proc(5), counted from the third, the first after the name.
    private static final int UTIME = 11;
    private static final int STIME = 12;
    private static final String PEAK = "VmHWM:";
    private static final String RESIDENT = "VmRSS:";

    static ProcessFigures of(long pid) throws IOException {
        Path folder = Path.of("/proc", String.valueOf(pid));
        return parse(Files.readString(folder.resolve("stat")), Files.readString(folder.resolve("status")));
    }

    /** @throws IOException if the texts are not as proc(5) describes them, as those of an ended process */
    static ProcessFigures parse(String stat, String status) throws IOException {
        // The name stands in parentheses and may contain blanks and parentheses.
        String[] fields = stat.substring(stat.lastIndexOf(')') + 1).strip().split(" ", -1);
        try {
            long ticks = Long.parseLong(fields[UTIME]) + Long.parseLong(fields[STIME]);
            return new ProcessFigures(ticks * MILLIS_OF_TICK, bytes(status, PEAK), bytes(status, RESIDENT));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException e) {
            throw new IOException("figures of the process not understood", e);
        }
    }

    private static long bytes(String status, String name) throws IOException {
        String line = status.lines()
                .filter(one -> one.startsWith(name))
                .findFirst()
                .orElseThrow(() -> new IOException("no " + name + " in the status of the process: it has ended"));
        return Long.parseLong(line.substring(name.length()).replace("kB", "").strip()) * 1024;
    }
}
