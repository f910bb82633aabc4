package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/ith.md names for faults and settings are there, and none of these is left out. */
class FaultTableTest {

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))(?:\\.(\\w+))?`");
    private static final Pattern ROW = Pattern.compile("\\| (.+?) \\| (.+) \\|");
    private static final Pattern VARIABLE = Pattern.compile("`([A-Z_]+)`");

    private static final String OLD_PROXY = "## Faults of the old proxy, and the tests that show them gone";
    private static final String BACK_END = "## Faults of the back end, and the tests that show them survived";
    private static final String SETTINGS = "## The old proxy's settings, and the tests that show their effect";

    private static final List<String> OF_THE_OLD_PROXY = List.of(
            "acknowledged images deleted after a failed upload",
            "studies over 2 GiB never upload",
            "idle timers in memory, nothing resumes after a restart",
            "images that arrive between archiving and clean-up deleted unsent",
            "success answered though the file could not be written",
            "fail-open",
            "identity kept in plain text in database and logs",
            "re-identified files left in a temporary folder",
            "SOPInstanceUID used unsanitised as a file name",
            "identity restored only at patient level",
            "multi-valued attributes corrupted on restore",
            "private attributes, frame of reference and patient weight lost for ever",
            "nested sequences not de-identified",
            "C-MOVE does not work",
            "C-GET errors reported as success",
            "whole studies held in memory",
            "one list call per study in a C-FIND",
            "wildcard queries not matched",
            "compressed images refused",
            "`completed` reported when one node of several succeeded");

    private static final List<String> OF_THE_BACK_END = List.of(
            "down at start",
            "401, 403",
            "404",
            "413",
            "429, 500, 503",
            "slow",
            "half answers",
            "wrong JSON",
            "wrong ZIP",
            "duplicate and out-of-order events",
            "a WebSocket that is cut again and again",
            "configuration with malformed nodes",
            "a clock off by a day",
            "10,000 events at once",
            "away for days",
            "50 dead nodes");

    private static final String OLD_VARIABLES =
            "DICOM_AE_TITLE DICOM_PORT DICOM_BIND_ADDRESS DICOM_STORAGE_DIR DICOM_LOG_DIR DICOM_STUDY_TIMEOUT DICOM_MAX_PDU_SIZE"
                    + " DICOM_ACSE_TIMEOUT DICOM_DIMSE_TIMEOUT DICOM_NETWORK_TIMEOUT DICOM_MAX_ASSOCIATIONS DICOM_LOG_LEVEL"
                    + " DICOM_ANONYMIZE_PATIENTS DICOM_AUTO_START ITH_URL ITH_TOKEN PROXY_VERSION PROXY_HOST_IP PROXY_API_URL"
                    + " API_PORT HTTPS_PORT ARCHIVE_DIR UPLOAD_MAX_RETRIES UPLOAD_RETRY_DELAY CLEANUP_AFTER_UPLOAD"
                    + " DATABASE_ENGINE POSTGRES_DB POSTGRES_USER POSTGRES_PASSWORD POSTGRES_HOST POSTGRES_PORT"
                    + " DISPATCH_CALLING_AE SALLYPORT_ALLOW_IDENTIFIED_UPLOAD SALLYPORT_TRUST_BACKEND_NODES";

    private final String page = Page.text(Appliance.ROOT.resolve("docs/ith.md"));

    /** The rows of the table below a heading: first cell → second. */
    private Map<String, String> rows(String heading) {
        int from = page.indexOf(heading);
        assertTrue(from >= 0, heading);
        int to = page.indexOf("\n## ", from + heading.length());
        Map<String, String> rows = new LinkedHashMap<>();
        for (String line : page.substring(from, to < 0 ? page.length() : to).split("\n", -1)) {
            Matcher row = ROW.matcher(line);
            if (row.matches() && row.group(2).contains("`")) {
                rows.put(row.group(1), row.group(2));
            }
        }
        return rows;
    }

    private static List<String> withoutTest(Map<String, String> rows, List<String> wanted) {
        return wanted.stream()
                .filter(one -> !NAMED.matcher(rows.getOrDefault(one, "")).find())
                .toList();
    }

    @Test
    void everyFaultHasATest() {
        assertEquals(List.of(), withoutTest(rows(OLD_PROXY), OF_THE_OLD_PROXY));
        assertEquals(List.of(), withoutTest(rows(BACK_END), OF_THE_BACK_END));
    }

    @Test
    void everySettingOfTheOldProxyHasATest() {
        TreeSet<String> tested = new TreeSet<>();
        rows(SETTINGS).forEach((variables, tests) -> {
            if (NAMED.matcher(tests).find()) {
                VARIABLE.matcher(variables).results().forEach(found -> tested.add(found.group(1)));
            }
        });
        assertEquals(new TreeSet<>(List.of(OLD_VARIABLES.split(" ", -1))), tested);
    }

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String part : List.of("bundles", "itests")) {
            try (Stream<Path> all = Files.walk(Appliance.ROOT.resolve(part))) {
                for (Path file : all.filter(FaultTableTest::isTest).toList()) {
                    String name = file.getFileName().toString();
                    // Two modules may have a test of one name.
                    sources.merge(name.substring(0, name.length() - ".java".length()), Page.text(file), String::concat);
                }
            }
        }
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Matcher found = NAMED.matcher(page.substring(page.indexOf(OLD_PROXY))); found.find(); named++) {
            String source = sources.getOrDefault(found.group(1), "");
            if (!(found.group(2) == null ? runsAsTest(source) : hasTest(source, found.group(2)))) {
                missing.add(found.group());
            }
        }
        assertTrue(named > 80, "the tables look as they are expected to: " + named);
        assertEquals(List.of(), missing);
    }

    private static boolean hasTest(String source, String method) {
        Matcher declared = Pattern.compile("\\bvoid " + method + "\\(").matcher(source);
        if (!declared.find()) {
            return false;
        }
        // What stands between the end of the method before and this one.
        String before = source.substring(0, declared.start());
        return runsAsTest(before.substring(Math.max(0, before.lastIndexOf("\n    }\n"))));
    }

    private static boolean runsAsTest(String source) {
        return source.contains("@Test\n") || source.contains("@ParameterizedTest");
    }

    private static boolean isTest(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("/src/");
    }
}
