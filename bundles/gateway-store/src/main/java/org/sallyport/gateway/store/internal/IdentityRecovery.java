package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Objects;
import java.util.Set;
import javax.persistence.EntityManager;
import org.sallyport.gateway.api.store.StoredInstance;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * At start, after the packs were looked at: rows for identity files that the index does not know, because a crash came between the steps of a clean-up or because
 * the index is new or older than they are. An image that is in a pack is here, whatever a file says. Used once.
 */
final class IdentityRecovery {

    private static final Logger LOG = LoggerFactory.getLogger(IdentityRecovery.class);

    private final PackFolder packs;
    private final IdentityFolder folder;
    private final Database database;
    private final String appliance;

    IdentityRecovery(PackFolder packs, IdentityFolder folder, Database database, String appliance) {
        this.packs = packs;
        this.folder = folder;
        this.database = database;
        this.appliance = appliance;
    }

    void run() throws IOException {
        Set<String> known = new HashSet<>(
                database.inTransaction(em -> em.createQuery("SELECT f.fileName FROM IdentityFileRow f", String.class)
                        .getResultList()));
        Set<String> there = null;
        for (String file : folder.all()) {
            if (!known.contains(file)) {
                there = there == null ? Set.copyOf(packs.all()) : there;
                recover(file, there);
            }
        }
    }

    private record Found(StoredInstance instance, int part) {}

    private void recover(String file, Set<String> there) throws IOException {
        List<Found> found = new ArrayList<>();
        try (IdentityFileReader reader = folder.open(file)) {
            reader.rows((instance, part) -> found.add(new Found(instance, part)));
        } catch (IOException e) {
            // It stays where it is: a person may still make something of it.
            LOG.error("identity file {} cannot be read: the originals of its images cannot be had", file, e);
            return;
        }
        List<StoredInstance> gone = database.inTransaction(em -> found.stream()
                .filter(one -> isGone(em, file, one, there))
                .map(Found::instance)
                .toList());
        if (gone.isEmpty()) {
            LOG.info("identity file {} was not needed: its images are still here", file);
            folder.remove(file);
            return;
        }
        database.inTransaction(em -> {
            IdentityFileRow row = new IdentityFileRow();
            row.fileName = file;
            row.studyUid = gone.get(0).facts().studyInstanceUid();
            row.images = gone.size();
            row.bytes = gone.stream().mapToLong(StoredInstance::length).sum();
            em.persist(row);
            return null;
        });
        LOG.info("{} images of identity file {} are in the index again", gone.size(), file);
    }

    /** Whether this file has the identity of the instance; its row says so then. */
    private boolean isGone(EntityManager em, String file, Found found, Set<String> there) {
        StoredInstance instance = found.instance;
        InstanceRow row = em.find(InstanceRow.class, instance.frameId().toString());
        if (row == null) {
            IndexWriter.insert(em, instance, appliance);
            row = Objects.requireNonNull(
                    em.find(InstanceRow.class, instance.frameId().toString()));
            // Never loose: there is nothing to deliver.
            row.part = Math.max(1, found.part);
            StudyRow study = Objects.requireNonNull(
                    em.find(StudyRow.class, instance.facts().studyInstanceUid()));
            study.parts = Math.max(study.parts, row.part);
            return true;
        }
        if (Rows.isHere(row)) {
            if (there.contains(row.packId)) {
                return false;
            }
            row.presence = instance.presence().name();
            row.identityFile = file;
            row.identityOffset = instance.identityOffset();
            return true;
        }
        return file.equals(row.identityFile);
    }
}
