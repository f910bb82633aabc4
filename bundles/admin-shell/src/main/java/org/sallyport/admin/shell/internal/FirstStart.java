package org.sallyport.admin.shell.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.ArrayList;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.function.Predicate;
import java.util.regex.Pattern;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.sallyport.gateway.api.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, once, what people need to get in: the key of {@code ./shell} and the user {@code admin} with a random password. Only the password's hash
 * is kept, but for the file that the administrator reads and deletes. The private key is written last: once it is there everything was made, and
 * what an administrator takes away later does not come back.
 */
@Component(service = FirstStart.class, immediate = true)
public final class FirstStart {

    private static final SecureRandom RANDOM = new SecureRandom();

    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);

    /** Of an RSA key. */
    private static final int BITS = 3_072;

    private static final String ROLES = "_g_:administrators";
    private static final Predicate<String> USER_ADMIN =
            Pattern.compile("\\s*admin\\s*([=:\\s].*)?").asMatchPredicate();
    private static final Predicate<String> SHELL_KEY =
            Pattern.compile("\\s*sallyport-shell\\s*([=:\\s].*)?").asMatchPredicate();

    @Activate
    public FirstStart() throws IOException, GeneralSecurityException {
        this(DataFolder.of("shell"), Path.of(System.getProperty("karaf.etc")), BITS);
    }

    FirstStart(Path folder, Path etc, int bits) throws IOException, GeneralSecurityException {
        Path key = folder.resolve("key.pem");
        if (Files.exists(key)) {
            return;
        }
        Path users = etc.resolve("users.properties");
        if (lines(users).stream().noneMatch(USER_ADMIN)) {
            byte[] random = new byte[12];
            RANDOM.nextBytes(random);
            String password = HexFormat.of().formatHex(random);
            write(folder.resolveSibling("admin-password"), password + "\n");
            set(users, USER_ADMIN, "admin = {CRYPT}" + sha256(password) + "{CRYPT}," + ROLES);
            LOG.info("user admin was made; its one-time password is in the file admin-password of the data folder");
        }
        KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
        generator.initialize(bits);
        KeyPair pair = generator.generateKeyPair();
        set(
                etc.resolve("keys.properties"),
                SHELL_KEY,
                "sallyport-shell = " + openSsh((RSAPublicKey) pair.getPublic()) + "," + ROLES);
        write(key, pem(pair));
    }

    private static String sha256(String text) throws GeneralSecurityException {
        byte[] digest = MessageDigest.getInstance("SHA-256").digest(text.getBytes(StandardCharsets.UTF_8));
        return HexFormat.of().formatHex(digest);
    }

    private static String pem(KeyPair pair) {
        String body = Base64.getMimeEncoder(64, new byte[] {'\n'})
                .encodeToString(pair.getPrivate().getEncoded());
        return "-----BEGIN PRIVATE KEY-----\n" + body + "\n-----END PRIVATE KEY-----\n";
    }

    /** The public key as OpenSSH writes it (RFC 4253 6.6). */
    private static String openSsh(RSAPublicKey key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] field : new byte[][] {
            "ssh-rsa".getBytes(StandardCharsets.US_ASCII), number(key.getPublicExponent()), number(key.getModulus())
        }) {
            out.writeInt(field.length);
            out.write(field);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static byte[] number(BigInteger value) {
        return value.toByteArray();
    }

    /** On stable storage, whole or not at all. */
    private static void write(Path file, String text) throws IOException {
        DataFolder.replace(file, text.getBytes(StandardCharsets.UTF_8));
    }

    private static List<String> lines(Path file) throws IOException {
        return Files.exists(file) ? Files.readAllLines(file) : List.of();
    }

    /** Puts a line at the end, in place of those before that it is the newer one of. */
    private static void set(Path file, Predicate<String> older, String line) throws IOException {
        List<String> lines = new ArrayList<>(lines(file));
        lines.removeIf(older);
        lines.add(line);
        write(file, String.join("\n", lines) + "\n");
    }
}
