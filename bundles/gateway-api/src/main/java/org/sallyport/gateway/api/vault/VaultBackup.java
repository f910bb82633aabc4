package org.sallyport.gateway.api.vault;

import java.io.IOException;
import java.nio.file.Path;

/** Copies the vault while it is in use. Thread-safe. */
public interface VaultBackup {

    /**
     * Makes a copy that can be put in the place of the vault: the folder {@code vault} in the given one, on stable storage. It holds every assignment that was
     * given out before the call. A passphrase that lies beside the key file is left out: whoever has both has the key.
     *
     * @param folder exists, and has no {@code vault}
     * @throws AccessDeniedException if the request lacks the role {@link Roles#ADMINISTRATOR} or the reason; audited too
     * @throws IOException if a file cannot be read or written; what was written is of no use
     */
    void backUp(Path folder, AccessRequest request) throws IOException;
}
