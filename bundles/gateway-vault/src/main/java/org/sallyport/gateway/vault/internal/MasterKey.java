package org.sallyport.gateway.vault.internal;

import java.io.IOException;
import java.io.StringReader;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.HexFormat;
import java.util.Properties;
import java.util.function.Function;
import org.jspecify.annotations.Nullable;
import org.sallyport.gateway.api.DataFolder;
import org.sallyport.gateway.api.key.KeyProvider;
import org.sallyport.gateway.api.vault.VaultException;

/**
 * Where the vault's master key is: in the key file itself, as it is made at first start, or in the file {@value #FILE}, wrapped under the key of a
 * provider. Guarded by its monitor.
 */
final class MasterKey {

    static final String FILE = "master";

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final int BYTES = 32;
    private static final int LONGEST_FILE = 64 << 10;
    private static final int LONGEST_ID = 200;

    private final Path folder;
    private final String configured;
    private final Function<String, @Nullable KeyProvider> providers;
    private final KeyFile keyFile;

    /**
     * @param configured name of the provider to wrap under from now on
     * @param providers by name; null = not there
     */
    MasterKey(Path folder, String configured, Function<String, @Nullable KeyProvider> providers, KeyFile keyFile) {
        this.folder = folder;
        this.configured = configured;
        this.providers = providers;
        this.keyFile = keyFile;
    }

    /** The key that the master key is wrapped under, or the master key itself. */
    record Place(String provider, String keyId) {}

    private record Wrapped(Place place, byte[] bytes) {}

    /** @throws VaultException if a key is missing or is another one; the message says which, and the way out */
    synchronized VaultKeys open() throws IOException {
        return new VaultKeys(masterKey());
    }

    private byte[] masterKey() throws IOException {
        Wrapped wrapped = read();
        if (wrapped != null) {
            return unwrap(wrapped);
        }
        if (configured.equals(KeyFile.ID) || Files.exists(folder.resolve(KeyFile.KEYS))) {
            return keyFile.masterKey();
        }
        if (KeyFile.wasUsed(folder)) {
            throw new VaultException(folder.resolve(FILE)
                    + " is missing, and this vault was used under the key in it: restore the file from a backup");
        }
        byte[] master = new byte[BYTES];
        RANDOM.nextBytes(master);
        wrap(master);
        return master;
    }

    /** Under a new key of the configured provider. What was in force stays if anything fails before the file is written. */
    synchronized Place rotate() throws IOException {
        byte[] master = masterKey();
        Wrapped before = read();
        Wrapped now = wrap(master);
        try {
            if (before == null) {
                keyFile.retire(KeyFile.MASTER);
            } else {
                provider(before.place().provider()).retire(before.place().keyId());
            }
        } catch (Exception e) {
            throw new VaultException(
                    "the master key is wrapped under " + now.place().keyId()
                            + " now, but the key before could not be retired",
                    e);
        }
        return now.place();
    }

    synchronized Place place() throws IOException {
        Wrapped wrapped = read();
        return wrapped == null ? new Place(KeyFile.ID, KeyFile.MASTER) : wrapped.place();
    }

    /** Copies a file of the vault by its name. */
    interface Copy {
        void of(String name) throws IOException;
    }

    /** The files with keys, as they belong together; not the passphrase. */
    synchronized void copyTo(Copy copy) throws IOException {
        copy.of(KeyFile.KEYS);
        copy.of(FILE);
    }

    private Wrapped wrap(byte[] master) throws IOException {
        KeyProvider provider = provider(configured);
        Wrapped wrapped;
        try {
            String id = provider.newKey();
            wrapped = new Wrapped(new Place(configured, id), provider.wrap(id, master.clone()));
        } catch (Exception e) {
            throw refused("key provider " + configured + ": " + e.getMessage(), e);
        }
        if (!isId(wrapped.place().keyId()) || wrapped.bytes().length > KeyProvider.LONGEST_WRAPPED) {
            throw new VaultException("key provider " + configured + " gives an id or a wrapped key that is too long");
        }
        // A key that did not come back would take the whole vault with it.
        if (!Arrays.equals(master, unwrap(wrapped))) {
            throw new VaultException("key provider " + configured + " does not give back what it wrapped");
        }
        String text = "# The vault's master key, wrapped. Back it up with this folder.\n"
                + "provider = " + wrapped.place().provider() + "\nkey = "
                + wrapped.place().keyId() + "\nwrapped = "
                + HexFormat.of().formatHex(wrapped.bytes()) + "\n";
        DataFolder.replace(folder.resolve(FILE), text.getBytes(StandardCharsets.US_ASCII));
        return wrapped;
    }

    private byte[] unwrap(Wrapped wrapped) throws IOException {
        Place place = wrapped.place();
        byte[] master;
        try {
            master = provider(place.provider())
                    .unwrap(place.keyId(), wrapped.bytes().clone());
        } catch (VaultException e) {
            throw e;
        } catch (Exception e) {
            throw refused(
                    "key " + place.keyId() + " of key provider " + place.provider() + " does not open "
                            + folder.resolve(FILE) + ": it is another key of the same name, or the file is damaged",
                    e);
        }
        if (master.length != BYTES) {
            throw new VaultException("key provider " + place.provider() + " gives back what is no master key");
        }
        return master;
    }

    private static VaultException refused(String message, Exception e) {
        if (e instanceof InterruptedException) {
            Thread.currentThread().interrupt();
        }
        return new VaultException(message, e);
    }

    private KeyProvider provider(String name) throws VaultException {
        KeyProvider provider = name.equals(KeyFile.ID) ? keyFile : providers.apply(name);
        if (provider == null) {
            throw new VaultException("key provider \"" + name
                    + "\" is not there (key-provider in org.sallyport.vault.cfg): install its bundle, or name another");
        }
        return provider;
    }

    private static boolean isId(String id) {
        return !id.isEmpty()
                && id.length() <= LONGEST_ID
                && id.chars().allMatch(c -> c > 0x20 && c < 0x7F && c != '\\');
    }

    /** Null if there is none. */
    private @Nullable Wrapped read() throws IOException {
        Path file = folder.resolve(FILE);
        if (!Files.exists(file)) {
            return null;
        }
        if (Files.size(file) > LONGEST_FILE) {
            throw damaged(file);
        }
        Properties properties = new Properties();
        try {
            properties.load(new StringReader(Files.readString(file, StandardCharsets.ISO_8859_1)));
            String id = properties.getProperty("key", "");
            byte[] bytes = HexFormat.of()
                    .parseHex(properties.getProperty("wrapped", "").strip());
            if (!isId(id) || bytes.length == 0) {
                throw damaged(file);
            }
            return new Wrapped(new Place(properties.getProperty("provider", ""), id), bytes);
        } catch (IllegalArgumentException e) {
            throw new VaultException(file + " is damaged: restore it from a backup", e);
        }
    }

    private static VaultException damaged(Path file) {
        return new VaultException(file + " is damaged: restore it from a backup");
    }
}
