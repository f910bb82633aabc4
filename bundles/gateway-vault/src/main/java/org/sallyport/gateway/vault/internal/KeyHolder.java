package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.sallyport.gateway.api.DataFolder;

/** Opens the key file. If that fails, the vault's services are not there, nothing is received, and the log says why. */
@Component(service = KeyHolder.class, configurationPid = "org.sallyport.vault")
public final class KeyHolder {

    private final VaultKeys keys;

    @Activate
    public KeyHolder(VaultConfiguration configuration) throws IOException {
        this.keys = new KeyFile(DataFolder.of("vault")).open(configuration._passphrase());
    }

    VaultKeys keys() {
        return keys;
    }
}
