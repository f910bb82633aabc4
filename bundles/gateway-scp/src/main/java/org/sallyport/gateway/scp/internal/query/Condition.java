package org.sallyport.gateway.scp.internal.query;

/** What an entity has to fulfil. Immutable, thread-safe. */
@FunctionalInterface
public interface Condition {

    boolean isMetBy(Attributes attributes);
}
