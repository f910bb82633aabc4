package org.sallyport.gateway.api.vault;

/** A running keyed digest. Not thread-safe. */
public interface KeyedDigest {

    void update(byte[] bytes, int offset, int length);

    /** The digest, 32 bytes; the object is of no further use. */
    byte[] finish();
}
