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
    MAP_UID
}
