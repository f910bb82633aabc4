package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.support.http.Reply;

/** Asks the back end which of its sessions a study is. The list is read as it comes, so that it may have any length. Thread-safe. */
final class SessionList {

    /** Pages, sessions of one study, and characters of an id: more is refused. */
    private static final int MOST_PAGES = 10_000;

    private static final int MOST_SESSIONS = 100;
    private static final int LONGEST_ID = 256;

    private static final JsonFactory JSON = new JsonFactory();

    /** @param subject id of the subject that it belongs to */
    record Session(String id, String subject) {}

    private final IthHttp http;
    private final URI base;

    SessionList(IthHttp http, URI base) {
        this.http = http;
        this.base = base;
    }

    /**
     * @param workspace as the configuration names it, checked there
     * @throws NotFetchedException if the back end answers anything but the list
     * @throws IOException if it does not answer
     */
    List<Session> of(String workspace, String studyInstanceUid) throws IOException, InterruptedException {
        List<Session> found = new ArrayList<>();
        String path = Paths.sessions(workspace);
        for (int page = 0; path != null; page++) {
            if (page == MOST_PAGES) {
                throw new NotFetchedException("the back end's list of sessions does not end");
            }
            Page read = new Page(studyInstanceUid, found);
            Reply reply = http.download(path, (body, length) -> read.take(body), read.bytes);
            if (reply.status() != 200) {
                throw new NotFetchedException("the back end answered " + reply.status() + " to the list of sessions");
            }
            path = read.next == null ? null : below(path, read.next);
        }
        return found;
    }

    /** The key goes to the back end only. */
    private String below(String path, String next) throws NotFetchedException {
        URI target;
        try {
            // An address that begins with its query keeps the path (RFC 3986 5.2.2; java.net.URI cuts it).
            URI here = URI.create(base + path);
            target = next.startsWith("?")
                    ? URI.create(base + path.replaceFirst("[?].*", "") + next)
                    : here.resolve(next);
        } catch (IllegalArgumentException e) {
            throw new NotFetchedException("the back end's list of sessions goes on at what is no address");
        }
        target = target.normalize();
        if (!target.toString().startsWith(base + "/")) {
            throw new NotFetchedException("the back end's list of sessions goes on at another server");
        }
        return target.toString().substring(base.toString().length());
    }

    /** One page, read by one thread. */
    private static final class Page {

        private final String study;
        private final List<Session> found;
        private final AtomicLong bytes = new AtomicLong();

        @Nullable
        String next;

        Page(String study, List<Session> found) {
            this.study = study;
            this.found = found;
        }

        void take(InputStream body) throws IOException {
            try (JsonParser parser = JSON.createParser(new Counted(body, bytes))) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw new NotFetchedException("the back end's list of sessions is no JSON object");
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String name = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (name.equals("sessions") && value == JsonToken.START_ARRAY) {
                        sessions(parser);
                    } else if (name.equals("next") && value == JsonToken.VALUE_STRING) {
                        next = parser.getText();
                    } else {
                        parser.skipChildren();
                    }
                }
            } catch (JsonProcessingException e) {
                throw new NotFetchedException("the back end's list of sessions is no JSON");
            }
        }

        private void sessions(JsonParser parser) throws IOException {
            for (JsonToken token = parser.nextToken(); token == JsonToken.START_OBJECT; token = parser.nextToken()) {
                session(parser);
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw new NotFetchedException("the back end's list of sessions holds what is no session");
            }
        }

        private void session(JsonParser parser) throws IOException {
            String id = "";
            String subject = "";
            String uid = "";
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String name = parser.currentName();
                JsonToken value = parser.nextToken();
                if (!value.isScalarValue()) {
                    parser.skipChildren();
                    continue;
                }
                switch (name) {
                    case "session_id" -> id = parser.getText();
                    case "subject_id" -> subject = parser.getText();
                    case "study_instance_uid" -> uid = parser.getText();
                    default -> {}
                }
            }
            boolean proper = !id.isEmpty() && id.length() <= LONGEST_ID && subject.length() <= LONGEST_ID;
            if (uid.equals(study) && proper && found.size() < MOST_SESSIONS) {
                found.add(new Session(id, subject));
            }
        }
    }

    /** Tells the thread that waits that something comes. */
    private static final class Counted extends java.io.FilterInputStream {

        private final AtomicLong bytes;

        Counted(InputStream in, AtomicLong bytes) {
            super(in);
            this.bytes = bytes;
        }

        @Override
        public int read() throws IOException {
            int one = super.read();
            bytes.addAndGet(one < 0 ? 0 : 1);
            return one;
        }

        @Override
        public int read(byte[] to, int offset, int length) throws IOException {
            int n = super.read(to, offset, length);
            bytes.addAndGet(Math.max(0, n));
            return n;
        }
    }
}
