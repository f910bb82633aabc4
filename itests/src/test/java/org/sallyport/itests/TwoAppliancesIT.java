package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import com.fasterxml.jackson.databind.JsonNode;
import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.time.Duration;
import java.util.ArrayList;
import java.util.HashSet;
import java.util.List;
import java.util.Map;
import java.util.Set;
import org.junit.jupiter.api.AfterEach;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Tag;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

/** Two whole appliances with data folders of their own on one PostgreSQL database: what both receive is delivered, each image once, whoever dies. */
@Tag("peers")
class TwoAppliancesIT {

    private static final Duration SOON = Duration.ofMinutes(4);

    @TempDir
    private Path folder;

    @SuppressWarnings("NullAway.Init")
    private PostgresServer database;

    @SuppressWarnings("NullAway.Init")
    private Appliance one;

    @SuppressWarnings("NullAway.Init")
    private Appliance two;

    @BeforeEach
    void start() throws Exception {
        database = PostgresServer.start(Files.createTempDirectory("postgres"));
        one = appliance("one", "two");
        two = appliance("two", "one");
        one.start();
        // The same keys give a patient the same pseudonym at both; journals and originals stay apart.
        Path keys = Files.createDirectories(two.data().resolve("vault"));
        for (String file : List.of("keys.p12", "passphrase")) {
            Files.copy(one.data().resolve("vault").resolve(file), keys.resolve(file));
        }
        two.start();
    }

    @AfterEach
    void stop() throws IOException {
        one.close();
        two.close();
        database.close();
    }

    private Appliance appliance(String name, String other) throws IOException {
        Appliance made = new Appliance(folder.resolve(name))
                .with("DATABASE_ENGINE", "postgresql")
                .with("POSTGRES_HOST", PostgresServer.HOST)
                .with("POSTGRES_PORT", String.valueOf(database.port()))
                .with("POSTGRES_DB", PostgresServer.DATABASE)
                .with("POSTGRES_USER", PostgresServer.USER)
                .with("POSTGRES_PASSWORD", PostgresServer.PASSWORD)
                .with("DICOM_STUDY_TIMEOUT", "1");
        Files.createDirectories(made.data().resolve("etc"));
        reads(made, folder.resolve(other).resolve("packs").toString());
        return made;
    }

    /** From now on an appliance reads the packs of another. */
    private static void reads(Appliance appliance, String packs) throws IOException {
        Files.writeString(
                appliance.data().resolve("etc/org.sallyport.store.cfg"), "min-free = 1\nother-packs = " + packs + "\n");
    }

    private static void slowDown(Appliance appliance, String bandwidth) throws IOException {
        Files.writeString(
                appliance.data().resolve("etc/org.sallyport.destination.folder-outbox.cfg"),
                "destination.name = outbox\nbandwidth = " + bandwidth + "\n");
    }

    private static String id(Appliance appliance) throws IOException {
        return Files.readString(appliance.data().resolve("packs/appliance-id")).strip();
    }

    /** Writes a study's files, and notes the images that they hold. */
    private List<Path> write(int number, int images, Set<String> noted) throws IOException {
        for (int i = 1; i <= images; i++) {
            noted.add(number + "/1/" + i);
        }
        return Senders.study(number, images).writeTo(folder.resolve("study" + number));
    }

    /** Image → how many archives of both hold it. */
    private Map<String, Integer> delivered() throws IOException {
        List<Path> archives = new ArrayList<>(one.archives());
        archives.addAll(two.archives());
        return Delivered.images(archives);
    }

    private void awaitDelivered(Set<String> images) throws IOException {
        two.await("all is delivered", SOON, () -> delivered().keySet().containsAll(images));
        delivered().forEach((image, times) -> assertEquals(1, times, image));
    }

    private static JsonNode newest(Appliance appliance) throws Exception {
        return appliance.jsonOnceThere("delivery:list --limit 1").path(0);
    }

    private static void awaitNewest(Appliance appliance, String state, String imagesAt) throws IOException {
        appliance.await(
                "a delivery is " + state + ", its images at " + imagesAt,
                SOON,
                () -> newest(appliance).path("state").asText().equals(state)
                        && newest(appliance).path("images-at").asText().equals(imagesAt));
    }

    @Test
    void eachImageIsDeliveredOnceWhoeverReceivedItAndWhoeverDies() throws Exception {
        assertNotEquals(id(one), id(two));
        Set<String> sent = new HashSet<>();
        whatCannotBeReadIsLeftToTheOneThatHasIt(sent);

        // Both receive and deliver at the same time.
        SteadySender toOne = new SteadySender(folder.resolve("to-one"), one.dicomPort(), 1_000);
        SteadySender toTwo = new SteadySender(folder.resolve("to-two"), two.dicomPort(), 2_000);
        one.await("both receive", SOON, () -> toOne.studies() >= 5 && toTwo.studies() >= 5);
        sent.addAll(toOne.acknowledged());
        sent.addAll(toTwo.acknowledged());
        awaitDelivered(sent);
        assertTrue(one.archives().size() > 1 && two.archives().size() > 1);

        // A study whose images come to both is one study of one patient.
        List<Path> files = write(3_000, 6, sent);
        one.send(List.of(), files.subList(0, 3));
        two.send(List.of(), files.subList(3, 6));
        awaitDelivered(sent);
        JsonNode split = two.jsonOnceThere("study:list --limit 1").path(0);
        assertEquals(6, split.path("images").asInt());
        assertEquals(split, one.jsonOnceThere("study:list --limit 1").path(0));

        // One is killed while it delivers: the other reads its packs and goes on when the claim's lease has ended.
        two.shell("destination:pause outbox").ok();
        slowDown(one, "1k");
        one.await("it is slow", SOON, () -> one.json("destination:show", "outbox")
                .path("bandwidth")
                .asText()
                .equals("1000 bytes/s"));
        one.send(List.of(), write(4_000, 20, sent));
        String killed = id(one);
        awaitNewest(one, "RUNNING", "here");
        one.kill();
        two.shell("destination:resume outbox").ok();
        awaitNewest(two, "RUNNING", killed);
        database.sql("UPDATE delivery SET lease_until = 1 WHERE state = 'RUNNING'");
        awaitDelivered(sent);
        awaitNewest(two, "DELIVERED", killed);

        // What it had received and not completed is its own, and is delivered once it is there again.
        slowDown(one, "");
        one.start();
        assertEquals(killed, id(one));
        one.send(List.of(), write(5_000, 2, sent));
        one.kill();
        one.start();
        awaitDelivered(sent);
        two.await("nothing runs any more", SOON, () -> two.jsonOnceThere("delivery:list --state RUNNING")
                .isEmpty());
    }

    /** How often the queue was opened: anew with the store. */
    private static int starts(Appliance appliance) throws IOException {
        return appliance.log().split("destination outbox is there", -1).length;
    }

    /** The same while it runs. */
    private static void nowReads(Appliance appliance, String packs) throws IOException {
        int before = starts(appliance);
        reads(appliance, packs);
        appliance.await(
                "the store is there again",
                SOON,
                () -> starts(appliance) > before
                        && appliance.health() == 200
                        && appliance
                                .jsonOnceThere("destination:list")
                                .path(0)
                                .path("state")
                                .asText()
                                .equals("ACTIVE"));
    }

    private void whatCannotBeReadIsLeftToTheOneThatHasIt(Set<String> sent) throws Exception {
        nowReads(two, "");
        one.shell("destination:pause outbox").ok();
        one.send(List.of(), write(1, 2, sent));
        awaitNewest(one, "WAITING", "here");
        String waiting = newest(one).path("delivery").asText();
        // The other has looked at the queue since: it has delivered what came later.
        two.send(List.of(), write(2, 2, sent));
        two.await("its own", SOON, () -> two.archives().size() == 1);
        JsonNode seen = two.json("delivery:show", waiting);
        assertEquals("WAITING", seen.path("state").asText());
        assertEquals(0, seen.path("attempts").asInt());
        assertEquals(id(one), seen.path("images-at").asText());
        one.shell("destination:resume outbox").ok();
        one.await("by the one that has it", SOON, () -> one.archives().size() == 1);
        assertEquals(1, two.archives().size());
        nowReads(two, one.data().resolve("packs").toString());
    }
}
