package org.sallyport.gateway.deid.internal;

/** What becomes of an attribute (PS3.15 Table E.1-1a, combined actions resolved). */
enum Action {
    /** D: a dummy value that fits the value representation. */
    DUMMY,
    /** Z: empty. */
    EMPTY,
    /** X: removed. */
    REMOVE,
    /** K: kept; items of a sequence are treated. */
    KEEP,
    /** C of Retain Longitudinal Modified Dates: dates are moved by the study's shift. */
    SHIFT,
    /** U: the UID is mapped; items of a sequence are treated. */
    MAP_UID,
    /** C of the other options: of text the allowed terms are kept, items of a sequence are treated, graphics are kept if they hold no text. */
    CLEAN,
    /** A value that a profile's rule gives. */
    REPLACE
}
