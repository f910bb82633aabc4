package org.sallyport.ith.connector.internal;

import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import org.sallyport.gateway.api.DeliveryInstance;

/** Which instances go up together. Pure. */
final class UploadPlan {

    private UploadPlan() {}

    /**
     * One archive if everything fits; else archives of whole series; a series that does not fit is split by instances; an instance that does not fit
     * goes alone. Order is kept.
     *
     * @param largest bytes up to which one archive takes everything
     * @param partSize bytes of each archive otherwise, at most {@code largest}
     */
    static List<List<DeliveryInstance>> archives(List<DeliveryInstance> instances, long largest, long partSize) {
        if (bytes(instances) <= largest) {
            return List.of(List.copyOf(instances));
        }
        Map<String, List<DeliveryInstance>> bySeries = new LinkedHashMap<>();
        instances.forEach(instance -> bySeries.computeIfAbsent(instance.seriesInstanceUid(), uid -> new ArrayList<>())
                .add(instance));
        List<List<DeliveryInstance>> archives = new ArrayList<>();
        List<DeliveryInstance> open = new ArrayList<>();
        for (List<DeliveryInstance> series : bySeries.values()) {
            if (bytes(open) + bytes(series) > partSize && !open.isEmpty()) {
                archives.add(List.copyOf(open));
                open.clear();
            }
            if (bytes(series) <= partSize) {
                open.addAll(series);
            } else {
                archives.addAll(split(series, partSize));
            }
        }
        if (!open.isEmpty()) {
            archives.add(List.copyOf(open));
        }
        return archives;
    }

    private static List<List<DeliveryInstance>> split(List<DeliveryInstance> series, long partSize) {
        List<List<DeliveryInstance>> archives = new ArrayList<>();
        List<DeliveryInstance> open = new ArrayList<>();
        long openBytes = 0;
        for (DeliveryInstance instance : series) {
            long bytes = bytes(List.of(instance));
            if (!open.isEmpty() && openBytes + bytes > partSize) {
                archives.add(List.copyOf(open));
                open.clear();
                openBytes = 0;
            }
            open.add(instance);
            openBytes += bytes;
        }
        archives.add(List.copyOf(open));
        return archives;
    }

    /** As the ZIP will weigh, about: each entry's headers and names stand twice. */
    static long bytes(List<DeliveryInstance> instances) {
        long bytes = 0;
        for (DeliveryInstance instance : instances) {
            bytes += instance.length() + 600;
        }
        return bytes;
    }
}
