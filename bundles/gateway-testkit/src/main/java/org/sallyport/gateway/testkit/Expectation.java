package org.sallyport.gateway.testkit;

import java.util.List;

/**
 * What is expected of a de-identified object in one place.
 *
 * @param path tags of the sequences, of which the first item is meant, and of the attribute; empty = the object as a whole
 * @param value what was planted there, or has to be there; empty where the type needs none
 */
public record Expectation(ActionType type, List<Integer> path, String value) {

    public Expectation {
        path = List.copyOf(path);
    }
}
