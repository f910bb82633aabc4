package org.sallyport.gateway.store.internal;

import java.nio.ByteBuffer;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.UUID;
import javax.persistence.EntityManager;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.delivery.DeliveryQueue.DeliveryRecord;
import org.sallyport.gateway.api.store.StoredInstance;

/**
 * What exactly receivers have accepted: a digest over SOP Instance UIDs, versions and digests of the images, and which frames of the part were not among
 * them. A part never changes, so that this is the whole list.
 */
final class Manifests {

    private static final int UUID_LENGTH = 16;

    private Manifests() {}

    /** Takes the place of what an earlier attempt at the delivery has left. */
    static void accept(EntityManager em, DeliveryRecord delivery, List<StoredInstance> accepted, long now) {
        ManifestRow row = em.find(ManifestRow.class, delivery.id());
        boolean isNew = row == null;
        if (row == null) {
            row = new ManifestRow();
            row.deliveryId = delivery.id();
        }
        row.studyUid = delivery.studyInstanceUid();
        row.part = delivery.part();
        row.appliance = delivery.appliance();
        row.destination = delivery.destination();
        row.acceptedAt = now;
        row.lookAt = now;
        row.settled = 0;
        row.keptBecause = null;
        Set<String> frames = new HashSet<>();
        List<Item> items = new ArrayList<>();
        for (StoredInstance instance : accepted) {
            frames.add(instance.frameId().toString());
            items.add(new Item(instance.facts().sopInstanceUid(), instance.version(), instance.sha256()));
        }
        row.digest = digest(items);
        row.leftOut = leftOut(em, row, frames);
        if (isNew) {
            em.persist(row);
        }
    }

    private static byte @Nullable [] leftOut(EntityManager em, ManifestRow row, Set<String> accepted) {
        List<String> others = em
                .createQuery(
                        "SELECT i.frameId FROM InstanceRow i WHERE i.studyUid = :study AND i.part = :part",
                        String.class)
                .setParameter("study", row.studyUid)
                .setParameter("part", row.part)
                .getResultList()
                .stream()
                .filter(frame -> !accepted.contains(frame))
                .toList();
        if (others.isEmpty()) {
            return null;
        }
        ByteBuffer bytes = ByteBuffer.allocate(UUID_LENGTH * others.size());
        for (String frame : others) {
            UUID id = UUID.fromString(frame);
            bytes.putLong(id.getMostSignificantBits()).putLong(id.getLeastSignificantBits());
        }
        return bytes.array();
    }

    /** The rows that were accepted, here or not; empty if they are not what was accepted. */
    static List<InstanceRow> accepted(EntityManager em, ManifestRow manifest) {
        Set<String> leftOut = new HashSet<>();
        if (manifest.leftOut != null) {
            ByteBuffer bytes = ByteBuffer.wrap(manifest.leftOut);
            while (bytes.remaining() >= UUID_LENGTH) {
                leftOut.add(new UUID(bytes.getLong(), bytes.getLong()).toString());
            }
        }
        List<InstanceRow> rows = em
                .createQuery(
                        "SELECT i FROM InstanceRow i WHERE i.studyUid = :study AND i.part = :part"
                                + " ORDER BY i.seriesNumber, i.seriesUid, i.instanceNumber, i.sopUid",
                        InstanceRow.class)
                .setParameter("study", manifest.studyUid)
                .setParameter("part", manifest.part)
                .getResultList()
                .stream()
                .filter(row -> !leftOut.contains(row.frameId))
                .toList();
        byte[] digest = digest(rows.stream()
                .map(row -> new Item(row.sopUid, row.version, row.sha256))
                .toList());
        return Arrays.equals(digest, manifest.digest) ? rows : List.of();
    }

    private record Item(String sopUid, int version, byte[] sha256) {}

    private static byte[] digest(List<Item> items) {
        try {
            MessageDigest digest = MessageDigest.getInstance("SHA-256");
            items.stream()
                    .map(item -> item.sopUid + "/" + item.version + "/"
                            + java.util.HexFormat.of().formatHex(item.sha256) + "\n")
                    .sorted()
                    .forEach(line -> digest.update(line.getBytes(java.nio.charset.StandardCharsets.US_ASCII)));
            return digest.digest();
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException("every Java platform has SHA-256", e);
        }
    }
}
