package org.sallyport.admin.shell.internal;

import java.io.ByteArrayOutputStream;
import java.io.DataOutputStream;
import java.io.IOException;
import java.math.BigInteger;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.GeneralSecurityException;
import java.security.KeyPair;
import java.security.KeyPairGenerator;
import java.security.MessageDigest;
import java.security.SecureRandom;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECGenParameterSpec;
import java.security.spec.ECPoint;
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

    /** Of an elliptic curve, as OpenSSH and Java name it. A pair of it is made at once, where one for RSA takes seconds to find. */
    private static final String OPENSSH_CURVE = "nistp256";

    private static final String JAVA_CURVE = "secp256r1";
    private static final int COORDINATE_BYTES = 32;

    private static final String ROLES = "_g_:administrators";
    private static final Predicate<String> USER_ADMIN =
            Pattern.compile("\\s*admin\\s*([=:\\s].*)?").asMatchPredicate();
    private static final Predicate<String> SHELL_KEY =
            Pattern.compile("\\s*sallyport-shell\\s*([=:\\s].*)?").asMatchPredicate();

    @Activate
    public FirstStart() throws IOException, GeneralSecurityException {
        this(DataFolder.of("shell"), Path.of(System.getProperty("karaf.etc")));
    }

    FirstStart(Path folder, Path etc) throws IOException, GeneralSecurityException {
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
        KeyPair pair = pair();
        set(
                etc.resolve("keys.properties"),
                SHELL_KEY,
                "sallyport-shell = " + openSsh((ECPublicKey) pair.getPublic()) + "," + ROLES);
        write(key, pem(pair));
    }

    /**
     * A new pair whose public key Karaf knows again. Its PublickeyLoginModule takes a coordinate's first bit for a sign, and then refuses one key in 256:
     * nobody could log in by {@code ./shell}. A quarter of all keys has no such bit.
     */
    static KeyPair pair() throws GeneralSecurityException {
        KeyPairGenerator generator = KeyPairGenerator.getInstance("EC");
        generator.initialize(new ECGenParameterSpec(JAVA_CURVE));
        KeyPair pair = generator.generateKeyPair();
        while (hasFirstBit(((ECPublicKey) pair.getPublic()).getW())) {
            pair = generator.generateKeyPair();
        }
        return pair;
    }

    private static boolean hasFirstBit(ECPoint point) {
        int first = 8 * COORDINATE_BYTES - 1;
        return point.getAffineX().testBit(first) || point.getAffineY().testBit(first);
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

    /** The public key as OpenSSH writes it (RFC 5656 3.1). */
    static String openSsh(ECPublicKey key) throws IOException {
        ByteArrayOutputStream bytes = new ByteArrayOutputStream();
        DataOutputStream out = new DataOutputStream(bytes);
        for (byte[] field :
                new byte[][] {ascii("ecdsa-sha2-" + OPENSSH_CURVE), ascii(OPENSSH_CURVE), uncompressed(key.getW())}) {
            out.writeInt(field.length);
            out.write(field);
        }
        return Base64.getEncoder().encodeToString(bytes.toByteArray());
    }

    private static byte[] ascii(String text) {
        return text.getBytes(StandardCharsets.US_ASCII);
    }

    /** Both coordinates of a point (SEC 1 2.3.3). */
    private static byte[] uncompressed(ECPoint point) {
        ByteBuffer bytes = ByteBuffer.allocate(1 + 2 * COORDINATE_BYTES).put((byte) 4);
        for (BigInteger coordinate : List.of(point.getAffineX(), point.getAffineY())) {
            byte[] value = coordinate.toByteArray();
            int sign = Math.max(0, value.length - COORDINATE_BYTES);
            bytes.position(bytes.position() + COORDINATE_BYTES - (value.length - sign));
            bytes.put(value, sign, value.length - sign);
        }
        return bytes.array();
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
