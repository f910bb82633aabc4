package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.util.HashSet;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import org.sallyport.gateway.api.store.IndexException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over rows that belong to these packs and identity files under another name of the appliance: from before appliances had names, or the name was lost. Once, when a
 * name is drawn.
 */
record Adoption(Database database, PackFolder folder, IdentityFolder identityFolder, String appliance) {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    void run() throws IOException {
        Set<String> formers = new TreeSet<>();
        Set<String> strangers = new HashSet<>();
        // Files of an appliance lie together: where its first and last lie, all do. Packs of images that are gone are
        // gone too.
        for (Object[] other : firstAndLast("packId", "i.presence = 'HERE'")) {
            (folder.has((String) other[1]) && folder.has((String) other[2]) ? formers : strangers)
                    .add((String) other[0]);
        }
        for (Object[] other : firstAndLast("identityFile", "i.presence <> 'HERE'")) {
            (identityFolder.has((String) other[1]) && identityFolder.has((String) other[2]) ? formers : strangers)
                    .add((String) other[0]);
        }
        formers.removeAll(strangers);
        for (String former : formers) {
            rename(former);
        }
    }

    private List<Object[]> firstAndLast(String place, String condition) throws IndexException {
        return database.inTransaction(em -> em.createQuery(
                        "SELECT i.appliance, MIN(i." + place + "), MAX(i." + place + ") FROM InstanceRow i WHERE "
                                + condition + " AND i.appliance <> :own GROUP BY i.appliance",
                        Object[].class)
                .setParameter("own", appliance)
                .getResultList());
    }

    private void rename(String former) throws IndexException {
        int rows = database.inTransaction(em -> {
            for (String entity : List.of("DeliveryRow", "ManifestRow", "PackToTidyRow")) {
                em.createQuery("UPDATE " + entity + " r SET r.appliance = :own WHERE r.appliance = :former")
                        .setParameter("own", appliance)
                        .setParameter("former", former)
                        .executeUpdate();
            }
            return em.createQuery("UPDATE InstanceRow i SET i.appliance = :own WHERE i.appliance = :former")
                    .setParameter("own", appliance)
                    .setParameter("former", former)
                    .executeUpdate();
        });
        LOG.info(
                "{} images of these packs were indexed under another name of the appliance; it is {} now",
                rows,
                appliance);
    }
}
