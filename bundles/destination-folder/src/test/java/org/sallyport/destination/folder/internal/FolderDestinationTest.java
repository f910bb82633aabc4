package org.sallyport.destination.folder.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.io.InterruptedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import java.util.zip.ZipFile;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.destination.folder.internal.FakeDelivery.Instance;
import org.sallyport.gateway.api.DeliveryOutcome;
import org.sallyport.gateway.api.ProbeResult;

class FolderDestinationTest {

    private static final String NAME = "ANON-1_2.25.1.zip";

    @TempDir
    private Path folder;

    @Test
    void aDeliveryBecomesOneZip() throws IOException {
        DeliveryOutcome outcome = destination()
                .deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one"), Instance.of("2.25.101", "two")));
        assertEquals(DeliveryOutcome.delivered(NAME), outcome);
        assertEquals(List.of(NAME), files());
        assertEquals("one", entry("2_25_1/2_25_10/2.25.100.dcm"));
        assertEquals("two", entry("2_25_1/2_25_10/2.25.101.dcm"));
    }

    @Test
    void laterPartsStandBesideTheFirst() throws IOException {
        FolderDestination destination = destination();
        destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        assertEquals(
                DeliveryOutcome.delivered("ANON-1_2.25.1_part2.zip"),
                destination.deliver(FakeDelivery.of(2, Instance.of("2.25.101", "two"))));
        assertEquals(List.of(NAME, "ANON-1_2.25.1_part2.zip"), files());
    }

    @Test
    void theSameDeliveryAgainReplacesItsFile() throws IOException {
        Files.writeString(folder.resolve(NAME), "of an attempt whose outcome was not recorded");
        destination().deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        assertEquals(List.of(NAME), files());
        assertEquals("one", entry("2_25_1/2_25_10/2.25.100.dcm"));
    }

    @Test
    void nothingIsSeenUnderItsNameUntilItIsWhole() throws IOException {
        List<String> seen = new ArrayList<>();
        destination()
                .deliver(FakeDelivery.of(
                        1,
                        Instance.of("2.25.100", "one"),
                        Instance.of("2.25.101", "x".repeat(1_000_000)),
                        Instance.of("2.25.102", "three", () -> seen.addAll(files()))));
        assertEquals(List.of(".sallyport-17"), seen);
    }

    @Test
    void aFailureInTheMiddleLeavesNothingNew() throws IOException {
        Files.writeString(folder.resolve(NAME), "of an earlier delivery");
        FolderDestination destination = destination();
        Instance good = Instance.of("2.25.100", "x".repeat(1_000_000));
        for (Instance bad : List.of(
                Instance.of("2.25.101", "", () -> {
                    throw new IOException("damaged on disk");
                }),
                new Instance("2.25.101", "short", 6, () -> {}),
                new Instance("2.25.101", "long", 3, () -> {}))) {
            assertThrows(IOException.class, () -> destination.deliver(FakeDelivery.of(1, good, bad)));
            assertEquals(List.of(NAME), files());
            assertEquals("of an earlier delivery", Files.readString(folder.resolve(NAME)));
        }
    }

    @Test
    void anInterruptEndsItAndLeavesNothing() throws IOException {
        Instance interrupting =
                Instance.of("2.25.101", "two", () -> Thread.currentThread().interrupt());
        FolderDestination destination = destination();
        try {
            assertThrows(
                    InterruptedIOException.class,
                    () -> destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one"), interrupting)));
        } finally {
            assertTrue(Thread.interrupted());
        }
        assertEquals(List.of(), files());
    }

    @Test
    void whatACrashLeftIsClearedAwayAndNothingElse() throws IOException {
        Files.writeString(folder.resolve(".sallyport-3"), "half");
        Files.writeString(folder.resolve("notes.txt"), "someone else's");
        destination();
        assertEquals(List.of("notes.txt"), files());
    }

    @Test
    void tooLittleRoomIsTriedLater() throws IOException {
        FolderDestination full = new FolderDestination(folder, zip(Long.MAX_VALUE / 2));
        DeliveryOutcome outcome = full.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        assertTrue(
                assertInstanceOf(DeliveryOutcome.Later.class, outcome).reason().contains("MiB free"));
        DeliveryOutcome tooLarge = destination()
                .deliver(FakeDelivery.of(1, new Instance("2.25.100", "one", Long.MAX_VALUE / 2, () -> {})));
        assertInstanceOf(DeliveryOutcome.Later.class, tooLarge);
        assertEquals(List.of(), files());
    }

    @Test
    void aManifestStandsBesideTheZip() throws Exception {
        FolderDestination destination = new FolderDestination(folder, new FolderSettings(false, false, true, 0));
        destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        destination.deliver(FakeDelivery.of(2, Instance.of("2.25.101", "two")));
        assertEquals(4, files().size());
        String digest = java.util.HexFormat.of()
                .formatHex(java.security.MessageDigest.getInstance("SHA-256")
                        .digest(Files.readAllBytes(folder.resolve(NAME))));
        assertEquals(digest + "  " + NAME + "\n", Files.readString(folder.resolve(NAME + ".sha256")));
    }

    @Test
    void noIdentifierCanLeaveTheFolder() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("outbox"));
        FolderDestination destination = new FolderDestination(inner, zip(0));
        for (FakeDelivery wild : List.of(
                new FakeDelivery(1, 1, "../ANON", "2.25.1", List.of(Instance.of("2.25.100", "one"))),
                new FakeDelivery(1, 1, "ANON", "../../2.25.1", List.of(Instance.of("2.25.100", "one"))),
                new FakeDelivery(1, 1, ".ANON", "2.25.1", List.of(Instance.of("2.25.100", "one"))),
                new FakeDelivery(1, 1, "ANON", "2.25.1", List.of(Instance.of("../2.25.100", "one"))))) {
            assertInstanceOf(DeliveryOutcome.Refused.class, destination.deliver(wild));
        }
        assertEquals(List.of("outbox"), files());
        try (Stream<Path> files = Files.list(inner)) {
            assertEquals(0, files.count());
        }
    }

    @Test
    void theProbeTellsWhetherTheFolderIsThere() throws IOException {
        Path inner = Files.createDirectory(folder.resolve("outbox"));
        FolderDestination destination = new FolderDestination(inner, zip(0));
        assertEquals(ProbeResult.State.REACHABLE, destination.probe().state());
        Files.delete(inner);
        assertEquals(ProbeResult.State.UNREACHABLE, destination.probe().state());
        assertThrows(IOException.class, () -> destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one"))));
    }

    private static FolderSettings zip(long minFree) {
        return new FolderSettings(false, false, false, minFree);
    }

    private FolderDestination destination() throws IOException {
        return new FolderDestination(folder, zip(0));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.list(folder)) {
            return files.map(file -> String.valueOf(file.getFileName()))
                    .sorted()
                    .toList();
        }
    }

    private String entry(String name) throws IOException {
        try (ZipFile zip = new ZipFile(folder.resolve(NAME).toFile())) {
            return new String(zip.getInputStream(zip.getEntry(name)).readAllBytes(), StandardCharsets.US_ASCII);
        }
    }
}
