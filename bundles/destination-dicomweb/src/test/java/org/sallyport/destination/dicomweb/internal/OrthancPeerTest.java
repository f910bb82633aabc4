package org.sallyport.destination.dicomweb.internal;

import static org.junit.jupiter.api.Assertions.assertArrayEquals;
import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import com.fasterxml.jackson.databind.ObjectMapper;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.time.Clock;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.zip.CRC32;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.Timeout;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.ValueSource;
import org.sallyport.gateway.api.DeliveryInstance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.ProbeResult;
import org.sallyport.gateway.testkit.Certificates;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.RawHttpServer;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** Against Orthanc's DICOMweb plug-in. */
@Tag("peers")
@Timeout(300)
class OrthancPeerTest {

    @TempDir
    private Path folder;

    /** A file as an instance; its UIDs are those of the study it was generated for. */
    private record FileInstance(Path file, String seriesInstanceUid, String sopInstanceUid)
            implements DeliveryInstance {

        @Override
        public String sopClassUid() {
            return Modality.CT.sopClassUid();
        }

        @Override
        public String transferSyntaxUid() {
            return "1.2.840.10008.1.2.1";
        }

        @Override
        public long length() {
            return file.toFile().length();
        }

        @Override
        public long crc32() {
            try {
                CRC32 crc = new CRC32();
                crc.update(Files.readAllBytes(file));
                return crc.getValue();
            } catch (IOException e) {
                throw new java.io.UncheckedIOException(e);
            }
        }

        @Override
        public byte[] sha256() {
            return new byte[32];
        }

        @Override
        public InputStream open() throws IOException {
            return Files.newInputStream(file);
        }
    }

    private List<DeliveryInstance> study(int images) throws IOException {
        SyntheticStudy study = new SyntheticStudy(new Patient(1), Modality.CT, 1, 1, images, 64, 64);
        study.writeTo(folder.resolve("study"));
        List<DeliveryInstance> instances = new ArrayList<>();
        try (var files = Files.walk(folder.resolve("study"))) {
            for (Path file : files.filter(Files::isRegularFile).sorted().toList()) {
                try (InputStream in = Files.newInputStream(file)) {
                    String uid = String.valueOf(org.sallyport.dicom.data.Part10Reader.open(
                                    in,
                                    org.sallyport.dicom.data.Limits.DEFAULT,
                                    org.sallyport.dicom.data.BulkStore.REFUSE)
                            .dataSet()
                            .readAll()
                            .string(org.sallyport.dicom.data.Tag.SOPInstanceUID));
                    instances.add(new FileInstance(file, study.seriesInstanceUid(1), uid));
                }
            }
        }
        return instances;
    }

    private static DicomwebDestination open(OrthancServer orthanc, String password, Map<String, Object> more) {
        Map<String, Object> values = new HashMap<>(Map.of(
                "url", orthanc.url(), "authentication", "basic", "user", OrthancServer.USER, "_password", password));
        values.putAll(more);
        return new DicomwebDestination(Configurations.settings(values), Clock.systemUTC());
    }

    @ParameterizedTest
    @ValueSource(strings = {"json", "xml"})
    void everyImageIsThereOnceByteByByte(String answers) throws Exception {
        List<DeliveryInstance> instances = study(25);
        try (OrthancServer orthanc = new OrthancServer(folder);
                DicomwebDestination destination =
                        open(orthanc, OrthancServer.PASSWORD, Map.of("most$_$instances", 10, "answers", answers))) {
            assertEquals(ProbeResult.reachable("answers"), destination.probe());
            DeliveryOutcome stored = DeliveryOutcome.delivered("25 stored");
            assertEquals(stored, destination.deliver(new FakeDelivery(instances)));
            // At least once: the same again.
            assertEquals(stored, destination.deliver(new FakeDelivery(instances)));
            JsonNode all =
                    new ObjectMapper().readTree(orthanc.get("/instances?expand").body());
            assertEquals(25, all.size());
            Map<String, String> ids = new HashMap<>();
            all.forEach(node -> ids.put(
                    node.path("MainDicomTags").path("SOPInstanceUID").asText(),
                    node.path("ID").asText()));
            for (DeliveryInstance instance : instances) {
                byte[] there = orthanc.get("/instances/" + ids.get(instance.sopInstanceUid()) + "/file")
                        .body();
                try (InputStream in = instance.open()) {
                    assertArrayEquals(in.readAllBytes(), there);
                }
            }
        }
    }

    @Test
    void aWrongPasswordStopsAndTheProbeTells() throws Exception {
        try (OrthancServer orthanc = new OrthancServer(folder);
                DicomwebDestination destination = open(orthanc, "wrong", Map.of())) {
            assertEquals(ProbeResult.unreachable("answers with status 401"), destination.probe());
            assertInstanceOf(DeliveryOutcome.Stopped.class, destination.deliver(new FakeDelivery(study(1))));
        }
    }

    /** Orthanc itself knows no tokens; a script of it asks for one. */
    private OrthancServer askingForToken(String token) throws IOException {
        Path script = Files.writeString(folder.resolve("token.lua"), """
                function IncomingHttpRequestFilter(method, uri, ip, username, headers)
                  return headers['authorization'] == 'Bearer %s'
                end
                """.formatted(token));
        return new OrthancServer(folder, false, ",\"LuaScripts\":[\"" + script + "\"]");
    }

    private static DicomwebDestination open(OrthancServer orthanc, Map<String, Object> more) {
        Map<String, Object> values = new HashMap<>(Map.of("url", orthanc.url()));
        values.putAll(more);
        return new DicomwebDestination(Configurations.settings(values), Clock.systemUTC());
    }

    @Test
    void aTokenOpensIt() throws Exception {
        List<DeliveryInstance> instances = study(3);
        try (OrthancServer orthanc = askingForToken("abc-123");
                DicomwebDestination right = open(orthanc, Map.of("authentication", "bearer", "_token", "abc-123"));
                DicomwebDestination wrong = open(orthanc, Map.of("authentication", "bearer", "_token", "other"))) {
            assertEquals(ProbeResult.reachable("answers"), right.probe());
            assertEquals(DeliveryOutcome.delivered("3 stored"), right.deliver(new FakeDelivery(instances)));
            assertEquals(ProbeResult.unreachable("answers with status 403"), wrong.probe());
            assertInstanceOf(DeliveryOutcome.Stopped.class, wrong.deliver(new FakeDelivery(instances)));
        }
    }

    @Test
    void aTokenOfATokenServerOpensIt() throws Exception {
        List<DeliveryInstance> instances = study(3);
        try (RawHttpServer tokens = new RawHttpServer();
                OrthancServer orthanc = askingForToken("given-77");
                DicomwebDestination destination = open(
                        orthanc,
                        Map.of(
                                "authentication",
                                "oauth2",
                                "token$_$url",
                                tokens.url() + "/token",
                                "client$_$id",
                                "gate",
                                "_client$_$secret",
                                "hush"))) {
            tokens.will(RawHttpServer.answers(
                    200, "{\"access_token\":\"given-77\",\"token_type\":\"Bearer\",\"expires_in\":3600}"));
            assertEquals(ProbeResult.reachable("answers"), destination.probe());
            assertEquals(DeliveryOutcome.delivered("3 stored"), destination.deliver(new FakeDelivery(instances)));
            assertEquals(1, tokens.requests().size(), "the token is kept");
        }
    }

    /** In front of it OpenSSL, which asks for a certificate, as a hospital's proxy does: Debian's Orthanc itself falls over with its TLS. */
    @Test
    void aCertificateOfOursOpensIt() throws Exception {
        Certificates server = Certificates.make(folder, "server", "ip:127.0.0.1");
        Certificates ours = Certificates.make(folder, "ours", "dns:gate.example");
        Certificates stranger = Certificates.make(folder, "stranger", "dns:stranger.example");
        List<DeliveryInstance> instances = study(3);
        try (OrthancServer orthanc = new OrthancServer(folder);
                TlsProxy proxy = new TlsProxy(folder, server.pem(), ours.certificate(), orthanc.port())) {
            Map<String, Object> base = Map.of(
                    "url",
                    "https://127.0.0.1:" + proxy.port() + "/dicom-web",
                    "authentication",
                    "basic",
                    "user",
                    OrthancServer.USER,
                    "_password",
                    OrthancServer.PASSWORD,
                    "trust$_$store",
                    server.certificate().toString());
            Path current = Files.copy(stranger.pem(), folder.resolve("current.pem"));
            Map<String, Object> with = new HashMap<>(base);
            with.put("client$_$certificate", current.toString());
            try (DicomwebDestination without = open(orthanc, base);
                    DicomwebDestination destination = open(orthanc, with)) {
                assertEquals(ProbeResult.State.UNREACHABLE, without.probe().state());
                assertEquals(ProbeResult.State.UNREACHABLE, destination.probe().state());
                assertInstanceOf(DeliveryOutcome.Later.class, without.deliver(new FakeDelivery(instances)));
                // The file changes: the next connection shows the other certificate.
                Files.copy(ours.pem(), current, StandardCopyOption.REPLACE_EXISTING);
                assertEquals(ProbeResult.reachable("answers"), destination.probe());
                assertEquals(DeliveryOutcome.delivered("3 stored"), destination.deliver(new FakeDelivery(instances)));
            }
        }
    }

    @Test
    void oneBadFileDoesNotKeepTheOthersBack() throws Exception {
        List<DeliveryInstance> instances = new ArrayList<>(study(3));
        Path bad = Files.writeString(folder.resolve("bad.dcm"), "no DICOM at all");
        instances.add(1, new FileInstance(bad, "2.25.7", "2.25.8"));
        try (OrthancServer orthanc = new OrthancServer(folder);
                DicomwebDestination destination = open(orthanc, OrthancServer.PASSWORD, Map.of())) {
            DeliveryOutcome outcome = destination.deliver(new FakeDelivery(instances));
            if (!(outcome instanceof DeliveryOutcome.Refused)) {
                outcome = destination.deliver(new FakeDelivery(instances));
            }
            assertTrue(
                    !(outcome instanceof DeliveryOutcome.Delivered)
                            && outcome.toString().contains("1 of 4 images"),
                    outcome.toString());
            assertEquals(
                    3,
                    new ObjectMapper()
                            .readTree(orthanc.get("/instances").body())
                            .size());
        }
    }
}
