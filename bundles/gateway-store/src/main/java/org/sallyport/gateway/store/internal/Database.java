package org.sallyport.gateway.store.internal;

import java.util.function.Function;
import javax.persistence.EntityManager;
import org.sallyport.gateway.api.store.IndexException;

/** Runs work in one transaction of the index database. Thread-safe. */
interface Database {

    /** @throws IndexException if the work or the commit failed; nothing was changed then */
    <R> R inTransaction(Function<EntityManager, R> work) throws IndexException;

    /** Whether rows can be claimed with {@code FOR UPDATE SKIP LOCKED}. */
    boolean skipsLocked();
}
