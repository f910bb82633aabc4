package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;

import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** The appliance as it is built needs nothing from a network, and nothing of what its user has at home. */
@Tag("peers")
class OfflineIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    Path folder;

    @Test
    void aStudyGoesThroughInANetworkOfLoopbackAloneWithAnEmptyHome() throws Exception {
        Path home = Files.createDirectory(folder.resolve("home"));
        try (Appliance appliance = new Appliance(folder.resolve("data"))
                .with("HOME", home.toString())
                .with("SALLYPORT_JAVA_OPTIONS", "-XX:TieredStopAtLevel=1 -Duser.home=" + home)
                .by("unshare", "--net", "sh", "-c", "ip link set lo up && exec \"$0\"")) {
            appliance.launch();
            appliance.await(
                    "ready", Duration.ofMinutes(8), () -> appliance.output().contains("ready: send images to"));
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
