package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the files say that the assembled appliance ships. */
class ShippedSettingsTest {

    private static final Path ETC = Appliance.ROOT.resolve("karaf-assembly/src/main/resources/etc");

    private static final Pattern VARIABLE = Pattern.compile("\\$[\\[{]env:([A-Z0-9_]+)");

    /** Karaf's own bundles read their settings at start as they are stored, {@code $[env:…]} and all: the shell then has no port. */
    @Test
    void karafsOwnSettingsHaveNothingThatIsFilledInLater() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(ETC)) {
            files = all.filter(file -> file.getFileName().toString().startsWith("org.apache.karaf."))
                    .toList();
        }
        assertFalse(files.isEmpty());
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            Files.readAllLines(file).stream()
                    .filter(line -> !line.startsWith("#") && line.contains("$["))
                    .forEach(line -> wrong.add(file.getFileName() + ": " + line));
        }
        assertEquals(List.of(), wrong);
    }

    /** Variable, default, and each setting that reads it: what sites of the old proxy are used to. */
    private static final String OLD_PROXYS = """
            DICOM_AE_TITLE DICOMRCV org.sallyport.scp.cfg/aet
            DICOM_PORT 11112 org.sallyport.scp.cfg/port
            DICOM_BIND_ADDRESS - org.sallyport.scp.cfg/bind-address
            DICOM_STUDY_TIMEOUT 60 org.sallyport.tracker.cfg/study-timeout
            DICOM_MAX_PDU_SIZE 16384 org.sallyport.scp.cfg/max-pdu-size
            DICOM_ACSE_TIMEOUT 30 org.sallyport.scp.cfg/acse-timeout
            DICOM_DIMSE_TIMEOUT 60 org.sallyport.scp.cfg/dimse-timeout
            DICOM_NETWORK_TIMEOUT 60 org.sallyport.scp.cfg/network-timeout
            DICOM_MAX_ASSOCIATIONS 50 org.sallyport.scp.cfg/max-associations
            DICOM_AUTO_START yes org.sallyport.scp.cfg/auto-start
            ITH_URL - org.sallyport.ith.cfg/url org.sallyport.scp.cfg/back-end org.sallyport.ith.api.cfg/back-end
            ITH_TOKEN - org.sallyport.ith.cfg/.token
            PROXY_VERSION 1.0.0 org.sallyport.ith.cfg/proxy-version org.sallyport.ith.api.cfg/version
            PROXY_HOST_IP - org.sallyport.ith.cfg/host-address
            PROXY_API_URL - org.sallyport.ith.cfg/api-url
            API_PORT 8080 org.ops4j.pax.web.cfg/org.osgi.service.http.port org.sallyport.ith.cfg/api-port
            HTTPS_PORT - org.sallyport.https.cfg/port org.sallyport.ith.cfg/https-port
            ARCHIVE_DIR - org.sallyport.destination.folder-outbox.cfg/directory
            UPLOAD_MAX_RETRIES 3 org.sallyport.delivery.cfg/quick-retries org.sallyport.ith.cfg/dispatch-retries
            UPLOAD_RETRY_DELAY 5 org.sallyport.delivery.cfg/retry-delay org.sallyport.ith.cfg/dispatch-retry-delay
            CLEANUP_AFTER_UPLOAD true org.sallyport.retention.cfg/cleanup-after-upload
            DISPATCH_CALLING_AE DICOM_PROXY org.sallyport.ith.cfg/dispatch-calling-aet
            SALLYPORT_ALLOW_IDENTIFIED_UPLOAD no org.sallyport.identity.cfg/identified-upload
            SALLYPORT_TRUST_BACKEND_NODES no org.sallyport.ith.cfg/trust-back-end-nodes
            POSTGRES_HOST localhost postgresql/org.ops4j.datasource-index.cfg/serverName
            POSTGRES_PORT 5432 postgresql/org.ops4j.datasource-index.cfg/portNumber
            POSTGRES_DB sallyport postgresql/org.ops4j.datasource-index.cfg/databaseName
            POSTGRES_USER sallyport postgresql/org.ops4j.datasource-index.cfg/user
            POSTGRES_PASSWORD - postgresql/org.ops4j.datasource-index.cfg/.password
            """;

    @Test
    void theOldProxysVariablesReachTheirSettingsWithTheDefaultsThatSitesKnow() throws Exception {
        List<String> wrong = new ArrayList<>();
        for (String row : OLD_PROXYS.lines().toList()) {
            List<String> words = List.of(row.split(" ", -1));
            String standard = words.get(1).equals("-") ? "" : words.get(1);
            for (String setting : words.subList(2, words.size())) {
                int slash = setting.lastIndexOf('/');
                Path ours = Appliance.ROOT.resolve("config").resolve(setting.substring(0, slash));
                Path file = Files.exists(ours) ? ours : ETC.resolve(setting.substring(0, slash));
                String line = setting.substring(slash + 1) + " = $[env:" + words.get(0) + ";default=" + standard + "]";
                if (!Files.readAllLines(file).contains(line)) {
                    wrong.add(file.getFileName() + ": no line " + line);
                }
            }
        }
        assertEquals(List.of(), wrong);
    }

    /** Else {@code ./run} says of it that it has no meaning. */
    @Test
    void everyVariableThatAShippedSettingReadsIsKnownToRun() throws Exception {
        String settings = Files.readString(Appliance.ROOT.resolve("scripts/settings.sh"));
        Set<String> known = Set.of(settings.substring(settings.indexOf("KNOWN='") + 7, settings.indexOf("'\n\n"))
                .split("\\s+"));
        Set<String> unknown = new TreeSet<>();
        for (Path folder : List.of(ETC, Appliance.ROOT.resolve("config"))) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    VARIABLE.matcher(Files.readString(file))
                            .results()
                            .map(found -> found.group(1))
                            .filter(name -> !known.contains(name))
                            .forEach(unknown::add);
                }
            }
        }
        assertTrue(known.contains("DICOM_PORT"), "the list is read");
        // An example in a comment.
        unknown.remove("VARIABLE");
        assertEquals(Set.of(), unknown);
    }
}
