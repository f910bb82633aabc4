package org.sallyport.admin.shell.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.attribute.FileAttribute;
import java.nio.file.attribute.PosixFilePermission;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.RSAPublicKey;
import java.util.Base64;
import java.util.HexFormat;
import java.util.Set;
import org.osgi.service.component.annotations.Activate;
import org.osgi.service.component.annotations.Component;
import org.sallyport.gateway.api.DataFolder;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;

/**
 * Makes, once, what people need to get in: the key of {@code ./shell} and the user {@code admin} with a random password. Only the password's hash
 * is kept, but for the file that the administrator reads and deletes.
 */
@Component(service = FirstStart.class, immediate = true)
public final class FirstStart {

    private static final Logger LOG = LoggerFactory.getLogger(FirstStart.class);

    private static final FileAttribute<Set<PosixFilePermission>> OWNER_ONLY =
            PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"));
    private static final String ROLES = "_g_:administrators";

    @Activate
    public FirstStart() throws IOException, GeneralSecurityException {
        this(DataFolder.of("shell"), Path.of(System.getProperty("karaf.etc")));
    }

    FirstStart(Path folder, Path etc) throws IOException, GeneralSecurityException {
        Path key = folder.resolve("key.pem");
        if (!Files.exists(key)) {
            KeyPairGenerator generator = KeyPairGenerator.getInstance("RSA");
            generator.initialize(3072);
            KeyPair pair = generator.generateKeyPair();
            append(
                    etc.resolve("keys.properties"),
                    "sallyport-shell = " + openSsh((RSAPublicKey) pair.getPublic()) + "," + ROLES);
            write(key, pem(pair));
        }
        Path users = etc.resolve("users.properties");
        if (Files.readAllLines(users).stream().noneMatch(line -> line.strip().startsWith("admin"))) {
            byte[] random = new byte[12];
            new SecureRandom().nextBytes(random);
            String password = HexFormat.of().formatHex(random);
            write(folder.resolveSibling("admin-password"), password + "\n");
            append(users, "admin = {CRYPT}" + sha256(password) + "{CRYPT}," + ROLES);
            LOG.info("user admin was made; its one-time password is in the file admin-password of the data folder");
        }
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

    /** Whole or not at all. */
    private static void write(Path file, String text) throws IOException {
        Path part = Files.createTempFile(file.toAbsolutePath().getParent(), "new-", ".part", OWNER_ONLY);
        Files.writeString(part, text);
        Files.move(part, file, StandardCopyOption.ATOMIC_MOVE);
    }

    private static void append(Path file, String line) throws IOException {
        String old = Files.readString(file);
        write(file, old + (old.endsWith("\n") || old.isEmpty() ? "" : "\n") + line + "\n");
    }
}
