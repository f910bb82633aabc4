package org.sallyport.admin.shell.internal;

import com.fasterxml.jackson.core.JsonProcessingException;
import com.fasterxml.jackson.databind.ObjectMapper;
import com.fasterxml.jackson.databind.node.ArrayNode;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.io.PrintStream;
import java.util.ArrayList;
import java.util.Arrays;
import java.util.Collection;
import java.util.List;
import java.util.regex.Pattern;
import org.apache.karaf.shell.support.table.ShellTable;
import org.jspecify.annotations.Nullable;

/** A list for people, as a table or as JSON with the columns as keys. */
final class Listing {

    private static final ObjectMapper JSON = new ObjectMapper();
    private static final Pattern CONTROL = Pattern.compile("[\\x00-\\x1f\\x7f-\\x9f]");

    private final List<String> columns;
    private final List<List<@Nullable Object>> rows = new ArrayList<>();

    Listing(String... columns) {
        this.columns = List.of(columns);
    }

    void row(@Nullable Object... values) {
        if (values.length != columns.size()) {
            throw new IllegalArgumentException(values.length + " values for " + columns.size() + " columns");
        }
        rows.add(new ArrayList<>(Arrays.asList(values)));
    }

    void print(PrintStream out, boolean json) throws JsonProcessingException {
        if (json) {
            out.println(JSON.writerWithDefaultPrettyPrinter().writeValueAsString(toJson()));
            return;
        }
        ShellTable table = new ShellTable();
        columns.forEach(table::column);
        rows.forEach(
                row -> table.addRow().addContent(row.stream().map(Listing::text).toArray()));
        table.print(out);
    }

    private ArrayNode toJson() {
        ArrayNode array = JSON.createArrayNode();
        for (List<@Nullable Object> row : rows) {
            ObjectNode object = array.addObject();
            for (int i = 0; i < columns.size(); i++) {
                String key = columns.get(i);
                Object value = row.get(i);
                if (value instanceof Number || value instanceof Boolean) {
                    object.putPOJO(key, value);
                } else if (value instanceof Collection<?> many) {
                    ArrayNode list = object.putArray(key);
                    many.forEach(one -> list.add(String.valueOf(one)));
                } else {
                    object.put(key, value == null ? null : value.toString());
                }
            }
        }
        return array;
    }

    private static String text(@Nullable Object value) {
        // What peers and people wrote must not steer the terminal.
        return value == null ? "" : CONTROL.matcher(value.toString()).replaceAll("?");
    }
}
