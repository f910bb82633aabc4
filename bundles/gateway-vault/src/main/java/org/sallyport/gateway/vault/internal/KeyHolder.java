package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.nio.file.Path;
import java.util.Map;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.osgi.service.cm.ConfigurationAdmin;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.support.settings.Secrets;
import org.sallyport.gateway.support.settings.Values;

/** The vault's keys, and what else is set for it. It is a service while the vault is open. Immutable. */
public final class KeyHolder {

    private static final String PLACE = " (org.sallyport.vault.cfg)";

    private final boolean randomPseudonyms;
    private final MasterKey masterKey;
    private final VaultKeys keys;

    /** @throws IllegalArgumentException if a setting cannot be used; the message names it */
    public KeyHolder(
            VaultConfiguration configuration, Map<String, Object> properties, ConfigurationAdmin configurations)
            throws IOException {
        this(configuration, properties, configurations, name -> null);
    }

    /** @param vendors key providers that are no part of the gateway, by name */
    KeyHolder(
            VaultConfiguration configuration,
            Map<String, Object> properties,
            ConfigurationAdmin configurations,
            Function<String, @Nullable KeyProvider> vendors)
            throws IOException {
        this.randomPseudonyms = isRandom(configuration.pseudonyms());
        Secrets secrets = Secrets.of(configurations, properties, PLACE);
        String passphrase = secrets.get(".passphrase", configuration._passphrase());
        KeyProvider environment = new EnvironmentKeyProvider(
                secrets.get(".key", configuration._key()),
                secrets.get(".previous-key", configuration._previous$_$key()));
        KeyProvider token = new Pkcs11KeyProvider(
                configuration.pkcs11$_$library().strip(),
                new Values(PLACE).within("pkcs11-slot", configuration::pkcs11$_$slot, -1, Integer.MAX_VALUE),
                configuration.pkcs11$_$key().strip(),
                secrets.get(".pkcs11-pin", configuration._pkcs11$_$pin()));
        Path folder = DataFolder.of("vault");
        this.masterKey = new MasterKey(
                folder,
                configuration.key$_$provider().strip(),
                name -> switch (name) {
                    case EnvironmentKeyProvider.ID -> environment;
                    case Pkcs11KeyProvider.ID -> token;
                    default -> vendors.apply(name);
                },
                new KeyFile(folder, passphrase));
        this.keys = masterKey.open();
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

    MasterKey masterKey() {
        return masterKey;
    }

    boolean randomPseudonyms() {
        return randomPseudonyms;
    }
}
