package org.sallyport.gateway.store.internal;

import java.sql.Driver;
import java.sql.SQLException;
import java.util.Properties;
import java.util.Set;
import java.util.concurrent.TimeUnit;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Derby that was started while the disk was full takes no rows until it is started again: this ends it then, and the next connection starts it.
 * Thread-safe.
 */
final class EmbeddedDerby {

    private static final Logger LOG = LoggerFactory.getLogger(EmbeddedDerby.class);

    /** SQL states: a read-only connection, a read-only database, a container that was opened read-only. */
    private static final Set<String> READ_ONLY = Set.of("25502", "25503", "40XD1");

    /** How Derby says that it ended as it was told. */
    private static final String ENDED = "08006";

    /** Whoever else fails by the same start must not end the next one. */
    private static final long PAUSE_NANOS = TimeUnit.SECONDS.toNanos(2);

    private final Driver driver;
    private final String url;
    /** Guarded by this. */
    private long endedAt = System.nanoTime() - PAUSE_NANOS;

    /** @param url without attributes: {@code jdbc:derby:} and the folder */
    EmbeddedDerby(Driver driver, String url) {
        this.driver = driver;
        this.url = url;
    }

    /** Ends Derby if a failure says that it is read-only. */
    void after(Throwable failure) {
        if (!isReadOnly(failure)) {
            return;
        }
        synchronized (this) {
            if (System.nanoTime() - endedAt < PAUSE_NANOS) {
                return;
            }
            endedAt = System.nanoTime();
            try {
                driver.connect(url + ";shutdown=true", new Properties()).close();
            } catch (SQLException e) {
                if (ENDED.equals(e.getSQLState())) {
                    LOG.info("the index database could only be read, and starts again");
                } else {
                    LOG.warn("the index database can only be read, and does not end", e);
                }
            }
        }
    }

    private static boolean isReadOnly(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            if (e instanceof SQLException sql && sql.getSQLState() != null && READ_ONLY.contains(sql.getSQLState())) {
                return true;
            }
        }
        return false;
    }
}
