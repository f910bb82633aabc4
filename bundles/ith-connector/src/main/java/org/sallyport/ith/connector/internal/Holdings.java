package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.time.DateTimeException;
import java.time.LocalDate;
import java.time.format.DateTimeFormatter;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import org.jspecify.annotations.Nullable;
import org.sallyport.dicom.data.Uids;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.api.store.RemoteStudies;
import org.sallyport.gateway.support.http.Reply;

/** What the back end says that it holds: sessions, their scans, and whose they are. Every field is checked. Thread-safe. */
final class Holdings {

    /** Of one page. */
    static final int MOST_SESSIONS = 100_000;

    /** Of one session. */
    static final int MOST_SCANS = 10_000;

    private static final int MOST_INSTANCES = 1_000_000;
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern DATE = Pattern.compile("(\\d{4})-?(\\d{2})-?(\\d{2})");
    private static final Pattern TIME =
            Pattern.compile("([01]\\d|2[0-3]):?([0-5]\\d):?([0-5]\\d)(?:\\.\\d{1,9})?(?:Z|[+-]00:?00)?");
    private static final Pattern MODALITY = Pattern.compile("[A-Z0-9_]{1,16}");
    private static final Pattern NUMBER = Pattern.compile("-?\\d{1,9}");

    private final IthHttp http;
    private final IthSettings settings;
    private final PagedList sessions;
    private final PagedList scans;

    Holdings(IthHttp http, IthSettings settings) {
        this.http = http;
        this.settings = settings;
        this.sessions = new PagedList(http, settings.base(), "sessions");
        this.scans = new PagedList(http, settings.base(), "scans");
    }

    /**
     * @param subject id of the subject that it belongs to
     * @param date YYYYMMDD, or null
     * @param time HHMMSS, or null
     */
    record Session(
            String id,
            String subject,
            String studyInstanceUid,
            @Nullable String date,
            @Nullable String time,
            @Nullable String description) {}

    /** Sessions page by page. Owned by one thread at a time. */
    final class Sessions {

        private final PagedList.Cursor pages;
        private int passedOver;

        private Sessions(String workspace) {
            this.pages = sessions.open(Paths.sessions(workspace));
        }

        /**
         * @param page is emptied and filled
         * @return false if there was no page left
         */
        boolean next(List<Session> page) throws IOException, InterruptedException {
            page.clear();
            return pages.next(entry -> take(entry, page));
        }

        private void take(Map<String, String> entry, List<Session> page) throws NotFetchedException {
            String id = entry.getOrDefault("session_id", "");
            String subject = entry.getOrDefault("subject_id", "");
            String study = entry.getOrDefault("study_instance_uid", "");
            if (!ScanPlace.isId(id) || !ScanPlace.isId(subject) || !Uids.isValid(study)) {
                passedOver++;
                return;
            }
            if (page.size() == MOST_SESSIONS) {
                throw new NotFetchedException(
                        "the back end's list of sessions has more than " + MOST_SESSIONS + " on a page");
            }
            page.add(new Session(
                    id,
                    subject,
                    study,
                    date(entry.get("date")),
                    time(entry.get("time")),
                    text(entry.get("description"))));
        }

        /** Those so far that were no sessions: without ids, or without a UID. */
        int passedOver() {
            return passedOver;
        }
    }

    /** @param workspace as the configuration names it, checked there */
    Sessions sessions(String workspace) {
        return new Sessions(workspace);
    }

    /**
     * The scans of a session that hold anything.
     *
     * @throws NotFetchedException if the back end answers anything but the list
     */
    List<RemoteStudies.Series> scans(String workspace, Session session) throws IOException, InterruptedException {
        Map<List<String>, RemoteStudies.Series> found = new LinkedHashMap<>();
        PagedList.Cursor pages = scans.open(Paths.scans(workspace, session.id(), session.subject()));
        while (pages.next(entry -> take(entry, session, found))) {
            // Each is taken as it comes.
        }
        return List.copyOf(found.values());
    }

    private static void take(Map<String, String> entry, Session session, Map<List<String>, RemoteStudies.Series> found)
            throws NotFetchedException {
        String id = entry.getOrDefault("id", "");
        String uid = entry.getOrDefault("series_instance_uid", "");
        int instances = instances(entry.get("instance_count"));
        if (!ScanPlace.isId(id) || !Uids.isValid(uid) || instances == 0) {
            return;
        }
        if (found.size() == MOST_SCANS) {
            throw new NotFetchedException("a session of the back end has more than " + MOST_SCANS + " scans");
        }
        String place = new ScanPlace(id, session.id(), session.subject()).text();
        found.put(
                List.of(uid, place),
                new RemoteStudies.Series(
                        uid,
                        session.studyInstanceUid(),
                        place,
                        number(entry.get("scan_number")),
                        text(entry.get("series_description")),
                        modality(entry.get("modality")),
                        instances));
    }

    /** Whoever names a scan says that there is something, if not how much. */
    private static int instances(@Nullable String count) {
        Integer number = number(count);
        return number == null || number < 0 ? 1 : Math.min(number, MOST_INSTANCES);
    }

    private static @Nullable Integer number(@Nullable String text) {
        return text != null && NUMBER.matcher(text).matches() ? Integer.valueOf(text) : null;
    }

    private static String modality(@Nullable String text) {
        return text != null && MODALITY.matcher(text).matches() ? text : "OT";
    }

    private static @Nullable String date(@Nullable String text) {
        Matcher matcher = DATE.matcher(text == null ? "" : text);
        if (!matcher.matches()) {
            return null;
        }
        try {
            return LocalDate.of(
                            Integer.parseInt(matcher.group(1)),
                            Integer.parseInt(matcher.group(2)),
                            Integer.parseInt(matcher.group(3)))
                    .format(DateTimeFormatter.BASIC_ISO_DATE);
        } catch (DateTimeException e) {
            return null;
        }
    }

    private static @Nullable String time(@Nullable String text) {
        Matcher matcher = TIME.matcher(text == null ? "" : text);
        return matcher.matches() ? matcher.group(1) + matcher.group(2) + matcher.group(3) : null;
    }

    /** One value: a backslash would part it in two. */
    private static @Nullable String text(@Nullable String text) {
        if (text == null) {
            return null;
        }
        String line = Reply.cut(Reply.line(text.replace('\\', ' ')), RemoteStudies.LONGEST_TEXT);
        return line.isEmpty() ? null : line;
    }

    /**
     * What the back end calls a subject, the identifier first.
     *
     * @return empty if it does not know it
     */
    List<String> names(String workspace, String subject) throws IOException, InterruptedException {
        Reply reply = http.get(Paths.subject(workspace, subject), settings.readTimeout());
        if (reply.status() == 404) {
            return List.of();
        }
        if (reply.status() != 200) {
            throw new NotFetchedException("the back end answered " + reply.status() + " to a subject");
        }
        try {
            JsonNode told = JSON.readTree(reply.body()).path("subject");
            List<String> names = new ArrayList<>();
            for (String field : List.of("subject_identifier", "label")) {
                if (told.path(field).isTextual()) {
                    names.add(told.get(field).textValue());
                }
            }
            return names;
        } catch (JsonProcessingException e) {
            throw new NotFetchedException("the back end's answer to a subject is no JSON");
        }
    }
}
