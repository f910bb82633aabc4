package org.sallyport.gateway.store.internal;

import java.time.Clock;
import java.time.Instant;
import java.util.concurrent.TimeUnit;
import javax.persistence.EntityManager;

/** The queue's clock, milliseconds since 1970. Leases are compared with it, so it has to be one for all who share a queue. */
@FunctionalInterface
interface QueueTime {

    long now(EntityManager em);

    /** The database server's: one for all appliances, whatever their own clocks say. */
    static QueueTime ofServer() {
        return em -> ((Number)
                        em.createNativeQuery("SELECT CAST(EXTRACT(EPOCH FROM clock_timestamp()) * 1000 AS BIGINT)")
                                .getSingleResult())
                .longValue();
    }

    /** One process: its wall clock at start, then time as it passes. A clock that is set meanwhile ends no lease and prolongs no pause. */
    static QueueTime ofProcess(Clock clock) {
        Instant start = clock.instant();
        long nanos = System.nanoTime();
        return em -> start.toEpochMilli() + TimeUnit.NANOSECONDS.toMillis(System.nanoTime() - nanos);
    }
}
