package org.sallyport.benchmarks;

import java.util.Arrays;
import java.util.Collection;

/** What several runs of one measurement have in common. The median, since single runs are disturbed by whatever else the machine does. */
record Statistics(int runs, double median, double min, double max) {

    /** @throws IllegalArgumentException if there are no values, or one is not a number */
    static Statistics of(Collection<Double> values) {
        double[] sorted = values.stream().mapToDouble(Double::doubleValue).toArray();
        if (sorted.length == 0) {
            throw new IllegalArgumentException("no values");
        }
        Arrays.sort(sorted);
        double max = sorted[sorted.length - 1];
        if (Double.isNaN(max)) {
            throw new IllegalArgumentException("a value is not a number");
        }
        int middle = sorted.length / 2;
        double median = sorted.length % 2 == 1 ? sorted[middle] : (sorted[middle - 1] + sorted[middle]) / 2;
        return new Statistics(sorted.length, median, sorted[0], max);
    }

    /**
     * The least value that is not below a part of them.
     *
     * @param part 0–1
     */
    static double percentile(Collection<Double> values, double part) {
        double[] sorted =
                values.stream().mapToDouble(Double::doubleValue).sorted().toArray();
        if (sorted.length == 0 || part < 0 || part > 1) {
            throw new IllegalArgumentException("part " + part + " of " + sorted.length + " values");
        }
        return sorted[Math.max(0, (int) Math.ceil(part * sorted.length) - 1)];
    }
}
