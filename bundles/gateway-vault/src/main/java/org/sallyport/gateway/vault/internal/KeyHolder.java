package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.util.Map;
import org.osgi.service.cm.ConfigurationAdmin;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.support.settings.Secrets;

/** The opened key file, and what else is set for the vault. It is a service while the vault is open. Immutable. */
public final class KeyHolder {

    private static final String PLACE = " (org.sallyport.vault.cfg)";

    private final boolean randomPseudonyms;
    private final VaultKeys keys;

    /** @throws IllegalArgumentException if a setting cannot be used; the message names it */
    public KeyHolder(
            VaultConfiguration configuration, Map<String, Object> properties, ConfigurationAdmin configurations)
            throws IOException {
        this.randomPseudonyms = isRandom(configuration.pseudonyms());
        String passphrase =
                Secrets.of(configurations, properties, PLACE).get(".passphrase", configuration._passphrase());
        this.keys = new KeyFile(DataFolder.of("vault")).open(passphrase);
    }

    private static boolean isRandom(String setting) {
        return switch (setting.strip()) {
            case "keyed" -> false;
            case "random" -> true;
            default ->
                throw new IllegalArgumentException("pseudonyms \"" + setting + "\": must be keyed or random" + PLACE);
        };
    }

    VaultKeys keys() {
        return keys;
    }

    boolean randomPseudonyms() {
        return randomPseudonyms;
    }
}
