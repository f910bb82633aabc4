package org.sallyport.gateway.store.internal;

import static org.junit.jupiter.api.Assertions.assertTrue;

import java.lang.reflect.Proxy;
import java.time.Duration;
import javax.persistence.EntityManager;
import org.junit.jupiter.api.Test;

class QueueTimeTest {

    /** Leases end and pauses last by time as it passes, not by a clock that a person or a server sets. */
    @Test
    void aClockThatIsSetMeanwhileMovesNothing() {
        EntityManager unused = (EntityManager) Proxy.newProxyInstance(
                EntityManager.class.getClassLoader(), new Class<?>[] {EntityManager.class}, (proxy, method, given) -> {
                    throw new AssertionError("the database is not asked");
                });
        MutableClock clock = new MutableClock();
        QueueTime time = QueueTime.ofProcess(clock);
        for (Duration jump : new Duration[] {Duration.ofDays(700), Duration.ofDays(-1_400)}) {
            clock.pass(jump);
            long away = time.now(unused) - Samples.RECEIVED.toEpochMilli();
            assertTrue(away >= 0 && away < 60_000, away + " ms");
        }
    }
}
