package org.sallyport.ith.connector.internal;

import java.io.IOException;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.Map;
import org.sallyport.gateway.api.store.NotFetchedException;

/** Asks the back end which of its sessions a study is. Thread-safe. */
final class SessionList {

    /** Sessions of one study, and characters of an id: more are passed over. */
    private static final int MOST_SESSIONS = 100;

    private static final int LONGEST_ID = 256;

    /** @param subject id of the subject that it belongs to */
    record Session(String id, String subject) {}

    private final PagedList list;

    SessionList(IthHttp http, URI base) {
        this.list = new PagedList(http, base, "sessions");
    }

    /**
     * @param workspace as the configuration names it, checked there
     * @throws NotFetchedException if the back end answers anything but the list
     * @throws IOException if it does not answer
     */
    List<Session> of(String workspace, String studyInstanceUid) throws IOException, InterruptedException {
        List<Session> found = new ArrayList<>();
        PagedList.Cursor pages = list.open(Paths.sessions(workspace));
        while (pages.next(entry -> take(entry, studyInstanceUid, found))) {
            // Each is taken as it comes.
        }
        return found;
    }

    private static void take(Map<String, String> entry, String study, List<Session> found) {
        String id = entry.getOrDefault("session_id", "");
        String subject = entry.getOrDefault("subject_id", "");
        boolean proper = !id.isEmpty() && id.length() <= LONGEST_ID && subject.length() <= LONGEST_ID;
        if (study.equals(entry.get("study_instance_uid")) && proper && found.size() < MOST_SESSIONS) {
            found.add(new Session(id, subject));
        }
    }
}
