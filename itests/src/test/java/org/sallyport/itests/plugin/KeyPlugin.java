package org.sallyport.itests.plugin;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.SecureRandom;
import java.util.Arrays;
import java.util.Map;
import javax.crypto.Cipher;
import javax.crypto.spec.GCMParameterSpec;
import javax.crypto.spec.SecretKeySpec;
import org.osgi.framework.BundleActivator;
import org.osgi.framework.BundleContext;
import org.osgi.framework.FrameworkUtil;
import org.sallyport.gateway.api.key.KeyProvider;

/** A key provider as a vendor makes it, {@value #NAME}, with a file for each of its keys in the folder that its bundle's manifest tells. */
public final class KeyPlugin implements KeyProvider, BundleActivator {

    public static final String NAME = "kms";
    public static final String FOLDER_HEADER = "Keys-Folder";

    private static final SecureRandom RANDOM = new SecureRandom();
    private static final int NONCE = 12;

    private volatile Path folder = Path.of("");

    @Override
    public void start(BundleContext context) {
        folder = Path.of(context.getBundle().getHeaders().get(FOLDER_HEADER));
        context.registerService(KeyProvider.class, this, FrameworkUtil.asDictionary(Map.of(KeyProvider.NAME, NAME)));
    }

    @Override
    public void stop(BundleContext context) {
        // The framework takes the service away.
    }

    @Override
    public synchronized String newKey() throws IOException {
        byte[] key = new byte[32];
        RANDOM.nextBytes(key);
        int number = 1;
        while (Files.exists(folder.resolve(NAME + "-" + number))) {
            number++;
        }
        Files.write(folder.resolve(NAME + "-" + number), key);
        return NAME + "-" + number;
    }

    private SecretKeySpec find(String keyId) throws IOException {
        if (!keyId.matches(NAME + "-\\d{1,4}")) {
            throw new IOException("there is no key " + keyId);
        }
        return new SecretKeySpec(Files.readAllBytes(folder.resolve(keyId)), "AES");
    }

    @Override
    public byte[] wrap(String keyId, byte[] key) throws Exception {
        byte[] nonce = new byte[NONCE];
        RANDOM.nextBytes(nonce);
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.ENCRYPT_MODE, find(keyId), new GCMParameterSpec(128, nonce));
        byte[] wrapped = Arrays.copyOf(nonce, NONCE + 48);
        cipher.doFinal(key, 0, key.length, wrapped, NONCE);
        return wrapped;
    }

    @Override
    public byte[] unwrap(String keyId, byte[] wrapped) throws Exception {
        Cipher cipher = Cipher.getInstance("AES/GCM/NoPadding");
        cipher.init(Cipher.DECRYPT_MODE, find(keyId), new GCMParameterSpec(128, Arrays.copyOf(wrapped, NONCE)));
        return cipher.doFinal(wrapped, NONCE, wrapped.length - NONCE);
    }
}
