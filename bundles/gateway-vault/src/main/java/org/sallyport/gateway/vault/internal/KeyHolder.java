package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.util.Map;
import org.osgi.service.cm.ConfigurationAdmin;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.osgi.service.component.annotations.Reference;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.support.settings.Secrets;

/** Opens the key file. If that fails, the vault's services are not there, nothing is received, and the log says why. */
@Component(service = KeyHolder.class, configurationPid = "org.sallyport.vault")
public final class KeyHolder {

    private final VaultKeys keys;

    /** @throws IllegalArgumentException if the passphrase stands in the .cfg itself */
    @Activate
    public KeyHolder(
            VaultConfiguration configuration,
            Map<String, Object> properties,
            @Reference ConfigurationAdmin configurations)
            throws IOException {
        String passphrase = Secrets.of(configurations, properties, " (org.sallyport.vault.cfg)")
                .get(".passphrase", configuration._passphrase());
        this.keys = new KeyFile(DataFolder.of("vault")).open(passphrase);
    }

    VaultKeys keys() {
        return keys;
    }
}
