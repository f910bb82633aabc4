package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.net.ConnectException;
import java.net.URI;
import java.net.URLEncoder;
import java.net.http.HttpClient;
import java.net.http.HttpRequest;
import java.net.http.HttpResponse;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.List;
import java.util.concurrent.TimeUnit;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** {@code ./run --with-simulator} as a person tries it: a study goes up in spite of a fault, is seen on the page, and comes back from there to a PACS. */
@Tag("peers")
class SimulatorIT {

    private static final Duration SOON = Duration.ofMinutes(4);
    private static final Pattern STUDY = Pattern.compile(
            "name=subject value=\"(ANON-[0-9A-F]+)\"><input type=hidden name=study value=\"([0-9.]+)\"");

    private final HttpClient http = HttpClient.newHttpClient();

    @Test
    void aStudyIsShownOnThePageAndSentToAPacsFromThere(@TempDir Path folder) throws Exception {
        List<Integer> ports = Ports.free(2);
        URI page = URI.create("http://127.0.0.1:" + ports.get(0) + "/");
        Path received = Files.createDirectories(folder.resolve("pacs"));
        Process pacs = new ProcessBuilder("storescp", "-od", received.toString(), String.valueOf(ports.get(1)))
                .redirectErrorStream(true)
                .redirectOutput(folder.resolve("pacs.log").toFile())
                .start();
        SyntheticStudy study = new SyntheticStudy(new Patient(1), Modality.CT, 1, 1, 2, 64, 64);
        try (Appliance appliance = new Appliance(folder.resolve("data"))
                .option("--with-simulator")
                .with("ITH_REFRESH", "2")
                .with("UPLOAD_RETRY_DELAY", "1")
                .with("SIMULATOR_PORT", String.valueOf(ports.get(0)))
                .with("SIMULATOR_PACS_PORT", String.valueOf(ports.get(1)))) {
            appliance.start();
            appliance.await("people are told where to look", SOON, () -> appliance
                    .output()
                    .contains("simulator of the ITH back end: " + page));
            appliance.await("the page knows the node", SOON, () -> get(page).contains("pacs PACS at 127.0.0.1:"));
            appliance.await(
                    "the gateway knows it",
                    SOON,
                    () -> appliance.jsonOnceThere("node:list").size() == 1);
            appliance.await("where the gateway is", SOON, () -> get(page)
                    .contains("&quot;type&quot;:&quot;config_update&quot;"));
            appliance.shell("node:approve --reason trial pacs").ok();
            List<Path> sent = study.writeTo(folder.resolve("sent"));
            assertEquals(400, post(page.resolve("/fail"), "fault=NONE"));
            assertEquals(200, post(page.resolve("/fail"), "fault=STATUS_500&of=upload"));
            assertTrue(get(page).contains("<p>1 still to come.</p>"), get(page));
            appliance.send(List.of(), sent);
            appliance.await(
                    "the study is shown", SOON, () -> STUDY.matcher(get(page)).find());
            Matcher shown = STUDY.matcher(get(page));
            assertTrue(shown.find());
            String seen = get(page);
            for (String part : List.of(
                    "<h2>Violations of the contract</h2><pre class=\"bad\">none</pre>",
                    "<p>0 still to come.</p>",
                    "&quot;type&quot;:&quot;health_update&quot;",
                    "&quot;conflict_resolution&quot;:&quot;skip_existing&quot;",
                    "&quot;patient_id&quot;:&quot;" + shown.group(1) + "&quot;")) {
                assertTrue(seen.contains(part), () -> part + " is not on the page:\n" + seen);
            }

            assertEquals(
                    200,
                    post(
                            page.resolve("/push"),
                            "type=session.dispatch&nodes=pacs&subject=" + encoded(shown.group(1)) + "&study="
                                    + encoded(shown.group(2))));
            appliance.await("the PACS has it back", SOON, () -> {
                try (Stream<Path> files = Files.list(received)) {
                    return files.count() == sent.size();
                }
            });
            appliance.await("the page says so", SOON, () -> get(page).contains(": completed, 2 of 2"));
            try (Stream<Path> files = Files.list(received)) {
                for (Path file : files.toList()) {
                    assertEquals(
                            study.patient().name(),
                            OriginalsIT.read(file).string(org.sallyport.dicom.data.Tag.PatientName));
                }
            }
            assertEquals(0, appliance.stop());
            Await.until("the simulator ends with it", SOON, () -> isGone(page));
        } finally {
            pacs.destroy();
            pacs.waitFor(20, TimeUnit.SECONDS);
        }
    }

    private static String encoded(String text) {
        return URLEncoder.encode(text, StandardCharsets.UTF_8);
    }

    private String get(URI page) throws IOException, InterruptedException {
        return http.send(HttpRequest.newBuilder(page).build(), HttpResponse.BodyHandlers.ofString())
                .body();
    }

    private boolean isGone(URI page) throws IOException, InterruptedException {
        try {
            get(page);
            return false;
        } catch (ConnectException e) {
            return true;
        }
    }

    /** As the page's button does it. */
    private static int post(URI to, String form) throws IOException, InterruptedException {
        HttpRequest request = HttpRequest.newBuilder(to)
                .header("Content-Type", "application/x-www-form-urlencoded")
                .POST(HttpRequest.BodyPublishers.ofString(form))
                .build();
        return HttpClient.newBuilder()
                .followRedirects(HttpClient.Redirect.NORMAL)
                .build()
                .send(request, HttpResponse.BodyHandlers.ofString())
                .statusCode();
    }
}
