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
            "%-7s %-9s %-8s %-8s %6s %9s %9s %9s %8s %7s %7s",
            "shape", "system", "durable", "sender", "assoc.", "images/s", "min", "max", "MB/s", "CPU ms", "RSS MB");

    private Statistics of(ToDoubleFunction<Measurement> figure) {
        return Statistics.of(runs.stream().mapToDouble(figure).boxed().toList());
    }

    /** One line; medians, {@code min} and {@code max} are those of images_per_s. */
    String json() {
        Statistics speed = of(Measurement::imagesPerSecond);
        return String.format(
                Locale.ROOT,
                "{\"bench\":\"ingest\",\"shape\":\"%s\",\"system\":\"%s\",\"durability\":\"%s\",\"sender\":\"%s\","
                        + "\"associations\":%d,\"max_pdu\":%d,\"images_per_s\":%.1f,\"mb_per_s\":%.1f,"
                        + "\"cpu_ms_per_image\":%.2f,\"rss_mb\":%.0f,\"runs\":%d,\"min\":%.1f,\"max\":%.1f,\"warm_up\":1}",
                setting.shape().name(),
                setting.system().name(),
                setting.system().durability(),
                setting.sender().name(),
                setting.associations(),
                maxPdu,
                speed.median(),
                of(Measurement::megabytesPerSecond).median(),
                of(Measurement::cpuMillisPerImage).median(),
                of(Measurement::peakMegabytes).median(),
                speed.runs(),
                speed.min(),
                speed.max());
    }

    String tableRow() {
        Statistics speed = of(Measurement::imagesPerSecond);
        return String.format(
                Locale.ROOT,
                "%-7s %-9s %-8s %-8s %6d %9.1f %9.1f %9.1f %8.1f %7.2f %7.0f",
                setting.shape().name(),
                setting.system().name(),
                setting.system().durability(),
                setting.sender().name(),
                setting.associations(),
                speed.median(),
                speed.min(),
                speed.max(),
                of(Measurement::megabytesPerSecond).median(),
                of(Measurement::cpuMillisPerImage).median(),
                of(Measurement::peakMegabytes).median());
    }
}
