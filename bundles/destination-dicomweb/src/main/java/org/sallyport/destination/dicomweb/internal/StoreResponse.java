package org.sallyport.destination.dicomweb.internal;

import com.fasterxml.jackson.core.JsonFactory;
import com.fasterxml.jackson.core.JsonParser;
import com.fasterxml.jackson.core.JsonToken;
import com.fasterxml.jackson.core.StreamReadConstraints;
import java.io.ByteArrayInputStream;
import java.io.IOException;
import java.util.HashMap;
import java.util.Locale;
import java.util.Map;
import javax.xml.stream.XMLInputFactory;
import javax.xml.stream.XMLStreamConstants;
import javax.xml.stream.XMLStreamException;
import javax.xml.stream.XMLStreamReader;
import org.jspecify.annotations.Nullable;

/**
 * What a server says became of each instance: the Store Instances Response Module (PS3.18 Annex I, Table I.2-1), as DICOM JSON (PS3.18 F) or as the
 * Native DICOM Model (PS3.19 A.1). Read in one pass; what is not needed is passed over.
 *
 * @param stored SOP Instance UID → Warning Reason (0008,1196), or 0
 * @param failed SOP Instance UID → Failure Reason (0008,1197), or {@link #NO_REASON}; an instance in both is here only
 */
record StoreResponse(Map<String, Integer> stored, Map<String, Integer> failed) {

    static final int NO_REASON = 0;

    private static final String FAILED_SEQUENCE = "00081198";
    private static final String REFERENCED_SEQUENCE = "00081199";
    private static final String SOP_INSTANCE_UID = "00081155";
    private static final String WARNING_REASON = "00081196";
    private static final String FAILURE_REASON = "00081197";

    private static final int DEEPEST = 32;
    private static final int MOST_ITEMS = 100_000;
    private static final int LONGEST_VALUE = 256;

    StoreResponse {
        stored = new HashMap<>(stored);
        stored.keySet().removeAll(failed.keySet());
        stored = Map.copyOf(stored);
        failed = Map.copyOf(failed);
    }

    /** @throws IOException if it is no such response */
    static StoreResponse parse(String contentType, byte[] body) throws IOException {
        Found found = new Found();
        int first = 0;
        while (first < body.length && (body[first] <= ' ' && body[first] >= 0)) {
            first++;
        }
        if (first == body.length) {
            throw new IOException("the answer is empty");
        }
        // Servers are known that call JSON XML and the other way round.
        if (body[first] == '<' || contentType.endsWith("xml") && body[first] != '{' && body[first] != '[') {
            xml(body, found);
        } else {
            json(body, found);
        }
        return new StoreResponse(found.stored, found.failed);
    }

    /** What was found so far; owned by the thread that parses. */
    private static final class Found {

        private final Map<String, Integer> stored = new HashMap<>();
        private final Map<String, Integer> failed = new HashMap<>();

        void item(String sequence, @Nullable String uid, int reason) throws IOException {
            if (uid == null) {
                return;
            }
            (sequence.equals(FAILED_SEQUENCE) ? failed : stored).put(uid, reason);
            if (stored.size() + failed.size() > MOST_ITEMS) {
                throw new IOException("the answer names more than " + MOST_ITEMS + " instances");
            }
        }
    }

    private static boolean isAsked(String tag) {
        return tag.equals(FAILED_SEQUENCE) || tag.equals(REFERENCED_SEQUENCE);
    }

    private static String reasonTag(String sequence) {
        return sequence.equals(FAILED_SEQUENCE) ? FAILURE_REASON : WARNING_REASON;
    }

    private static int reason(String text) throws IOException {
        if (!text.matches("\\d{1,5}")) {
            throw new IOException("a reason in the answer is no number");
        }
        return Integer.parseInt(text);
    }

    // DICOM JSON

    private static void json(byte[] body, Found found) throws IOException {
        JsonFactory factory = JsonFactory.builder()
                .streamReadConstraints(StreamReadConstraints.builder()
                        .maxNestingDepth(DEEPEST)
                        .maxStringLength(1 << 20)
                        .maxNumberLength(100)
                        .build())
                .build();
        try (JsonParser in = factory.createParser(body)) {
            JsonToken token = in.nextToken();
            boolean list = token == JsonToken.START_ARRAY;
            if (list) {
                token = in.nextToken();
            }
            while (token == JsonToken.START_OBJECT) {
                dataSet(in, found);
                token = list ? in.nextToken() : null;
            }
            if (token != (list ? JsonToken.END_ARRAY : null)) {
                throw new IOException("the answer is no DICOM JSON");
            }
        } catch (com.fasterxml.jackson.core.JacksonException e) {
            // Without its message, which quotes what was sent.
            throw new IOException("the answer is no DICOM JSON (" + e.getClass().getSimpleName() + ")");
        }
    }

    private static void dataSet(JsonParser in, Found found) throws IOException {
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String tag = in.currentName().toUpperCase(Locale.ROOT);
            JsonToken value = in.nextToken();
            if (!isAsked(tag) || value != JsonToken.START_OBJECT) {
                in.skipChildren();
                continue;
            }
            while (in.nextToken() == JsonToken.FIELD_NAME) {
                boolean isValue = in.currentName().equals("Value");
                if (in.nextToken() != JsonToken.START_ARRAY || !isValue) {
                    in.skipChildren();
                    continue;
                }
                for (JsonToken item = in.nextToken(); item != JsonToken.END_ARRAY; item = in.nextToken()) {
                    if (item == JsonToken.START_OBJECT) {
                        item(in, tag, found);
                    } else {
                        in.skipChildren();
                    }
                }
            }
        }
    }

    private static void item(JsonParser in, String sequence, Found found) throws IOException {
        String uid = null;
        int reason = NO_REASON;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            String tag = in.currentName().toUpperCase(Locale.ROOT);
            boolean isUid = tag.equals(SOP_INSTANCE_UID);
            boolean isReason = tag.equals(reasonTag(sequence));
            if (in.nextToken() != JsonToken.START_OBJECT || !isUid && !isReason) {
                in.skipChildren();
                continue;
            }
            String text = firstValue(in);
            if (isUid) {
                uid = text;
            } else if (text != null) {
                reason = reason(text);
            }
        }
        found.item(sequence, uid, reason);
    }

    private static @Nullable String firstValue(JsonParser in) throws IOException {
        String first = null;
        while (in.nextToken() == JsonToken.FIELD_NAME) {
            boolean isValue = in.currentName().equals("Value");
            if (in.nextToken() != JsonToken.START_ARRAY || !isValue) {
                in.skipChildren();
                continue;
            }
            for (JsonToken token = in.nextToken(); token != JsonToken.END_ARRAY; token = in.nextToken()) {
                if (first == null && token.isScalarValue()) {
                    first = checked(in.getText());
                } else {
                    in.skipChildren();
                }
            }
        }
        return first;
    }

    private static String checked(String value) throws IOException {
        if (value.length() > LONGEST_VALUE) {
            throw new IOException("the answer holds a value that is too long");
        }
        // UI may be padded.
        return value.replace('\0', ' ').strip();
    }

    // Native DICOM Model

    private static void xml(byte[] body, Found found) throws IOException {
        XMLInputFactory factory = XMLInputFactory.newDefaultFactory();
        factory.setProperty(XMLInputFactory.SUPPORT_DTD, false);
        factory.setProperty(XMLInputFactory.IS_SUPPORTING_EXTERNAL_ENTITIES, false);
        factory.setProperty(XMLInputFactory.IS_REPLACING_ENTITY_REFERENCES, false);
        factory.setProperty(XMLInputFactory.IS_COALESCING, true);
        try {
            XMLStreamReader in = factory.createXMLStreamReader(new ByteArrayInputStream(body));
            try {
                new NativeModel(in, found).read();
            } finally {
                in.close();
            }
        } catch (XMLStreamException e) {
            throw new IOException("the answer is no DICOM XML (" + e.getClass().getSimpleName() + ")");
        }
    }

    /** Walks a Native DICOM Model: attributes at depth 2, items at 3, their attributes at 4, values at 5 (the root is 1). */
    private static final class NativeModel {

        private final XMLStreamReader in;
        private final Found found;
        private String sequence = "";
        private String tag = "";
        private @Nullable String uid;
        private int reason;

        NativeModel(XMLStreamReader in, Found found) {
            this.in = in;
            this.found = found;
        }

        void read() throws XMLStreamException, IOException {
            int depth = 0;
            while (in.hasNext()) {
                int event = in.next();
                if (event == XMLStreamConstants.DTD || event == XMLStreamConstants.ENTITY_REFERENCE) {
                    throw new IOException("the answer holds a document type or an entity");
                }
                if (event == XMLStreamConstants.START_ELEMENT) {
                    if (++depth > DEEPEST) {
                        throw new IOException("the answer is nested too deeply");
                    }
                    if (opened(depth)) {
                        depth--;
                    }
                } else if (event == XMLStreamConstants.END_ELEMENT) {
                    if (depth == 3 && isAsked(sequence)) {
                        found.item(sequence, uid, reason);
                    }
                    depth--;
                }
            }
        }

        /** @return true if the element was read to its end */
        private boolean opened(int depth) throws XMLStreamException, IOException {
            switch (depth) {
                case 1 -> {
                    if (!in.getLocalName().equals("NativeDicomModel")) {
                        throw new IOException("the answer is no Native DICOM Model");
                    }
                }
                case 2 -> sequence = tagAttribute();
                case 3 -> {
                    uid = null;
                    reason = NO_REASON;
                }
                case 4 -> tag = tagAttribute();
                case 5 -> {
                    boolean isUid = tag.equals(SOP_INSTANCE_UID);
                    if (isAsked(sequence)
                            && in.getLocalName().equals("Value")
                            && (isUid || tag.equals(reasonTag(sequence)))) {
                        String text = checked(in.getElementText());
                        if (isUid) {
                            uid = text;
                        } else {
                            reason = reason(text);
                        }
                        return true;
                    }
                }
                default -> {
                    // Deeper, and not asked for.
                }
            }
            return false;
        }

        private String tagAttribute() {
            String value = in.getAttributeValue(null, "tag");
            return value == null ? "" : value.toUpperCase(Locale.ROOT);
        }
    }
}
