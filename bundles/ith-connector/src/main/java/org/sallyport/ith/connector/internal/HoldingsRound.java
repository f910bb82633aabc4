package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.function.Consumer;
import java.util.stream.Collectors;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.api.store.StudyFinder;

/** Goes once through what the back end holds, and puts beside the index what the index does not know. Owned by one thread. */
final class HoldingsRound {

    /** Sessions of which nothing could be learned, before it is given up. */
    private static final int MOST_FAILURES = 20;

    private final String workspace;
    private final Holdings holdings;
    private final StoppableCalls calls;
    private final StudyFinder finder;
    private final RemoteStudies remote;
    private final SessionOwners owners;
    private final Consumer<String> problem;
    private final long start;
    private final Holdings.Sessions sessions;

    private int listed;
    private int series;
    private int unnamed;
    private int identified;
    private int failures;

    /**
     * @param problem is told why nothing could be learned of a session
     * @param start milliseconds since 1970
     */
    HoldingsRound(
            String workspace,
            Holdings holdings,
            StoppableCalls calls,
            StudyFinder finder,
            RemoteStudies remote,
            SessionOwners owners,
            Consumer<String> problem,
            long start) {
        this.workspace = workspace;
        this.holdings = holdings;
        this.calls = calls;
        this.finder = finder;
        this.remote = remote;
        this.owners = owners;
        this.problem = problem;
        this.start = start;
        this.sessions = holdings.sessions(workspace);
    }

    /**
     * @return whether all could be asked for: what is no longer listed was removed then
     * @throws IOException if it was given up; what was found until then is kept
     */
    boolean run() throws IOException, InterruptedException {
        try {
            askForAll();
        } catch (IOException | InterruptedException e) {
            if (series > 0) {
                remote.endRound(start, false);
            }
            throw e;
        }
        remote.endRound(start, failures == 0);
        return failures == 0;
    }

    private void askForAll() throws IOException, InterruptedException {
        List<Holdings.Session> page = new ArrayList<>();
        while (calls.call(() -> sessions.next(page))) {
            for (Holdings.Session session : page) {
                listed++;
                try {
                    take(session);
                } catch (NotFetchedException e) {
                    failures++;
                    problem.accept(String.valueOf(e.getMessage()));
                    if (failures == MOST_FAILURES) {
                        throw e;
                    }
                }
            }
        }
    }

    private void take(Holdings.Session session) throws IOException, InterruptedException {
        String study = session.studyInstanceUid();
        if (owners.wasUploadedWithIdentity(study)) {
            identified++;
            return;
        }
        Set<String> here = finder.firstOfSeries(study).stream()
                .map(instance -> instance.facts().seriesInstanceUid())
                .collect(Collectors.toSet());
        List<RemoteStudies.Series> others = calls.call(() -> holdings.scans(workspace, session)).stream()
                .filter(one -> !here.contains(one.seriesInstanceUid()))
                .toList();
        if (others.isEmpty()) {
            return;
        }
        String pseudonym = owners.pseudonym(session);
        if (pseudonym.isEmpty()) {
            unnamed++;
            return;
        }
        // Of a study of ours the index tells, and knows better.
        RemoteStudies.Study told = here.isEmpty()
                ? new RemoteStudies.Study(study, pseudonym, session.date(), session.time(), session.description())
                : new RemoteStudies.Study(study, pseudonym, null, null, null);
        remote.put(new RemoteStudies.Held(told, others), start);
        series += others.size();
    }

    /** What was found so far, for people. */
    String inWords() {
        return listed + " sessions, " + series + " series that are not known here"
                + told(sessions.passedOver(), "sessions passed over, without proper ids or UID")
                + told(unnamed, "of a subject without a pseudonym, which are not shown to anyone")
                + told(identified, "uploaded with identity, which are passed over")
                + (failures == 0 ? "" : "; not all could be asked for");
    }

    private static String told(int number, String what) {
        return number == 0 ? "" : "; " + number + " " + what;
    }
}
