package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.time.Instant;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.UUID;
import javax.persistence.EntityManager;
import org.sallyport.gateway.api.IdentityMode;
import org.sallyport.gateway.api.delivery.DeliveryQueue;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.delivery.DeliveryQueue.State;
import org.sallyport.gateway.api.store.IndexException;
import org.sallyport.gateway.api.store.StoredInstance;

/** From rows to the values of the ports. Pure. */
final class Rows {

    private Rows() {}

    static StoredInstance stored(InstanceRow row) throws IndexException {
        try {
            return new StoredInstance(
                    FactsJson.read(row.facts),
                    UUID.fromString(row.frameId),
                    row.packId,
                    row.packOffset,
                    row.part10Length,
                    row.crc32,
                    row.sha256,
                    row.version,
                    StoredInstance.Presence.valueOf(row.presence),
                    row.identityFile,
                    row.identityOffset == null ? 0 : row.identityOffset);
        } catch (IOException | IllegalArgumentException e) {
            throw new IndexException("the row of frame " + row.frameId + " is damaged", e);
        }
    }

    static List<InstanceRow> versions(EntityManager em, String sopUid) {
        return em.createQuery("SELECT i FROM InstanceRow i WHERE i.sopUid = :sop", InstanceRow.class)
                .setParameter("sop", sopUid)
                .getResultList();
    }

    /** The one that serves: what was deleted only if there is no other. */
    static InstanceRow newer(InstanceRow one, InstanceRow two) {
        if (isDeleted(one) != isDeleted(two)) {
            return isDeleted(one) ? two : one;
        }
        return two.version > one.version ? two : one;
    }

    static boolean isDeleted(InstanceRow row) {
        return row.presence.equals(StoredInstance.Presence.DELETED.name());
    }

    static boolean isHere(InstanceRow row) {
        return row.presence.equals(StoredInstance.Presence.HERE.name());
    }

    /** Of each instance the newest version, in the order of the rows. */
    static List<StoredInstance> newestVersions(List<InstanceRow> rows) throws IndexException {
        Map<String, InstanceRow> newest = new HashMap<>();
        rows.forEach(row -> newest.merge(row.sopUid, row, Rows::newer));
        List<StoredInstance> list = new ArrayList<>(newest.size());
        for (InstanceRow row : rows) {
            if (newest.get(row.sopUid) == row) {
                list.add(stored(row));
            }
        }
        return list;
    }

    /** Text as a column holds it: without NUL, which PostgreSQL refuses, and not longer. */
    static String fitting(String text, int longest) {
        String clean = text.replace('\0', ' ');
        return clean.length() <= longest ? clean : clean.substring(0, longest);
    }

    static Set<String> modalities(StudyRow row) {
        return Set.copyOf(Arrays.asList(row.modalities.split(",")));
    }

    static DeliveryRecord delivery(DeliveryRow row) {
        return new DeliveryRecord(
                row.id,
                row.studyUid,
                row.part,
                row.destination,
                IdentityMode.valueOf(row.identityMode),
                State.valueOf(row.state),
                row.attempts,
                Instant.ofEpochMilli(row.createdAt),
                Instant.ofEpochMilli(row.dueAt),
                row.endedAt == null ? null : Instant.ofEpochMilli(row.endedAt),
                row.reason,
                row.priority,
                row.failingSince == null ? null : Instant.ofEpochMilli(row.failingSince),
                row.appliance,
                row.requestedBy == null || row.requestReason == null
                        ? null
                        : new DeliveryQueue.Request(row.requestedBy, row.requestReason));
    }
}
