package org.sallyport.gateway.vault.internal;

import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;

/**
 * The vault's keys, derived from one master key (HKDF-Expand, RFC 5869 2.3, one block: each purpose has a label of its own). Immutable.
 */
final class VaultKeys {

    private final Hmac master;

    VaultKeys(byte[] master) {
        this.master = new Hmac(master);
    }

    private byte[] derive(String label) {
        return master.of(label.getBytes(StandardCharsets.US_ASCII), new byte[] {1});
    }

    /** Wraps the patients' data keys. */
    byte[] keyEncryptionKey() {
        return derive("key-encryption");
    }

    /** Maps patients and UIDs of one generation; recognises equal originals: {@value Generations#KEY_BYTES} bytes. */
    byte[] generation(int number) {
        return ByteBuffer.allocate(Generations.KEY_BYTES)
                .put(derive("pseudonym/" + number))
                .put(derive("original-digest/" + number))
                .array();
    }

    /** Recognises patients in the journal. */
    byte[] patientLookup() {
        return derive("patient-lookup");
    }

    /** Finds studies by accession numbers and the like. */
    Hmac lookupKey() {
        return new Hmac(derive("lookup"));
    }

    Hmac auditKey() {
        return new Hmac(derive("audit"));
    }

    Hmac heldDigestKey() {
        return new Hmac(derive("held-digest"));
    }

    /** Seals what belongs to no patient. */
    byte[] heldKey() {
        return derive("held");
    }
}
