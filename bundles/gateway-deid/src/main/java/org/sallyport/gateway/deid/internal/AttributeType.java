package org.sallyport.gateway.deid.internal;

/** How much of an attribute its object needs to stay valid. */
enum AttributeType {
    /** 1 and 1C: a value. */
    VALUE,
    /** 2 and 2C: the attribute, which may be empty. */
    PRESENCE,
    /** 3. */
    NOTHING,
    UNKNOWN
}
