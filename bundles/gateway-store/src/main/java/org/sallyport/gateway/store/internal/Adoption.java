package org.sallyport.gateway.store.internal;

import java.io.IOException;
import java.util.List;
import org.sallyport.gateway.api.store.IndexException;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Takes over rows that belong to these packs under another name of the appliance: from before appliances had names, or the name was lost. Once, when a
 * name is drawn.
 */
record Adoption(Database database, PackFolder folder, String appliance) {

    private static final Logger LOG = LoggerFactory.getLogger(Adoption.class);

    void run() throws IOException {
        List<Object[]> others = database.inTransaction(em -> em.createQuery(
                        "SELECT i.appliance, MIN(i.packId), MAX(i.packId) FROM InstanceRow i WHERE i.appliance <> :own"
                                + " GROUP BY i.appliance",
                        Object[].class)
                .setParameter("own", appliance)
                .getResultList());
        for (Object[] other : others) {
            // An appliance's packs lie together: where its first and last lie, all do.
            if (folder.has((String) other[1]) && folder.has((String) other[2])) {
                rename((String) other[0]);
            }
        }
    }

    private void rename(String former) throws IndexException {
        int rows = database.inTransaction(em -> {
            em.createQuery("UPDATE DeliveryRow d SET d.appliance = :own WHERE d.appliance = :former")
                    .setParameter("own", appliance)
                    .setParameter("former", former)
                    .executeUpdate();
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
