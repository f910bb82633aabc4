package org.sallyport.gateway.scp.internal.query;

/** What a caller sees, in matching and in answers alike; never a mixture. */
public enum View {
    /** Patients as they came. */
    ORIGINAL,
    /** Pseudonyms, treated values, our own UIDs. */
    PSEUDONYMOUS
}
