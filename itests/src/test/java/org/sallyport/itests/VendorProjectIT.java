package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import com.fasterxml.jackson.databind.JsonNode;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.List;
import java.util.Map;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** A newcomer makes, builds and installs a plug-in by what docs/writing-a-destination.md says, and by nothing else; studies then reach it. */
@Tag("peers")
class VendorProjectIT {

    private static final int MINUTES = 30;
    private static final String SECRET = "vendor-secret-9914";

    @TempDir
    private Path folder;

    @Test
    void thePageLeadsToAPlugInThatRuns() throws Exception {
        // In a copy: building here would change jars that this test runs from.
        Path copy = Appliance.copyOfProject(folder.resolve("project"));
        List<String> commands = Page.typed(Appliance.ROOT.resolve("docs/writing-a-destination.md"));
        Path output = folder.resolve("output");
        try (Appliance appliance = new Appliance(folder.resolve("data")).from(copy)) {
            appliance
                    .with("MAVEN_OPTS", "-Duser.home=" + home())
                    .with("ARCHIVE_SECRET", SECRET)
                    .start();
            List<String> ends = Page.run(appliance, copy, commands, output, MINUTES);
            assertEquals(commands.stream().map(command -> "0: " + command).toList(), ends, () -> Page.text(output));
            appliance.send(List.of(), Senders.study(1, 3).writeTo(folder.resolve("study")));
            Path received = appliance.data().resolve("my-archive");
            appliance.await("the plug-in has the images", Duration.ofMinutes(3), () -> {
                try (Stream<Path> files = Files.list(received)) {
                    return files.filter(file -> file.toString().endsWith(".dcm"))
                                    .count()
                            == 3;
                }
            });
            SecretSearch search = new SecretSearch(appliance, Map.of("ARCHIVE_SECRET", SECRET));
            search.inCommands();
            search.inFiles();
            aSecretInTheWrongPlaceIsRefusedAndTheQueuesKeysCount(appliance);
            assertEquals(0, appliance.stop());
        }
    }

    private static void aSecretInTheWrongPlaceIsRefusedAndTheQueuesKeysCount(Appliance appliance) throws Exception {
        Path settings = appliance.data().resolve("etc/com.example.myarchive-archive.cfg");
        String good = Files.readString(settings);
        Files.writeString(settings, good.replaceAll("(?m)^\\.secret = .*", ".secret = in-the-clear-8817"));
        awaitMyArchive(appliance, "MISCONFIGURED", ".secret: stands in the clear");
        Files.writeString(settings, good);
        awaitMyArchive(appliance, "ACTIVE", "");
        Files.writeString(settings, "password = $[env:ARCHIVE_SECRET]\n", StandardOpenOption.APPEND);
        awaitMyArchive(appliance, "MISCONFIGURED", "password: is seen by all");
        // A key of the queue, which is not among the plug-in's own settings.
        Files.writeString(settings, good + "bandwidth = 5M\n");
        awaitMyArchive(appliance, "ACTIVE", "");
        assertEquals(
                "5000000 bytes/s",
                appliance
                        .json("destination:show", "my-archive")
                        .get("bandwidth")
                        .asText());
    }

    private static void awaitMyArchive(Appliance appliance, String state, String message) throws Exception {
        appliance.await("my-archive is " + state + ": " + message, Duration.ofMinutes(2), () -> {
            for (JsonNode one : appliance.jsonOnceThere("destination:list")) {
                if (one.get("destination").asText().equals("my-archive")) {
                    return one.get("state").asText().equals(state)
                            && one.get("message").asText().startsWith(message);
                }
            }
            return false;
        });
    }

    /** A home with an empty Maven repository, so that the user's own is not changed; what is in that one need not be fetched again. */
    private Path home() throws Exception {
        Path home = Files.createDirectories(folder.resolve("home"));
        Path repository = Path.of(System.getProperty("user.home"), ".m2", "repository");
        String there = repository.toUri().toString();
        Files.writeString(Files.createDirectories(home.resolve(".m2")).resolve("settings.xml"), """
                <settings>
                  <profiles>
                    <profile>
                      <id>own</id>
                      <repositories>
                        <repository><id>own</id><url>%1$s</url><releases><checksumPolicy>ignore</checksumPolicy></releases></repository>
                      </repositories>
                      <pluginRepositories>
                        <pluginRepository><id>own</id><url>%1$s</url><releases><checksumPolicy>ignore</checksumPolicy></releases></pluginRepository>
                      </pluginRepositories>
                    </profile>
                  </profiles>
                  <activeProfiles><activeProfile>own</activeProfile></activeProfiles>
                </settings>
                """.formatted(there));
        return home;
    }
}
