package org.sallyport.gateway.scp.internal.catalog;

import java.io.IOException;
import java.util.Optional;
import org.sallyport.gateway.scp.internal.query.Query;
import org.sallyport.gateway.scp.internal.query.View;

/** The sheets of studies, as true as the index at the moment. Thread-safe. */
public interface Sheets {

    /** Takes sheets one after the other. */
    @FunctionalInterface
    interface Visitor {

        /** @return whether more are wanted */
        boolean visit(StudySheet sheet) throws IOException;
    }

    /** The sheet of a study, by its pseudonymous UID; of a deleted one, too. */
    Optional<StudySheet> sheet(String studyInstanceUid) throws IOException;

    /**
     * Every sheet that may meet the query's conditions, newest first.
     *
     * @throws NotSearchableException if not all are in memory
     */
    void scan(Query query, View view, Visitor visitor) throws IOException;

    /** Whether {@link #scan} can be used now. */
    boolean isSearchable();

    /** Whether a study is known, deleted or not; of a study that came a moment ago, or while not all are in memory, this may not be told. */
    boolean has(String studyInstanceUid);

    /** Not all names are in memory: only what an index leads to can be found. The message says why. */
    final class NotSearchableException extends IOException {

        private static final long serialVersionUID = 1L;

        NotSearchableException(String message) {
            super(message);
        }
    }
}
