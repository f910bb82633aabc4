package org.sallyport.gateway.api.node;

import java.io.IOException;
import java.time.Instant;
import java.util.List;
import java.util.Set;
import org.jspecify.annotations.Nullable;

/** What people see of the link to the back end, and of the commands that came by it. Present exactly when a back end is configured. Thread-safe. */
public interface BackEnd {

    Status status();

    /** Newest first; limit 1–10,000; states empty = all. */
    List<Command> commands(int limit, Set<CommandState> states);

    /**
     * Does a command that failed or was cancelled once more.
     *
     * @param number as {@link Command#number}
     * @return false if there is none such
     */
    boolean retry(long number) throws IOException;

    /**
     * Ends a command that waits or runs.
     *
     * @return false if there is none such
     */
    boolean cancel(long number) throws IOException;

    /**
     * @param connectedSince of the WebSocket; null = not connected
     * @param lastReceived when the last frame came, and its type
     * @param lastSent when the last frame was sent, and its type
     * @param lastError what the last loss of the connection was; null = none yet
     * @param configurationAt when the configuration in force was fetched; null = since before the start, or none
     * @param configurationProblem why it could not be fetched last; null = it could
     * @param uploads whether uploads carry originals now, and if not why, in plain words
     * @param waiting commands
     * @param running commands
     * @param unreported commands that ended and whose end the back end has not been told yet
     */
    record Status(
            String address,
            @Nullable Instant connectedSince,
            long connections,
            @Nullable Moment lastReceived,
            @Nullable Moment lastSent,
            @Nullable Moment lastError,
            @Nullable Instant configurationAt,
            @Nullable String configurationProblem,
            boolean proxyActive,
            String uploads,
            int waiting,
            int running,
            int unreported) {}

    /** @param what plain words, without identity */
    record Moment(Instant at, String what) {}

    enum CommandState {
        WAITING,
        RUNNING,
        DONE,
        FAILED,
        /** Ended by a person. */
        CANCELLED
    }

    /**
     * @param number in the order of arrival
     * @param id the back end's correlation id
     * @param type as the back end names it, for example {@code session.dispatch}
     * @param entity id of what it concerns
     * @param priority 0–9, higher first
     * @param sent objects stored so far, over all nodes
     * @param total objects to be stored, over all nodes; 0 = not known yet
     * @param reported whether the back end has been told how it ended
     */
    record Command(
            long number,
            String id,
            String type,
            String entity,
            int priority,
            CommandState state,
            Instant receivedAt,
            @Nullable Instant endedAt,
            int sent,
            int total,
            boolean reported,
            @Nullable String message) {}
}
