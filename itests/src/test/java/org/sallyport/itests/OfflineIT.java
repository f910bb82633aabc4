package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The appliance as it is built needs nothing from a network, nothing of what its user has at home, and nothing that happens to be set. */
@Tag("peers")
class OfflineIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    /** What Java, Karaf's {@code bin/karaf} and {@code bin/inc}, and PostgreSQL's driver read: each would keep the appliance from running as it should. */
    private static final List<String> READ_ELSEWHERE = List.of(
            "CDPATH",
            "CHECK_ROOT_INSTANCE_RUNNING",
            "CLASSPATH",
            "EXTRA_JAVA_OPTS",
            "JAVA",
            "JAVA_DEBUG_OPTS",
            "JAVA_DEBUG_PORT",
            "JAVA_ENDORSED_DIRS",
            "JAVA_EXT_DIRS",
            "JAVA_NON_DEBUG_OPTS",
            "JAVA_OPTS",
            "JAVA_TOOL_OPTIONS",
            "JAVA_VENDOR_OPTS",
            "JDK_JAVA_OPTIONS",
            "KARAF_BASE",
            "KARAF_DAEMON",
            "KARAF_DATA",
            "KARAF_DEBUG",
            "KARAF_ETC",
            "KARAF_EXEC",
            "KARAF_HOME",
            "KARAF_LOG",
            "KARAF_NOROOT",
            "KARAF_OPTS",
            "KARAF_REDIRECT",
            "KARAF_SCRIPT",
            "KARAF_SYSTEM_OPTS",
            "LD_LIBRARY_PATH",
            "MAX_FD",
            "PGDATABASE",
            "PGHOST",
            "PGPASSFILE",
            "PGPASSWORD",
            "PGPORT",
            "PGSERVICEFILE",
            "PGSYSCONFDIR",
            "PGUSER",
            "PS_PREFIX",
            "_JAVA_OPTIONS",
            "solaris");

    /** No option, folder or number: a virtual machine that is given it does not start. */
    private static final String HOSTILE = "-hostile";

    @TempDir
    Path folder;

    @Test
    void aStudyGoesThroughInANetworkOfLoopbackAloneWithAnEmptyHomeAndAHostileEnvironment() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        try (Appliance appliance = new Appliance(folder.resolve("data"))
                .with("HOME", home.toString())
                .with("SALLYPORT_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -Duser.home=" + home)
                .by("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$0\"")) {
            READ_ELSEWHERE.forEach(name -> appliance.with(name, HOSTILE));
            appliance.launch();
            appliance.await(
                    "ready", Duration.ofMinutes(8), () -> appliance.output().contains("ready: send images to"));
            Path process = Path.of("/proc", String.valueOf(appliance.running().pid()));
            for (String one : List.of("environ", "cmdline")) {
                String text = new String(Files.readAllBytes(process.resolve(one)), StandardCharsets.ISO_8859_1);
                assertFalse(text.contains(HOSTILE), () -> one + ": " + text.replace('\0', '\n'));
            }
            List<String> send = new ArrayList<>(List.of(
                    "nsenter",
                    "--target",
                    String.valueOf(appliance.running().pid()),
                    "--net",
                    "storescu",
                    "-aec",
                    Appliance.AET,
                    "127.0.0.1",
                    String.valueOf(appliance.dicomPort())));
            for (Path file : Senders.study(1, 3).writeTo(folder.resolve("study"))) {
                send.add(file.toString());
            }
            Command.run(send.toArray(new String[0])).ok();
            appliance.await("delivered", SOON, () -> appliance.archives().size() == 1);
            assertEquals(0, appliance.stop());
            try (Stream<Path> left = Files.list(home)) {
                assertEquals(List.of(), left.toList(), "nothing was put there");
            }
        }
    }
}
