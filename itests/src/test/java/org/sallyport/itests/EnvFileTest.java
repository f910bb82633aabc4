package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.LinkedHashMap;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.TreeMap;
import java.util.TreeSet;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Collectors;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.junit.jupiter.params.ParameterizedTest;
import org.junit.jupiter.params.provider.MethodSource;

/** What {@code ./run} makes of the environment and of a file {@code .env}, in a shell of its own. */
class EnvFileTest {

    @TempDir
    private Path folder;

    /** @param exit 0, or 1 with a message for people */
    private record Outcome(int exit, String said, Map<String, String> environment) {}

    /** Reads the file and checks the settings as {@code ./run} does. */
    private Outcome take(String file, Map<String, String> environment) throws Exception {
        Path env = Files.writeString(folder.resolve("env"), file);
        Path dump = folder.resolve("dump");
        Files.deleteIfExists(dump);
        String script = "set -euo pipefail; ROOT=" + Appliance.ROOT
                + "; . \"$ROOT/scripts/common.sh\"; . \"$ROOT/scripts/settings.sh\"; read_env \"$1\"; check_settings; env -0 >\"$2\"";
        ProcessBuilder builder = new ProcessBuilder("bash", "-c", script, "run", env.toString(), dump.toString())
                .redirectErrorStream(true);
        builder.environment().clear();
        builder.environment().put("PATH", String.valueOf(System.getenv("PATH")));
        builder.environment().putAll(environment);
        Process process = builder.start();
        String said = new String(process.getInputStream().readAllBytes(), java.nio.charset.StandardCharsets.UTF_8);
        Map<String, String> taken = new TreeMap<>();
        if (Files.exists(dump)) {
            for (String pair : Files.readString(dump).split("\0", -1)) {
                int sign = pair.indexOf('=');
                if (sign > 0) {
                    taken.put(pair.substring(0, sign), pair.substring(sign + 1));
                }
            }
        }
        return new Outcome(process.waitFor(), said, taken);
    }

    /** File → value of A; as python-dotenv reads it, but for the two that are said to differ. */
    static Stream<Map.Entry<String, String>> values() {
        Map<String, String> values = new LinkedHashMap<>();
        values.put("A=1", "1");
        values.put("A = 1 ", "1");
        values.put("\texport  A=\t1", "1");
        values.put("A=x y", "x y");
        values.put("A='x y'", "x y");
        values.put("A=\" x y \"", " x y ");
        values.put("A=\"say \\\"hi\\\"\"", "say \"hi\"");
        values.put("A='it\\'s'", "it's");
        values.put("A=\"a\\nb\\tc\"", "a\nb\tc");
        values.put("A='a\\nb'", "a\\nb");
        values.put("A=a\\nb", "a\\nb");
        values.put("A=\"p\\\\\"", "p\\");
        values.put("A=x # comment # more", "x");
        values.put("A=x#y", "x#y");
        values.put("A=#y", "#y");
        values.put("A=\"#x\" # comment", "#x");
        values.put("A='x'# comment", "x");
        values.put("# A=1\n  # A=2\n\nA=3", "3");
        values.put("A=1\r\n", "1");
        values.put("A=\"one\ntwo\"", "one\ntwo");
        values.put("A=a=b==", "a=b==");
        values.put("A=$(id) `id` $HOME", "$(id) `id` $HOME");
        values.put("B=b\nA=${B}/x", "b/x");
        values.put("A=\"${NONE:-default} ${NONE}\"", "default ");
        values.put("A=1\nA=2", "2");
        // python-dotenv makes the comment the value here, and the mark at the beginning a part of the name.
        values.put("A= # comment", "");
        values.put("\ufeffA=1", "1");
        return values.entrySet().stream();
    }

    @ParameterizedTest
    @MethodSource("values")
    void aFileIsReadAsPythonAndDjangoSitesWriteIt(Map.Entry<String, String> one) throws Exception {
        Outcome outcome = take(one.getKey() + "\n", Map.of());
        assertEquals(0, outcome.exit(), outcome.said());
        assertEquals(one.getValue(), outcome.environment().get("A"));
        assertEquals(
                one.getValue(),
                take(one.getKey(), Map.of()).environment().get("A"),
                "also when the last line does not end");
    }

    @Test
    void whatIsSetAlreadyStays() throws Exception {
        assertEquals(
                "before",
                take("A=after\nA=again\n", Map.of("A", "before")).environment().get("A"));
    }

    @Test
    void aNameAloneSaysNothingAndOneThatIsNoneIsPassedOver() throws Exception {
        Outcome outcome = take("A\nB.C=1\n1D=2\nE=5\n", Map.of());
        assertEquals(0, outcome.exit(), outcome.said());
        assertFalse(outcome.environment().containsKey("A"));
        assertEquals("5", outcome.environment().get("E"));
        assertEquals(
                2,
                outcome.said()
                        .lines()
                        .filter(line -> line.contains("is passed over"))
                        .count());
    }

    @Test
    void aLineThatCannotBeReadIsNamedWithoutItsValue() throws Exception {
        for (String wrong :
                List.of("A=1\nno setting here: secret", "A=1\nITH_TOKEN=\"secret", "A=1\nITH_TOKEN='secret'x")) {
            Outcome outcome = take(wrong + "\n", Map.of());
            assertEquals(1, outcome.exit(), wrong);
            assertTrue(outcome.said().contains("line 2"), outcome.said());
            assertFalse(outcome.said().contains("secret"), outcome.said());
        }
    }

    /** The whole file of a site that moves over. */
    @Test
    void theOldProxysFileIsTakenAsItIs() throws Exception {
        Outcome outcome = take("""
                # Django
                SECRET_KEY='django-insecure-$x#y'
                DEBUG=False
                ALLOWED_HOSTS=localhost,127.0.0.1
                DATABASE_PATH=/app/db.sqlite3
                CORS_ALLOWED_ORIGINS=http://localhost:3000
                MY_OWN=1

                # DICOM
                DICOM_AE_TITLE=DICOMRCV
                DICOM_PORT=11112
                DICOM_BIND_ADDRESS=
                DICOM_STORAGE_DIR=./storage
                DICOM_LOG_DIR=/var/log/dicom
                DICOM_LOG_LEVEL=WARNING
                DICOM_ANONYMIZE_PATIENTS=True
                DICOM_AUTO_START=True   # with the server
                DATABASE_ENGINE=sqlite
                UPLOAD_MAX_RETRIES=
                TZ=UTC
                """, Map.of());
        assertEquals(0, outcome.exit(), outcome.said());
        assertEquals("""
                note: DATABASE_ENGINE=sqlite is taken as derby, the embedded database
                note: these settings have no meaning here: SECRET_KEY DEBUG ALLOWED_HOSTS DATABASE_PATH MY_OWN
                """, outcome.said());
        Map<String, String> taken = outcome.environment();
        assertEquals(Appliance.ROOT + "/storage", taken.get("DICOM_STORAGE_DIR"));
        assertEquals("true", taken.get("DICOM_AUTO_START"));
        assertEquals("WARN", taken.get("SALLYPORT_LOG_LEVEL"));
        assertEquals("derby", taken.get("DATABASE_ENGINE"));
        assertFalse(taken.containsKey("DICOM_BIND_ADDRESS"), "empty is not set");
        assertFalse(taken.containsKey("UPLOAD_MAX_RETRIES"));
        assertFalse(outcome.said().contains("insecure"));
    }

    @Test
    void switchesAndLevelsAreTakenAsPythonWritesThem() throws Exception {
        for (String yes : List.of("True", "1", "yes", "ON")) {
            assertEquals(Set.of("true"), switches(yes), yes);
        }
        for (String no : List.of("False", "0", "no", "off")) {
            assertEquals(Set.of("false"), switches(no), no);
        }
        Map<String, String> levels = Map.of(
                "DEBUG",
                "DEBUG INFO",
                "info",
                "INFO INFO",
                "WARNING",
                "WARN WARN",
                "ERROR",
                "ERROR ERROR",
                "CRITICAL",
                "FATAL FATAL");
        for (Map.Entry<String, String> level : levels.entrySet()) {
            Map<String, String> taken =
                    take("DICOM_LOG_LEVEL=" + level.getKey(), Map.of()).environment();
            assertEquals(
                    level.getValue(),
                    taken.get("SALLYPORT_LOG_LEVEL") + " " + taken.get("SALLYPORT_LIBRARY_LOG_LEVEL"));
        }
    }

    private static final List<String> SWITCHES = List.of(
            "DICOM_AUTO_START",
            "DICOM_ANONYMIZE_PATIENTS",
            "CLEANUP_AFTER_UPLOAD",
            "SALLYPORT_ALLOW_IDENTIFIED_UPLOAD",
            "SALLYPORT_TRUST_BACKEND_NODES");

    /** What becomes of the switches if all are set alike. */
    private Set<String> switches(String value) throws Exception {
        String file = SWITCHES.stream().map(name -> name + "=" + value + "\n").collect(Collectors.joining());
        Map<String, String> taken = take(file, Map.of()).environment();
        return SWITCHES.stream().map(name -> String.valueOf(taken.get(name))).collect(Collectors.toSet());
    }

    @Test
    void wrongValuesAreNamedWithTheWayOut() throws Exception {
        for (String wrong : List.of(
                "DICOM_PORT=70000",
                "API_PORT=http",
                "HTTPS_PORT=0",
                "POSTGRES_PORT=x",
                "DICOM_STUDY_TIMEOUT=60s",
                "DICOM_MAX_PDU_SIZE=0",
                "DICOM_MAX_ASSOCIATIONS=1001",
                "DICOM_ACSE_TIMEOUT=1.5",
                "DICOM_NETWORK_TIMEOUT=-1",
                "UPLOAD_MAX_RETRIES=101",
                "UPLOAD_RETRY_DELAY=0",
                "ITH_REFRESH=99999999999",
                "ITH_READ_TIMEOUT=3601",
                "ITH_SYNCHRONISE=86401",
                "DICOM_AUTO_START=maybe",
                "DICOM_LOG_LEVEL=LOUD",
                "DATABASE_ENGINE=mysql")) {
            Outcome outcome = take(wrong, Map.of());
            assertEquals(1, outcome.exit(), wrong);
            assertTrue(outcome.said().contains(wrong + ": expected "), outcome.said());
        }
    }

    @Test
    void theEndsOfEachRangeAreTaken() throws Exception {
        Outcome outcome = take("""
                DICOM_STUDY_TIMEOUT=86400
                DICOM_MAX_PDU_SIZE=4096
                DICOM_MAX_ASSOCIATIONS=1000
                DICOM_DIMSE_TIMEOUT=1
                UPLOAD_MAX_RETRIES=0
                UPLOAD_RETRY_DELAY=3600
                ITH_REFRESH=010
                ITH_SYNCHRONISE=0
                SALLYPORT_MIN_FREE=1048576
                DICOM_TLS_PORT=0
                """, Map.of());
        assertEquals(0, outcome.exit(), outcome.said());
        assertEquals("", outcome.said());
        assertEquals("0", outcome.environment().get("UPLOAD_MAX_RETRIES"));
    }

    @Test
    void aSwitchThatDoesNothingIsReported() throws Exception {
        assertTrue(take("DICOM_ANONYMIZE_PATIENTS=False", Map.of()).said().contains("changes nothing"));
        assertEquals("", take("DICOM_ANONYMIZE_PATIENTS=True", Map.of()).said());
    }

    @Test
    void whatLetsIdentityOutIsSaid() throws Exception {
        Outcome yes = take("SALLYPORT_ALLOW_IDENTIFIED_UPLOAD=yes", Map.of());
        assertTrue(yes.said().contains("uploads carry patients' identity if the back end asks"), yes.said());
        assertEquals("true", yes.environment().get("SALLYPORT_ALLOW_IDENTIFIED_UPLOAD"));
        assertEquals("", take("SALLYPORT_ALLOW_IDENTIFIED_UPLOAD=no", Map.of()).said());
    }

    /** What the shipped files read is known, and what is known is read somewhere or explained. */
    @Test
    void everyVariableOfTheShippedFilesIsKnown() throws Exception {
        Pattern variable = Pattern.compile("\\$\\[env:([A-Z_]+)[;\\]]");
        TreeSet<String> read = new TreeSet<>();
        for (String place : List.of("config", "karaf-assembly/src/main/resources/etc")) {
            try (Stream<Path> files = Files.walk(Appliance.ROOT.resolve(place))) {
                for (Path file : files.filter(Files::isRegularFile).toList()) {
                    // What a comment gives as an example is no setting.
                    Matcher found = variable.matcher(Page.text(file).replaceAll("(?m)^#.*$", ""));
                    while (found.find()) {
                        read.add(found.group(1));
                    }
                }
            }
        }
        Outcome outcome = take("", Map.of());
        assertNotEquals(0, read.size());
        List<String> unknown = new ArrayList<>();
        String known = " "
                + Page.text(Appliance.ROOT.resolve("scripts/settings.sh"))
                        .split("'", -1)[1]
                        .replaceAll("\\s+", " ") + " ";
        for (String name : read) {
            if (!known.contains(" " + name + " ")) {
                unknown.add(name);
            }
        }
        assertEquals(List.of(), unknown);
        String readme = Page.text(Appliance.ROOT.resolve("README.md"));
        List<String> untold = new ArrayList<>();
        for (String name : known.strip().split(" ", -1)) {
            if (!readme.contains("`" + name + "`")) {
                untold.add(name);
            }
        }
        assertEquals(List.of(), untold, "variables that the README does not explain");
        assertEquals(0, outcome.exit());
    }
}
