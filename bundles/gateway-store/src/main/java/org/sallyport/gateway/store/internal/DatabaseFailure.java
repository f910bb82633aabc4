package org.sallyport.gateway.store.internal;

import java.sql.SQLException;
import java.util.List;

/** Tells a failure of the database, or of the disk that it lies on, from one that is the row's own. */
final class DatabaseFailure {

    /**
     * Beginnings of SQL states. Of both: the connection. Of PostgreSQL: no resources, an operator intervenes, the system fails. Of Derby: files of
     * tables, their pages, the log. On a full disk a short row may still find room, so that no other row tells.
     */
    private static final List<String> STATES = List.of("08", "53", "57", "58", "XSDF", "XSDG", "XSLA");

    private DatabaseFailure() {}

    static boolean isIn(Throwable failure) {
        for (Throwable e = failure; e != null; e = e.getCause()) {
            String state = e instanceof SQLException sql ? sql.getSQLState() : null;
            if (state != null && STATES.stream().anyMatch(state::startsWith)) {
                return true;
            }
        }
        return false;
    }
}
