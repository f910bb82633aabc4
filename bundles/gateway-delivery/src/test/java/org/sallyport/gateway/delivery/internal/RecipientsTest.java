package org.sallyport.gateway.delivery.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertSame;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.security.cert.X509Certificate;
import java.time.Clock;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import org.junit.jupiter.api.BeforeAll;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.Destination;
import org.sallyport.gateway.testkit.Certificates;

/** Who may be encrypted for, by the files of a folder. */
class RecipientsTest {

    @TempDir
    private static Path folder;

    private static Certificates research;
    private static Certificates clinic;
    private static Recipients recipients;

    @BeforeAll
    static void makeKeys() throws Exception {
        research = Certificates.rsa(folder, "research", 2048, "-ext", "KeyUsage=keyEncipherment");
        clinic = Certificates.rsa(folder, "clinic", 3072);
        recipients = new Recipients(folder, Clock.systemUTC());
    }

    private static void wrong(String files, String why) {
        String message = String.valueOf(assertThrows(IllegalArgumentException.class, () -> recipients.read(files))
                .getMessage());
        assertTrue(message.startsWith("encrypt-for \""), message);
        assertTrue(message.contains(why), message);
    }

    @Test
    void oneFileOrSeveralHoldOneCertificateOrSeveral() throws Exception {
        X509Certificate one = research.x509();
        X509Certificate other = clinic.x509();
        assertEquals(List.of(one), recipients.read("research-cert.pem"));
        assertEquals(List.of(other, one), recipients.read(" clinic-cert.pem,research-cert.pem "));
        Files.writeString(
                folder.resolve("both.pem"),
                "of the two\n" + Files.readString(research.certificate()) + Files.readString(clinic.certificate()));
        assertEquals(List.of(one, other), recipients.read("both.pem"));
        Files.write(folder.resolve("research.der"), one.getEncoded());
        assertEquals(List.of(one), recipients.read("research.der"));
    }

    @Test
    void aNameLeadsNowhereElse() throws IOException {
        Files.createDirectories(folder.resolve("inner"));
        for (String name : List.of("", " ", "../x", "/etc/passwd", "a/b", ".hidden", "a b", "x".repeat(65))) {
            wrong(name, "must be the name of a file in " + folder);
        }
        wrong("research-cert.pem,", "\"\": must be the name of a file");
        wrong("nobody.pem", "\"nobody.pem\": there is no such file in " + folder);
        wrong("inner", "\"inner\": there is no such file");
    }

    @Test
    void whatIsInAFileHasToBeCertificatesAndNothingElse() throws IOException {
        Files.writeString(folder.resolve("words.pem"), "no certificate");
        wrong("words.pem", "\"words.pem\": ");
        Files.writeString(folder.resolve("empty.pem"), "");
        wrong("empty.pem", "holds no certificate");
        // A private key has no business here.
        wrong("research-key.pem", "\"research-key.pem\": must hold certificates in PEM or DER and nothing else");
        Files.write(folder.resolve("long.pem"), new byte[64 * 1024 + 1]);
        wrong("long.pem", "is longer than 65536 bytes");
        Files.writeString(
                folder.resolve("many.pem"),
                Files.readString(clinic.certificate()).repeat(9));
        wrong("many.pem", "holds 9 certificates: must be 1–8");
    }

    @Test
    void aKeyThatNothingIsToBeEncryptedByIsNamed() throws Exception {
        Certificates.rsa(folder, "short", 1024);
        wrong("short-cert.pem", "\"short-cert.pem\": its RSA key has 1024 bits: must be 2048–16384");
        Certificates.make(folder, "curve", "dns:curve.example");
        wrong("curve-cert.pem", "\"curve-cert.pem\": its key is of the kind EC: must be RSA");
        Certificates.rsa(folder, "signer", 2048, "-ext", "KeyUsage=digitalSignature");
        wrong("signer-cert.pem", "it says of itself that no keys are to be encrypted by it (Key Usage)");
    }

    @Test
    void aCertificateCountsAsLongAsItIsValid() {
        for (Duration offset : List.of(Duration.ofDays(-1), Duration.ofDays(3))) {
            Recipients then = new Recipients(folder, Clock.offset(Clock.systemUTC(), offset));
            IllegalArgumentException wrong =
                    assertThrows(IllegalArgumentException.class, () -> then.read("research-cert.pem"));
            assertTrue(
                    String.valueOf(wrong.getMessage())
                            .startsWith("encrypt-for \"research-cert.pem\": it is valid from "),
                    wrong.getMessage());
        }
    }

    @Test
    void aRouteThatNamesNobodyIsAsItWas() {
        Route nobody = Route.of(Map.of(Destination.NAME, "archive"));
        assertSame(nobody, recipients.checked(nobody));
        Route good = Route.of(Map.of(Destination.NAME, "archive", Destination.ENCRYPT_FOR, "clinic-cert.pem"));
        assertSame(good, recipients.checked(good));
        Route wrong =
                recipients.checked(Route.of(Map.of(Destination.NAME, "archive", Destination.ENCRYPT_FOR, "x.pem")));
        assertEquals("archive", wrong.name());
        assertTrue(String.valueOf(wrong.problem()).startsWith("encrypt-for \"x.pem\": "), wrong.problem());
    }
}
