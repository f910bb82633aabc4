package org.sallyport.benchmarks;

/** The figures of one timed run. */
record Measurement(double imagesPerSecond, double megabytesPerSecond, double cpuMillisPerImage, double peakMegabytes) {

    private static final double MEGA = 1e6;
    private static final double NANOS = 1e9;

    /** @param cpuMillis of the receiver, in the timed run only */
    static Measurement of(int images, long bytes, long nanos, long cpuMillis, long peakBytes) {
        double seconds = nanos / NANOS;
        return new Measurement(images / seconds, bytes / MEGA / seconds, (double) cpuMillis / images, peakBytes / MEGA);
    }
}
