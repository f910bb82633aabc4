package org.sallyport.gateway.api.key;

import org.osgi.annotation.versioning.ConsumerType;

/**
 * Holds key-encryption keys, as a hardware security module or a key management service does. The vault's master key lies on disk wrapped by one of them
 * ({@code vault/master}); it is unwrapped once, when the vault opens, and stays in memory. An OSGi service; {@code key-provider} in
 * {@code org.sallyport.vault.cfg} names it. While it is not there the vault stays closed and nothing is received; if it goes away later, the vault stays
 * open.
 *
 * <p><b>Threading.</b> Called by one thread at a time, seldom: when the vault opens and when an administrator changes the key. Each call should return
 * within a minute.
 *
 * <p><b>Secrecy.</b> The master key may go into no file, log or exception. Messages of exceptions are logged and shown to administrators.
 */
@ConsumerType
public interface KeyProvider {

    /** Service property, required: the name that {@code key-provider} uses; {@code [a-z0-9-]{1,40}}. */
    String NAME = "key.provider";

    /** The longest wrapped key, in bytes. */
    int LONGEST_WRAPPED = 8 << 10;

    /**
     * The key to wrap under from now on: a new one, if the provider makes keys by itself; else the one that its administrator has chosen.
     *
     * @return its id, 1–200 visible characters of ASCII; no secret
     * @throws Exception if there is none; the message says what to do
     */
    String newKey() throws Exception;

    /**
     * Wraps a key so that nobody can change it unseen.
     *
     * @param keyId as {@link #newKey} told it
     * @param key 32 bytes; not to be kept
     * @return at most {@value #LONGEST_WRAPPED} bytes
     */
    byte[] wrap(String keyId, byte[] key) throws Exception;

    /** @throws Exception if the key is not there, or is not the one that wrapped it; the message says what to do */
    byte[] unwrap(String keyId, byte[] wrapped) throws Exception;

    /** Nothing that the gateway keeps is wrapped under this key any more; back-ups may be. */
    default void retire(String keyId) throws Exception {}
}
