package org.sallyport.gateway.api.delivery;

import java.io.IOException;
import java.util.Optional;

/** Asked before a study that is complete is queued for delivery. All that are there have to agree; without any no study goes out. Thread-safe. */
public interface StudyCheck {

    /**
     * Why the study must not go out now, in plain words without identity; empty = it may. What it finds out is remembered: it is asked again and again while
     * a study is held.
     *
     * @param studyInstanceUid pseudonymous
     * @throws IOException if that cannot be told; the study waits
     */
    Optional<String> reasonToHold(String studyInstanceUid) throws IOException;
}
