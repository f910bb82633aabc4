package org.sallyport.benchmarks;

import com.fasterxml.jackson.databind.node.DecimalNode;
import com.fasterxml.jackson.databind.node.JsonNodeFactory;
import com.fasterxml.jackson.databind.node.ObjectNode;
import java.math.BigDecimal;
import java.math.RoundingMode;

/** A figure as one line of JSON, its fields in the order in which they were put. Owned by one thread. */
final class JsonLine {

    private final ObjectNode fields = JsonNodeFactory.instance.objectNode();

    JsonLine(String bench) {
        fields.put("bench", bench);
    }

    JsonLine put(String name, String value) {
        fields.put(name, value);
        return this;
    }

    JsonLine put(String name, long value) {
        fields.put(name, value);
        return this;
    }

    /** @param decimals that are shown */
    JsonLine put(String name, double value, int decimals) {
        fields.set(name, DecimalNode.valueOf(BigDecimal.valueOf(value).setScale(decimals, RoundingMode.HALF_UP)));
        return this;
    }

    /** Median as {@code name}, and the range as {@code name_min} and {@code name_max}. */
    JsonLine put(String name, Statistics values, int decimals) {
        return put(name, values.median(), decimals)
                .put(name + "_min", values.min(), decimals)
                .put(name + "_max", values.max(), decimals);
    }

    @Override
    public String toString() {
        return fields.toString();
    }
}
