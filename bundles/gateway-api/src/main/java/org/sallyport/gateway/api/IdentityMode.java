package org.sallyport.gateway.api;

/** Whether a delivery carries the patient's identity. */
public enum IdentityMode {
    /** De-identified, as stored. */
    PSEUDONYMOUS,
    /** The original identity, restored while it is read; only for receivers that the local administrator allows it. */
    ORIGINAL
}
