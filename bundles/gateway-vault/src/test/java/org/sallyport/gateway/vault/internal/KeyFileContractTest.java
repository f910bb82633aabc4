package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.testkit.KeyProviderContract;

/** The PKCS#12 file keeps to what vendors' providers keep to. */
class KeyFileContractTest extends KeyProviderContract {

    @TempDir
    private Path folder;

    @Override
    protected KeyProvider open() {
        return new KeyFile(folder, "correct horse battery staple");
    }

    @Override
    protected boolean loseKeys() throws IOException {
        Files.delete(folder.resolve(KeyFile.KEYS));
        return true;
    }
}
