package org.sallyport.admin.shell.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.PrintStream;
import java.util.LinkedHashMap;
import java.util.Map;
import org.jspecify.annotations.Nullable;

/** All about one thing, for people: a table of two columns, or one JSON object. */
final class Sheet {

    private static final ObjectMapper JSON = new ObjectMapper();

    private final Map<String, @Nullable Object> values = new LinkedHashMap<>();

    void put(String key, @Nullable Object value) {
        boolean isText =
                value != null && !(value instanceof Number) && !(value instanceof Boolean) && !(value instanceof Map);
        values.put(key, isText ? String.valueOf(value) : value);
    }

    void print(PrintStream out, boolean json) throws JsonProcessingException {
        if (json) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(values));
            return;
        }
        Listing list = new Listing("what", "value");
        values.forEach(list::row);
        list.print(out, false);
    }
}
