package org.sallyport.gateway.deid.internal;

/**
 * A profile's rule for objects as a whole. Immutable.
 *
 * @param name by which people know it
 * @param held whether they are held; else they are treated, also if their class is held without a rule
 */
record ClassRule(String name, Scope scope, boolean held) {}
