package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Certificates;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** dcmtk's programs over TLS, with certificates on both sides. */
@Tag("peers")
class TlsIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    private int port;

    TlsIT() {}

    /** echoscu over TLS. */
    private int echo(String aet, List<String> own, Certificates trusted) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("echoscu", "-aec", Appliance.AET, "-aet", aet));
        command.addAll(own);
        command.addAll(List.of("+cf", trusted.certificate().toString(), "127.0.0.1", String.valueOf(port)));
        return Command.run(command).exit();
    }

    private static List<String> by(Certificates own) {
        return List.of("+tls", own.key().toString(), own.certificate().toString());
    }

    /** What dicom:status says of the port for TLS. */
    private static JsonNode secured(Appliance appliance) throws IOException, InterruptedException {
        for (JsonNode row : appliance.jsonOnceThere("dicom:status")) {
            if (row.get("tls").asBoolean()) {
                return row;
            }
        }
        throw new IOException("no port for TLS");
    }

    @Test
    void imagesComeOverTlsFromThoseWhoAreTrusted() throws Exception {
        Certificates ours = Certificates.make(folder, "ours", "ip:127.0.0.1");
        Certificates next = Certificates.make(folder, "next", "ip:127.0.0.1");
        Certificates scanner = Certificates.make(folder, "scanner", "dns:scanner.example");
        Certificates ward = Certificates.make(folder, "ward", "dns:ward.example");
        Certificates expired = Certificates.expired(folder, "expired", "dns:expired.example");
        Certificates stranger = Certificates.make(folder, "stranger", "dns:stranger.example");
        Path trusted = Files.writeString(
                folder.resolve("trusted.pem"),
                Files.readString(scanner.certificate())
                        + Files.readString(ward.certificate())
                        + Files.readString(expired.certificate()));
        Path current = Files.copy(ours.pkcs12(), folder.resolve("current.p12"));
        port = Ports.free(1).get(0);
        List<Path> images =
                new SyntheticStudy(new Patient(71), Modality.CT, 71, 1, 3, 64, 64).writeTo(folder.resolve("study"));

        try (Appliance appliance = new Appliance(folder.resolve("data"))
                .with("DICOM_TLS_PORT", String.valueOf(port))
                .with("DICOM_TLS_CERTIFICATE", current.toString())
                .with("DICOM_TLS_PASSWORD", Certificates.PASSWORD)
                .with("DICOM_TLS_TRUSTED", trusted.toString())) {
            appliance.start();
            assertEquals("null", secured(appliance).get("message").asText());
            appliance.await("the secured port is open", SOON, () -> secured(appliance)
                    .get("listening")
                    .asBoolean());

            // Who is trusted, and nobody else.
            assertEquals(0, echo("SCANNER", by(scanner), ours));
            assertNotEquals(0, echo("SCANNER", by(stranger), ours), "a certificate that is not trusted");
            assertNotEquals(0, echo("SCANNER", by(expired), ours), "a certificate out of its time");
            assertNotEquals(0, echo("SCANNER", List.of("-tls"), ours), "no certificate");
            assertNotEquals(0, echo("SCANNER", by(scanner), next), "whom the scanner does not trust");

            // Images.
            List<String> store = new ArrayList<>(List.of("storescu", "-v", "-aec", Appliance.AET, "-aet", "SCANNER"));
            store.addAll(by(scanner));
            store.addAll(List.of("+cf", ours.certificate().toString(), "127.0.0.1", String.valueOf(port)));
            images.forEach(image -> store.add(image.toString()));
            assertEquals(
                    images.size(),
                    Command.run(store).ok().output().split("Received Store Response \\(Success\\)", -1).length - 1);
            appliance.await(
                    "the study is delivered", SOON, () -> appliance.archives().size() == 1);

            // The certificate is exchanged while it runs: the next association has the new one.
            Files.copy(next.pkcs12(), current, StandardCopyOption.REPLACE_EXISTING);
            assertNotEquals(0, echo("SCANNER", by(scanner), ours));
            assertEquals(0, echo("SCANNER", by(scanner), next));
            Files.writeString(current, "of no use");
            assertEquals(0, echo("SCANNER", by(scanner), next), "the last good one stays in use");
            assertTrue(secured(appliance).get("message").asText().contains("current.p12 is neither PEM nor"));
            assertTrue(secured(appliance).get("listening").asBoolean());
            Files.copy(next.pkcs12(), current, StandardCopyOption.REPLACE_EXISTING);
            assertEquals(0, echo("SCANNER", by(scanner), next));
            assertEquals("null", secured(appliance).get("message").asText());

            // A node that is known by its certificate comes by that alone.
            appliance
                    .shell("node:add --certificate " + ward.fingerprint() + " ward WARD 127.0.0.1 104")
                    .ok();
            appliance.await("the node is in force", SOON, () -> echo("WARD", by(scanner), next) != 0);
            assertEquals(0, echo("WARD", by(ward), next));
            assertEquals(0, echo("SCANNER", by(scanner), next));
            assertNotEquals(0, plain(appliance, "WARD"));
            assertEquals(0, plain(appliance, "SCANNER"));

            aMistakeIsShownAndThePlainPortStaysOpen(appliance);
        }
    }

    private static int plain(Appliance appliance, String aet) throws IOException, InterruptedException {
        return Command.run(
                        "echoscu",
                        "-aec",
                        Appliance.AET,
                        "-aet",
                        aet,
                        "127.0.0.1",
                        String.valueOf(appliance.dicomPort()))
                .exit();
    }

    private void aMistakeIsShownAndThePlainPortStaysOpen(Appliance appliance) throws Exception {
        Path settings = appliance.data().resolve("etc/org.sallyport.scp.cfg");
        String good = Files.readString(settings);
        Files.writeString(
                settings,
                good.replace("$[env:DICOM_TLS_PASSWORD;default=]", "written-in-the-clear-2212")
                        .replace("$[env:DICOM_TLS_CERTIFICATE;default=]", "/nowhere/of-ours.p12"));
        appliance.await(
                "the secret in the clear is shown",
                SOON,
                () -> secured(appliance).get("message").asText().contains(".tls-password: stands in the clear"));
        assertEquals(0, plain(appliance, "SCANNER"));

        Files.writeString(settings, good.replace("$[env:DICOM_TLS_CERTIFICATE;default=]", "/nowhere/of-ours.p12"));
        appliance.await(
                "the missing file is shown",
                SOON,
                () -> secured(appliance).get("message").asText().contains("/nowhere/of-ours.p12 does not exist"));
        assertEquals(0, plain(appliance, "SCANNER"));
        assertEquals(200, appliance.health());

        Files.writeString(settings, good);
        appliance.await("the port for TLS is there again", SOON, () -> secured(appliance)
                .get("listening")
                .asBoolean());
    }
}
