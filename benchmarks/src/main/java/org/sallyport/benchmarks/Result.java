package org.sallyport.benchmarks;

import java.util.List;
import java.util.Locale;
import java.util.function.ToDoubleFunction;

/** The figures of all timed runs of a setting. */
record Result(Setting setting, int maxPdu, List<Measurement> runs) {

    Result {
        runs = List.copyOf(runs);
    }

    static final String TABLE_HEADER = String.format(
            "%-7s %-9s %-8s %-8s %6s %6s %9s %9s %9s %8s %7s %7s",
            "shape",
            "system",
            "durable",
            "sender",
            "assoc.",
            "images",
            "images/s",
            "min",
            "max",
            "MB/s",
            "CPU ms",
            "RSS MB");

    private Statistics of(ToDoubleFunction<Measurement> figure) {
        return Statistics.of(runs.stream().mapToDouble(figure).boxed().toList());
    }

    /** One line; medians, {@code min} and {@code max} are those of images_per_s. */
    String json() {
        Statistics speed = of(Measurement::imagesPerSecond);
        return new JsonLine("ingest")
                .put("shape", setting.shape().name())
                .put("system", setting.system().name())
                .put("durability", setting.system().durability())
                .put("sender", setting.sender().name())
                .put("associations", setting.associations())
                .put("max_pdu", maxPdu)
                .put("images", setting.images())
                .put("images_per_s", speed.median(), 1)
                .put("mb_per_s", of(Measurement::megabytesPerSecond).median(), 1)
                .put("cpu_ms_per_image", of(Measurement::cpuMillisPerImage).median(), 2)
                .put("rss_mb", of(Measurement::peakMegabytes).median(), 0)
                .put("runs", speed.runs())
                .put("min", speed.min(), 1)
                .put("max", speed.max(), 1)
                .put("warm_up", setting.warmUpImages())
                .toString();
    }

    String tableRow() {
        Statistics speed = of(Measurement::imagesPerSecond);
        return String.format(
                Locale.ROOT,
                "%-7s %-9s %-8s %-8s %6d %6d %9.1f %9.1f %9.1f %8.1f %7.2f %7.0f",
                setting.shape().name(),
                setting.system().name(),
                setting.system().durability(),
                setting.sender().name(),
                setting.associations(),
                setting.images(),
                speed.median(),
                speed.min(),
                speed.max(),
                of(Measurement::megabytesPerSecond).median(),
                of(Measurement::cpuMillisPerImage).median(),
                of(Measurement::peakMegabytes).median());
    }
}
