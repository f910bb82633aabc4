package org.sallyport.dicom.data;

/**
 * What a reader takes at most; more is an error, never a growing heap.
 *
 * @param maxDepth nested sequences, 1–64
 * @param maxElements elements of the whole data set, items included
 * @param maxValueInMemory bytes of one value held in memory; a longer one goes to the {@link BulkStore}
 * @param maxTotalInMemory bytes of all values held in memory, with an allowance for each element and item
 */
public record Limits(int maxDepth, int maxElements, int maxValueInMemory, long maxTotalInMemory) {

    public static final Limits DEFAULT = new Limits(32, 500_000, 1 << 20, 32L << 20);

    public Limits {
        if (maxDepth < 1
                || maxDepth > 64
                || maxElements < 1
                || maxValueInMemory < 1024
                || maxTotalInMemory < maxValueInMemory) {
            throw new IllegalArgumentException("limits out of range: depth " + maxDepth + ", elements " + maxElements
                    + ", value " + maxValueInMemory + ", total " + maxTotalInMemory);
        }
    }
}
