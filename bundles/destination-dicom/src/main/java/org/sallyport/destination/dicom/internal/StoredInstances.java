package org.sallyport.destination.dicom.internal;

import java.util.HashSet;
import java.util.Iterator;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;

/**
 * Which instances of unfinished deliveries the peer has already, so that the next attempt sends only the others. In memory and bounded: what is
 * forgotten, by a restart too, is sent again. Thread-safe.
 */
final class StoredInstances {

    private final int most;
    /** Guarded by this, as is the next; the delivery used longest ago comes first. */
    private final Map<Long, Set<String>> byDelivery = new LinkedHashMap<>(16, 0.75f, true);

    private int count;

    /** @param most SOP Instance UIDs of all deliveries */
    StoredInstances(int most) {
        this.most = most;
    }

    synchronized Set<String> of(long delivery) {
        return Set.copyOf(byDelivery.getOrDefault(delivery, Set.of()));
    }

    synchronized void add(long delivery, String sopInstanceUid) {
        if (count == most) {
            forgetOldestBut(delivery);
        }
        if (count < most
                && byDelivery.computeIfAbsent(delivery, id -> new HashSet<>()).add(sopInstanceUid)) {
            count++;
        }
    }

    private void forgetOldestBut(long delivery) {
        for (Iterator<Map.Entry<Long, Set<String>>> all = byDelivery.entrySet().iterator(); all.hasNext(); ) {
            Map.Entry<Long, Set<String>> oldest = all.next();
            if (oldest.getKey() != delivery) {
                count -= oldest.getValue().size();
                all.remove();
                return;
            }
        }
    }

    /** These have to be sent again. */
    synchronized void remove(long delivery, List<String> sopInstanceUids) {
        Set<String> stored = byDelivery.get(delivery);
        if (stored != null) {
            for (String uid : sopInstanceUids) {
                if (stored.remove(uid)) {
                    count--;
                }
            }
        }
    }

    synchronized void forget(long delivery) {
        Set<String> stored = byDelivery.remove(delivery);
        if (stored != null) {
            count -= stored.size();
        }
    }
}
