package org.sallyport.gateway.api.store;

import java.time.Instant;
import java.util.Set;

/**
 * Hears of instances as they are committed (whiteboard: register it as a service). Called on the association's thread after the commit:
 * has to return at once and must not throw.
 */
public interface StudyActivityListener {

    /** An instance is durable. */
    void committed(String studyInstanceUid, long session, Instant at);

    /** Instances of a study were cleaned up or deleted: what the index says of it has changed. Called on the thread that did it. */
    default void removed(String studyInstanceUid) {}

    /** A session that brought instances of these studies has ended. */
    void sessionClosed(long session, Set<String> studyInstanceUids);
}
