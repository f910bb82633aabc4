package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.net.URI;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
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

/** dcmtk's programs and Orthanc over TLS, with certificates on both sides. */
@Tag("peers")
class TlsIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final ObjectMapper JSON = new ObjectMapper();
    private static final SyntheticStudy STUDY = new SyntheticStudy(new Patient(71), Modality.CT, 71, 1, 3, 64, 64);

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
        Certificates archive = Certificates.make(folder, "archive", "ip:127.0.0.1");
        Path trusted = Files.writeString(
                folder.resolve("trusted.pem"),
                Files.readString(scanner.certificate())
                        + Files.readString(ward.certificate())
                        + Files.readString(archive.certificate())
                        + Files.readString(expired.certificate()));
        Path current = Files.copy(ours.pkcs12(), folder.resolve("current.p12"));
        List<Integer> ports = Ports.free(3);
        port = ports.get(0);
        List<Path> images = STUDY.writeTo(folder.resolve("study"));
        Path etc = Files.createDirectories(folder.resolve("data/etc"));
        Files.writeString(
                etc.resolve("org.sallyport.node-viewer.cfg"),
                "aet = VIEWER\naddress = 127.0.0.1\nport = 104\npermission = read\nidentity = original\ncertificate = "
                        + ward.fingerprint() + "\n");
        Path password = Files.writeString(folder.resolve("password"), Certificates.PASSWORD + "\n");
        Files.writeString(
                etc.resolve("org.sallyport.node-archive.cfg"),
                "aet = ARCHIVE\naddress = 127.0.0.1\nport = " + ports.get(1)
                        + "\npermission = read\nidentity = original\ncertificate = " + archive.fingerprint()
                        + "\ntls = yes\ntls-certificate = " + ours.pkcs12() + "\n.tls-password = FILE(" + password
                        + ")\ntls-trusted = " + archive.certificate() + "\n");

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

            whoIsKnownByACertificateAsksOverTls(ward, scanner, ours);
            orthancAsksAndFetchesOverTls(archive, ours, ports.get(1), ports.get(2));

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

    /** findscu's output. */
    private String find(String aet, Certificates own, Certificates trusted) throws IOException, InterruptedException {
        List<String> command = new ArrayList<>(List.of("findscu", "-d", "-S", "-aec", Appliance.AET, "-aet", aet));
        command.addAll(by(own));
        command.addAll(List.of("+cf", trusted.certificate().toString()));
        for (String key : List.of("QueryRetrieveLevel=STUDY", "PatientName", "StudyInstanceUID")) {
            command.addAll(List.of("-k", key));
        }
        command.addAll(List.of("127.0.0.1", String.valueOf(port)));
        return Command.run(command).output();
    }

    private void whoIsKnownByACertificateAsksOverTls(Certificates ward, Certificates scanner, Certificates ours)
            throws Exception {
        String found = find("VIEWER", ward, ours);
        assertTrue(found.contains("[" + STUDY.patient().name()), found);
        assertTrue(found.contains(STUDY.studyInstanceUid()), found);
        // The same AE title by another certificate is nobody's.
        String other = find("VIEWER", scanner, ours);
        assertTrue(other.contains("Association Rejected"), other);
        String stranger = find("SCANNER", scanner, ours);
        assertTrue(stranger.contains("0x0124"), stranger);
    }

    /** Orthanc asks the port for TLS, has a study sent to its own, and speaks nothing but TLS itself. */
    private void orthancAsksAndFetchesOverTls(Certificates own, Certificates ours, int dicomPort, int httpPort)
            throws Exception {
        Path storage = folder.resolve("orthanc");
        Path configuration = Files.writeString(folder.resolve("orthanc.json"), """
                {"StorageDirectory": "%1$s", "IndexDirectory": "%1$s", "HttpPort": %2$d, "DicomPort": %3$d,
                 "DicomAet": "ARCHIVE", "DicomScuTimeout": 120, "DicomTlsEnabled": true, "DicomTlsCertificate": "%4$s",
                 "DicomTlsPrivateKey": "%5$s", "DicomTlsTrustedCertificates": "%6$s",
                 "DicomModalities": {"gate": {"AET": "%7$s", "Host": "127.0.0.1", "Port": %8$d, "UseDicomTls": true}}}
                """.formatted(
                storage, httpPort, dicomPort, own.certificate(), own.key(), ours.certificate(), Appliance.AET, port));
        Process orthanc = new ProcessBuilder("Orthanc", configuration.toString())
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("orthanc.log").toFile())
                .start();
        try {
            Await.until("Orthanc answers", SOON, () -> orthanc(httpPort, "GET", "/system", "")
                    .has("Version"));
            String query = orthanc(
                            httpPort,
                            "POST",
                            "/modalities/gate/query",
                            "{\"Level\": \"Study\", \"Query\": {\"PatientID\": \""
                                    + STUDY.patient().id() + "\"}}")
                    .get("ID")
                    .asText();
            assertEquals(
                    1,
                    orthanc(httpPort, "GET", "/queries/" + query + "/answers", "")
                            .size());
            orthanc(httpPort, "POST", "/queries/" + query + "/answers/0/retrieve", "ARCHIVE");
            assertEquals(
                    STUDY.images(), orthanc(httpPort, "GET", "/instances", "").size());
            assertEquals(
                    STUDY.patient().name(),
                    orthanc(httpPort, "GET", "/patients?expand", "")
                            .get(0)
                            .get("MainDicomTags")
                            .get("PatientName")
                            .asText());
        } finally {
            orthanc.destroyForcibly().waitFor();
        }
    }

    private static JsonNode orthanc(int httpPort, String method, String path, String body)
            throws IOException, InterruptedException {
        HttpResponse<String> reply = HttpClient.newHttpClient()
                .send(
                        HttpRequest.newBuilder(URI.create("http://127.0.0.1:" + httpPort + path))
                                .method(method, HttpRequest.BodyPublishers.ofString(body))
                                .build(),
                        HttpResponse.BodyHandlers.ofString());
        if (reply.statusCode() != 200) {
            throw new IOException(path + ": " + reply.statusCode() + " " + reply.body());
        }
        return JSON.readTree(reply.body());
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
