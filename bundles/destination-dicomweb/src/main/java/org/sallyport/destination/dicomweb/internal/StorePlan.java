package org.sallyport.destination.dicomweb.internal;

import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import org.sallyport.gateway.api.DeliveryInstance;

/** Which instances go in one request. Pure. */
final class StorePlan {

    private StorePlan() {}

    /**
     * In the given order, those that go alone last: one that the server does not stomach must not keep the others back.
     *
     * @param mostBytes of Part 10 files; a larger instance goes alone
     * @param alone SOP Instance UIDs
     */
    static List<List<DeliveryInstance>> requests(
            List<DeliveryInstance> instances, int mostInstances, long mostBytes, Set<String> alone) {
        List<List<DeliveryInstance>> requests = new ArrayList<>();
        List<DeliveryInstance> open = new ArrayList<>();
        long bytes = 0;
        for (DeliveryInstance instance : instances) {
            if (alone.contains(instance.sopInstanceUid())) {
                continue;
            }
            if (!open.isEmpty() && (open.size() == mostInstances || bytes + instance.length() > mostBytes)) {
                requests.add(List.copyOf(open));
                open.clear();
                bytes = 0;
            }
            open.add(instance);
            bytes += instance.length();
        }
        if (!open.isEmpty()) {
            requests.add(List.copyOf(open));
        }
        for (DeliveryInstance instance : instances) {
            if (alone.contains(instance.sopInstanceUid())) {
                requests.add(List.of(instance));
            }
        }
        return requests;
    }
}
