package org.sallyport.ith.connector.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonFactoryBuilder;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.FilterInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.net.URI;
import java.util.HashMap;
import java.util.HashSet;
import java.util.Map;
import java.util.Set;
import java.util.concurrent.atomic.AtomicLong;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.store.NotFetchedException;
import org.sallyport.gateway.support.http.Reply;

/** Reads a list of the back end, page after page, each as it comes: it may have any length. Thread-safe. */
final class PagedList {

    /** Pages, and characters of the address of one, as all are remembered: more is refused. */
    private static final int MOST_PAGES = 10_000;

    private static final int LONGEST_ADDRESS = 2_048;

    /** Of an entry; others are passed over, like whatever is no text, number or truth value. */
    private static final int MOST_FIELDS = 64;

    /** Characters of a value: a longer one counts as missing. */
    static final int LONGEST_VALUE = 1_024;

    /** Characters of any value at all, and levels: beyond it the list is refused. */
    private static final JsonFactory JSON = new JsonFactoryBuilder()
            .streamReadConstraints(StreamReadConstraints.builder()
                    .maxStringLength(1 << 20)
                    .maxNestingDepth(64)
                    .build())
            .build();

    private final IthHttp http;
    private final URI base;
    private final String name;

    /** @param name of the field that holds the list, and what people are told that it is one of */
    PagedList(IthHttp http, URI base, String name) {
        this.http = http;
        this.base = base;
        this.name = name;
    }

    /** Takes the entries of a page. Called by a thread of the HTTP client: it has to be quick. */
    @FunctionalInterface
    interface Entries {

        /** @param entry its values by their names */
        void take(Map<String, String> entry) throws IOException;
    }

    /** @param first path of its first page */
    Cursor open(String first) {
        return new Cursor(first);
    }

    /** Goes through the pages. Owned by one thread at a time. */
    final class Cursor {

        private final Set<String> seen = new HashSet<>();
        private @Nullable String path;

        private Cursor(String first) {
            this.path = first;
        }

        /**
         * Reads a page.
         *
         * @return false if there was none left
         * @throws NotFetchedException if the back end answers anything but the list
         * @throws IOException if it does not answer
         */
        boolean next(Entries entries) throws IOException, InterruptedException {
            String here = path;
            if (here == null) {
                return false;
            }
            if (!seen.add(here) || seen.size() > MOST_PAGES) {
                throw refused(" does not end");
            }
            Page page = new Page(entries);
            Reply reply = http.download(here, (body, length) -> page.take(body), page.bytes);
            if (reply.status() != 200) {
                throw new NotFetchedException("the back end answered " + reply.status() + " to the list of " + name);
            }
            String next = page.next;
            path = next == null ? null : below(here, next);
            return true;
        }
    }

    private NotFetchedException refused(String how) {
        return new NotFetchedException("the back end's list of " + name + how);
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
            throw refused(" goes on at what is no address");
        }
        target = target.normalize();
        if (target.toString().length() > LONGEST_ADDRESS) {
            throw refused(" goes on at an address of more than " + LONGEST_ADDRESS + " characters");
        }
        if (!target.toString().startsWith(base + "/")) {
            throw refused(" goes on at another server");
        }
        return target.toString().substring(base.toString().length());
    }

    /** One page, read by one thread. */
    private final class Page {

        private final Entries entries;
        private final AtomicLong bytes = new AtomicLong();

        @Nullable
        String next;

        Page(Entries entries) {
            this.entries = entries;
        }

        void take(InputStream body) throws IOException {
            boolean listed = false;
            try (JsonParser parser = JSON.createParser(new Counted(body, bytes))) {
                if (parser.nextToken() != JsonToken.START_OBJECT) {
                    throw refused(" is no JSON object");
                }
                while (parser.nextToken() == JsonToken.FIELD_NAME) {
                    String field = parser.currentName();
                    JsonToken value = parser.nextToken();
                    if (field.equals(name) && value == JsonToken.START_ARRAY) {
                        list(parser);
                        listed = true;
                    } else if (field.equals("next") && value == JsonToken.VALUE_STRING) {
                        next = parser.getText();
                    } else {
                        parser.skipChildren();
                    }
                }
            } catch (JsonProcessingException e) {
                throw refused(" is no JSON");
            }
            if (!listed) {
                throw refused(" is missing from its answer");
            }
        }

        private void list(JsonParser parser) throws IOException {
            for (JsonToken token = parser.nextToken(); token == JsonToken.START_OBJECT; token = parser.nextToken()) {
                entries.take(entry(parser));
            }
            if (parser.currentToken() != JsonToken.END_ARRAY) {
                throw refused(" holds what is none");
            }
        }

        private Map<String, String> entry(JsonParser parser) throws IOException {
            Map<String, String> entry = new HashMap<>();
            while (parser.nextToken() == JsonToken.FIELD_NAME) {
                String field = parser.currentName();
                JsonToken value = parser.nextToken();
                if (!value.isScalarValue()) {
                    parser.skipChildren();
                } else if (value != JsonToken.VALUE_NULL
                        && entry.size() < MOST_FIELDS
                        && parser.getTextLength() <= LONGEST_VALUE) {
                    entry.put(field, parser.getText());
                }
            }
            return entry;
        }
    }

    /** Tells the thread that waits that something comes. */
    private static final class Counted extends FilterInputStream {

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
