package org.sallyport.gateway.vault.internal;

import java.util.ArrayList;
import java.util.List;
import org.sallyport.gateway.api.vault.VaultException;
import org.sallyport.gateway.vault.internal.Row.ForeignKey;
import org.sallyport.gateway.vault.internal.Row.ForeignKey.Kind;

/**
 * Keys of other vaults, whose mappings were taken over: wrapped in the journal as patients' data keys are, each bound to its kind and number. Immutable; what it
 * unwraps is the caller's.
 */
final class ForeignKeys {

    private final KeyWrap keyWrap;

    ForeignKeys(KeyWrap keyWrap) {
        this.keyWrap = keyWrap;
    }

    /** Negative: patients' numbers are not. */
    private static int bound(Kind kind, int number) {
        return kind == Kind.GENERATION ? -1 - number : Integer.MIN_VALUE + number;
    }

    ForeignKey row(Kind kind, int number, byte[] key) throws VaultException {
        return new ForeignKey(kind, number, keyWrap.wrap(bound(kind, number), key));
    }

    /** @param wrapped by their numbers */
    List<byte[]> unwrap(Kind kind, List<byte[]> wrapped) throws VaultException {
        List<byte[]> keys = new ArrayList<>();
        for (int number = 0; number < wrapped.size(); number++) {
            keys.add(keyWrap.unwrap(bound(kind, number), wrapped.get(number)));
        }
        return keys;
    }
}
