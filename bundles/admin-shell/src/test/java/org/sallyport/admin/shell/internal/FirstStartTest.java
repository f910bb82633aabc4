package org.sallyport.admin.shell.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.ByteArrayInputStream;
import java.io.DataInputStream;
import java.math.BigInteger;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.PosixFilePermissions;
import java.security.KeyFactory;
import java.security.MessageDigest;
import java.security.PublicKey;
import java.security.Signature;
import java.security.interfaces.ECPrivateKey;
import java.security.interfaces.ECPublicKey;
import java.security.spec.ECPoint;
import java.security.spec.ECPublicKeySpec;
import java.security.spec.PKCS8EncodedKeySpec;
import java.util.Base64;
import java.util.HexFormat;
import java.util.List;
import java.util.Map;
import java.util.TreeMap;
import java.util.stream.Stream;
import org.apache.karaf.jaas.modules.publickey.PublickeyLoginModule;
import org.apache.sshd.common.util.buffer.ByteArrayBuffer;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class FirstStartTest {

    private static final String SHIPPED = "# Comment\n_g_\\:administrators = group,administrator,ssh\n";
    private static final String ROLES = ",_g_:administrators";

    @TempDir
    private Path data;

    @BeforeEach
    void ship() throws Exception {
        Files.createDirectories(data.resolve("shell"));
        Files.createDirectories(data.resolve("etc"));
        Files.writeString(keys(), SHIPPED);
        Files.writeString(users(), SHIPPED);
    }

    private Path keys() {
        return data.resolve("etc/keys.properties");
    }

    private Path users() {
        return data.resolve("etc/users.properties");
    }

    private Path key() {
        return data.resolve("shell/key.pem");
    }

    private Path password() {
        return data.resolve("admin-password");
    }

    private void start() throws Exception {
        new FirstStart(data.resolve("shell"), data.resolve("etc"));
    }

    @Test
    void theFirstStartMakesAKeyAndAUserThatFit() throws Exception {
        start();
        assertWhole();
        for (Path file : List.of(key(), password(), keys(), users())) {
            assertEquals(
                    "rw-------",
                    PosixFilePermissions.toString(Files.getPosixFilePermissions(file)),
                    file.getFileName().toString());
        }
    }

    /** Of keys of all kinds Karaf refuses one in 256. */
    @Test
    void eachKeyLogsIn() throws Exception {
        for (int i = 0; i < 1_000; i++) {
            String key = FirstStart.openSsh((ECPublicKey) FirstStart.pair().getPublic());
            PublicKey asSshdReadsIt = new ByteArrayBuffer(Base64.getDecoder().decode(key)).getRawPublicKey();
            assertTrue(PublickeyLoginModule.equals(asSshdReadsIt, key), key);
        }
    }

    @Test
    void theSecondStartMakesNothing() throws Exception {
        start();
        Map<String, String> before = files();
        start();
        assertEquals(before, files());
    }

    @Test
    void aPasswordThatWasReadAndDeletedDoesNotComeBack() throws Exception {
        start();
        Files.delete(password());
        start();
        assertFalse(Files.exists(password()));
    }

    @Test
    void aUserThatWasTakenAwayDoesNotComeBack() throws Exception {
        start();
        Files.delete(password());
        Files.writeString(users(), SHIPPED);
        start();
        assertEquals(SHIPPED, Files.readString(users()));
        assertFalse(Files.exists(password()));
    }

    @Test
    void aCrashAfterThePasswordMakesANewOne() throws Exception {
        Files.writeString(password(), "of a user that was never added\n");
        start();
        assertWhole();
    }

    @Test
    void aCrashAfterTheUserLeavesTheUserAsItIs() throws Exception {
        start();
        String user = Files.readString(users());
        String password = Files.readString(password());
        Files.delete(key());
        Files.writeString(keys(), SHIPPED);
        start();
        assertEquals(user, Files.readString(users()));
        assertEquals(password, Files.readString(password()));
        assertWhole();
    }

    @Test
    void aCrashBetweenTheHalvesOfTheKeyReplacesTheHalfThatIsThere() throws Exception {
        start();
        String before = Files.readString(keys());
        Files.delete(key());
        start();
        assertNotEquals(before, Files.readString(keys()));
        assertWhole();
    }

    @Test
    void whatACrashLeftHalfWrittenIsNotInTheWay() throws Exception {
        for (String name : List.of("shell/key.pem.part", "etc/keys.properties.part", "etc/users.properties.part")) {
            Files.writeString(data.resolve(name), "hal");
        }
        Files.writeString(data.resolve("admin-password.part"), "hal");
        start();
        assertWhole();
        assertFalse(files().keySet().stream().anyMatch(name -> name.endsWith(".part")), files().keySet()::toString);
    }

    @Test
    void usersWithSimilarNamesAreNotTheUserAdmin() throws Exception {
        Files.writeString(users(), SHIPPED + "administrator = {CRYPT}0{CRYPT},viewer\nadmin2=x,viewer");
        start();
        assertWhole();
        assertTrue(Files.readString(users()).contains("\nadmin2=x,viewer\nadmin = {CRYPT}"), "each on its own line");
    }

    @Test
    void aUserAdminThatIsThereKeepsItsPassword() throws Exception {
        for (String line : List.of("admin = x,viewer", "admin=x", "  admin : x", "admin\tx")) {
            Files.deleteIfExists(key());
            Files.writeString(users(), SHIPPED + line + "\n");
            start();
            assertEquals(SHIPPED + line + "\n", Files.readString(users()));
            assertFalse(Files.exists(password()));
        }
    }

    @Test
    void filesThatAreMissingAreMade() throws Exception {
        Files.delete(keys());
        Files.delete(users());
        start();
        assertTrue(Files.readString(keys()).startsWith("sallyport-shell = "));
        assertTrue(Files.readString(users()).startsWith("admin = "));
    }

    private void assertWhole() throws Exception {
        String password = Files.readString(password());
        assertTrue(password.matches("[0-9a-f]{24}\n"), "a password of 96 bits and one line");
        String hash = HexFormat.of()
                .formatHex(MessageDigest.getInstance("SHA-256")
                        .digest(password.strip().getBytes(StandardCharsets.US_ASCII)));
        List<String> users = Files.readAllLines(users());
        assertEquals(SHIPPED.lines().toList(), users.subList(0, 2), "what was there stays");
        assertEquals(
                List.of("admin = {CRYPT}" + hash + "{CRYPT}" + ROLES),
                users.stream().filter(line -> line.matches("admin\\b.*")).toList());
        assertFalse(Files.readString(users()).contains(password.strip()), "the hash only");

        List<String> lines = Files.readAllLines(keys()).stream()
                .filter(line -> line.startsWith("sallyport-shell"))
                .toList();
        assertEquals(1, lines.size());
        assertTrue(Files.readString(keys()).startsWith(SHIPPED), "what was there stays");
        String line = lines.get(0);
        assertTrue(line.startsWith("sallyport-shell = ") && line.endsWith(ROLES), line);
        assertSamePair(line.substring("sallyport-shell = ".length(), line.length() - ROLES.length()));
    }

    /** The public half as in RFC 5656 3.1, the private one as PKCS #8 (RFC 7468 10). */
    private void assertSamePair(String publicKey) throws Exception {
        String pem = Files.readString(key());
        assertTrue(pem.startsWith("-----BEGIN PRIVATE KEY-----\n") && pem.endsWith("\n-----END PRIVATE KEY-----\n"));
        byte[] der = Base64.getMimeDecoder()
                .decode(pem.lines().filter(l -> !l.startsWith("-")).reduce("", String::concat));
        KeyFactory factory = KeyFactory.getInstance("EC");
        ECPrivateKey key = (ECPrivateKey) factory.generatePrivate(new PKCS8EncodedKeySpec(der));
        Signature signing = Signature.getInstance("SHA256withECDSA");
        signing.initSign(key);
        signing.update(der);
        byte[] signature = signing.sign();
        try (DataInputStream in =
                new DataInputStream(new ByteArrayInputStream(Base64.getDecoder().decode(publicKey)))) {
            assertEquals("ecdsa-sha2-nistp256", new String(in.readNBytes(in.readInt()), StandardCharsets.US_ASCII));
            assertEquals("nistp256", new String(in.readNBytes(in.readInt()), StandardCharsets.US_ASCII));
            assertEquals(1 + 2 * 32, in.readInt());
            assertEquals(4, in.read(), "a point that is not compressed");
            ECPoint point = new ECPoint(new BigInteger(1, in.readNBytes(32)), new BigInteger(1, in.readNBytes(32)));
            assertEquals(-1, in.read());
            signing.initVerify(factory.generatePublic(new ECPublicKeySpec(point, key.getParams())));
        }
        signing.update(der);
        assertTrue(signing.verify(signature), "the two halves belong together");
    }

    private Map<String, String> files() throws Exception {
        Map<String, String> found = new TreeMap<>();
        try (Stream<Path> all = Files.walk(data)) {
            for (Path file : all.filter(Files::isRegularFile).toList()) {
                found.put(data.relativize(file).toString(), Files.readString(file));
            }
        }
        return found;
    }
}
