package org.sallyport.ith.api.internal;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/**
 * What a call is answered.
 *
 * @param body null = none
 */
record Answer(int status, @Nullable JsonNode body, Map<String, String> headers) {

    Answer {
        headers = Map.copyOf(headers);
    }

    static Answer of(int status, JsonNode body) {
        return new Answer(status, body, Map.of());
    }

    /** 404, and what went wrong here. */
    static Answer error(int status, String text) {
        return of(status, JsonNodeFactory.instance.objectNode().put("error", text));
    }

    /** What the caller may not, or not so. */
    static Answer detail(int status, String text) {
        return of(status, JsonNodeFactory.instance.objectNode().put("detail", text));
    }

    /** 400: what is wrong with a field. */
    static Answer field(String name, String text) {
        var body = JsonNodeFactory.instance.objectNode();
        body.putArray(name).add(text);
        return of(400, body);
    }

    Answer with(String header, String value) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.put(header, value);
        return new Answer(status, body, all);
    }

    Answer with(Map<String, String> more) {
        Map<String, String> all = new LinkedHashMap<>(headers);
        all.putAll(more);
        return new Answer(status, body, all);
    }

    /** The body may hold identity. */
    @Override
    public String toString() {
        return "Answer[" + status + "]";
    }
}
