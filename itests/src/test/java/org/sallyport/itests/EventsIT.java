package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.time.Duration;
import java.util.ArrayList;
import java.util.List;
import java.util.concurrent.TimeUnit;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.testkit.Modality;
import org.sallyport.gateway.testkit.Patient;
import org.sallyport.gateway.testkit.PlantedIdentifiers;
import org.sallyport.gateway.testkit.SyntheticStudy;

/** The stream of events as curl hears it. */
@Tag("peers")
class EventsIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    private final List<Process> curls = new ArrayList<>();

    EventsIT() {}

    @AfterEach
    void stop() {
        curls.forEach(Process::destroyForcibly);
    }

    /** @return where what it hears goes */
    private Path listen(Appliance appliance, String user) throws IOException {
        Path heard = folder.resolve("heard" + curls.size());
        curls.add(new ProcessBuilder("curl", "-sN", "-u", user, appliance.url() + "/admin/api/events")
                .redirectErrorStream(true)
                .redirectOutput(heard.toFile())
                .start());
        return heard;
    }

    private static String status(Appliance appliance, String... options) throws Exception {
        List<String> command =
                new ArrayList<>(List.of("curl", "-s", "-m", "120", "-o", "/dev/null", "-w", "%{http_code}"));
        command.addAll(List.of(options));
        command.add(appliance.url() + "/admin/api/events");
        return Command.run(command).output();
    }

    private void assertEnds(int curl) throws InterruptedException {
        assertTrue(curls.get(curl).waitFor(120, TimeUnit.SECONDS), "the stream did not end");
    }

    @Test
    void whatHappensIsHeardByThoseWhoMay() throws Exception {
        SyntheticStudy study = new SyntheticStudy(new Patient(91), Modality.CT, 91, 1, 2, 64, 64);
        try (Appliance appliance = new Appliance(folder.resolve("data"))) {
            appliance.start();
            Files.writeString(
                    appliance.data().resolve("etc/users.properties"),
                    "\nwatcher = watching-5521,viewer\nother = other-5522,ssh\n",
                    StandardOpenOption.APPEND);
            appliance.await("the users are known", SOON, () -> status(appliance, "-u", "other:other-5522")
                    .equals("403"));
            assertEquals("401", status(appliance));
            assertEquals("401", status(appliance, "-u", "watcher:wrong"));

            Path heard = listen(appliance, "watcher:watching-5521");
            appliance.await(
                    "the stream opens", SOON, () -> Files.readString(heard).startsWith("retry: 3000\n"));
            appliance.send(List.of(), study.writeTo(folder.resolve("study")));
            appliance.await("it is heard that a study came", SOON, () -> Files.readString(heard)
                    .contains("event: received\ndata: {"));
            appliance.await("it is heard that it was delivered", SOON, () -> Files.readString(heard)
                    .contains("event: delivered\ndata: {"));
            appliance.shell("destination:pause outbox").ok();
            appliance.await("it is heard that a destination pauses", SOON, () -> Files.readString(heard)
                    .contains("\"destination\":\"outbox\",\"state\":\"PAUSED\""));
            assertTrue(new PlantedIdentifiers(List.of(study.patient()))
                    .firstIn(Files.readAllBytes(heard))
                    .isEmpty());

            // The bundle goes and comes back: streams end, and can be opened again.
            appliance.shell("bundle:stop org.sallyport.admin.rest").ok();
            assertEnds(0);
            appliance.shell("bundle:start org.sallyport.admin.rest").ok();
            Path again = folder.resolve("heard1");
            appliance.await("the stream opens again", SOON, () -> {
                if (curls.size() == 1 || !curls.get(curls.size() - 1).isAlive()) {
                    curls.subList(1, curls.size()).clear();
                    listen(appliance, "watcher:watching-5521");
                }
                return Files.readString(again).startsWith("retry: 3000\n");
            });
            assertEquals(0, appliance.stop());
            assertEnds(1);
        }
    }
}
