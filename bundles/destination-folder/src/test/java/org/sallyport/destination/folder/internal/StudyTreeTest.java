package org.sallyport.destination.folder.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertInstanceOf;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.destination.folder.internal.FakeDelivery.Instance;
import org.sallyport.gateway.api.DeliveryOutcome;

class StudyTreeTest {

    private static final String STUDY = "ANON-1_2.25.1";
    private static final String ONE = STUDY + "/2.25.10/2.25.100.dcm";
    private static final String TWO = STUDY + "/2.25.10/2.25.101.dcm";

    @TempDir
    private Path folder;

    private FolderDestination open(boolean manifest) throws IOException {
        return new FolderDestination(folder, new FolderSettings(true, false, manifest, 0));
    }

    private List<String> files() throws IOException {
        try (Stream<Path> files = Files.walk(folder)) {
            return files.filter(Files::isRegularFile)
                    .map(file -> folder.relativize(file).toString())
                    .sorted()
                    .toList();
        }
    }

    @Test
    void aStudyBecomesAFolderAndLateImagesJoinIt() throws IOException {
        FolderDestination destination = open(false);
        assertEquals(
                DeliveryOutcome.delivered(STUDY),
                destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one"))));
        assertEquals(List.of(ONE), files());
        assertEquals(
                DeliveryOutcome.delivered(STUDY),
                destination.deliver(FakeDelivery.of(2, Instance.of("2.25.101", "two"))));
        assertEquals(List.of(ONE, TWO), files());
        assertEquals("one", Files.readString(folder.resolve(ONE)));
        assertEquals("two", Files.readString(folder.resolve(TWO)));
    }

    @Test
    void theSameDeliveryAgainReplacesItsFiles() throws IOException {
        FolderDestination destination = open(true);
        destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "new version")));
        assertEquals(List.of(ONE, STUDY + "/MANIFEST"), files());
        assertEquals("new version", Files.readString(folder.resolve(ONE)));
        assertEquals(
                ShaManifest.of(folder.resolve(ONE)) + "  2.25.10/2.25.100.dcm\n",
                Files.readString(folder.resolve(STUDY + "/MANIFEST")));
    }

    @Test
    void theManifestHoldsAllParts() throws IOException {
        // Switched on when the first part is there already.
        open(false).deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        open(true).deliver(FakeDelivery.of(2, Instance.of("2.25.101", "two")));
        open(true).deliver(FakeDelivery.of(3, Instance.of("2.25.102", "three")));
        List<String> lines = Files.readAllLines(folder.resolve(STUDY + "/MANIFEST"));
        assertEquals(3, lines.size());
        for (String line : lines) {
            assertEquals(ShaManifest.of(folder.resolve(STUDY).resolve(line.substring(66))), line.substring(0, 64));
        }
    }

    @Test
    void nothingIsSeenUnderItsNameUntilItIsWhole() throws IOException {
        List<String> seen = new ArrayList<>();
        open(true)
                .deliver(FakeDelivery.of(
                        1, Instance.of("2.25.100", "one"), Instance.of("2.25.101", "two", () -> seen.addAll(files()))));
        assertEquals(List.of(".sallyport-17/2.25.10/2.25.100.dcm"), seen);
    }

    @Test
    void aFailureInTheMiddleLeavesNothingNew() throws IOException {
        FolderDestination destination = open(true);
        destination.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        List<String> before = files();
        for (Instance bad : List.of(
                Instance.of("2.25.102", "", () -> {
                    throw new IOException("damaged on disk");
                }),
                new Instance("2.25.102", "short", 6, () -> {}),
                new Instance("2.25.102", "long", 3, () -> {}))) {
            assertThrows(
                    IOException.class,
                    () -> destination.deliver(FakeDelivery.of(2, Instance.of("2.25.100", "other"), bad)));
            assertEquals(before, files());
            assertEquals("one", Files.readString(folder.resolve(ONE)));
        }
    }

    @Test
    void whatACrashLeftIsClearedAway() throws IOException {
        Files.createDirectories(folder.resolve(".sallyport-3/2.25.10"));
        Files.writeString(folder.resolve(".sallyport-3/2.25.10/2.25.100.dcm"), "half");
        Files.writeString(folder.resolve("notes.txt"), "someone else's");
        open(false);
        assertEquals(List.of("notes.txt"), files());
        try (Stream<Path> left = Files.list(folder)) {
            assertEquals(1, left.count());
        }
    }

    @Test
    void noIdentifierCanLeaveTheFolder() throws IOException {
        FolderDestination destination = open(false);
        for (FakeDelivery wild : List.of(
                new FakeDelivery(1, 1, "../ANON", "2.25.1", List.of(Instance.of("2.25.100", "one"))),
                new FakeDelivery(1, 1, "ANON", "../../2.25.1", List.of(Instance.of("2.25.100", "one"))),
                new FakeDelivery(1, 1, "ANON", "2.25.1", List.of(Instance.of("../2.25.100", "one"))),
                new FakeDelivery(1, 1, "ANON", "2.25.1", List.of(Instance.of("1".repeat(65), "one"))),
                new FakeDelivery(
                        1, 1, "ANON", "2.25.1", List.of(new Instance("../2.25", "2.25.100", "one", 3, () -> {}))))) {
            assertInstanceOf(DeliveryOutcome.Refused.class, destination.deliver(wild));
        }
        assertEquals(List.of(), files());
    }

    @Test
    void tooLittleRoomIsTriedLater() throws IOException {
        FolderDestination full =
                new FolderDestination(folder, new FolderSettings(true, false, false, Long.MAX_VALUE / 2));
        DeliveryOutcome outcome = full.deliver(FakeDelivery.of(1, Instance.of("2.25.100", "one")));
        assertTrue(
                assertInstanceOf(DeliveryOutcome.Later.class, outcome).reason().contains("min-free"));
        assertEquals(List.of(), files());
    }

    @Test
    void fileIdsAreShortAndFollowFromTheUid() throws IOException {
        FileIds ids = FileIds.of(folder.resolve("none"));
        String path = ids.path("2.25.10", "2.25.100");
        assertTrue(path.matches("[A-Z0-9_]{1,8}/[A-Z0-9_]{1,8}"), path);
        assertEquals(path, FileIds.of(folder.resolve("none")).path("2.25.10", "2.25.100"));
        assertEquals(path, ids.path("2.25.10", "2.25.100"));
    }

    @Test
    void noTwoInstancesShareAFileId() throws IOException {
        FileIds ids = FileIds.of(folder.resolve("none"));
        // So many that some digests begin alike: 50,000 of 2^28 do in nearly every case.
        long distinct = java.util.stream.IntStream.range(0, 50_000)
                .mapToObj(i -> ids.path("2.25.10", "2.25.77." + i))
                .distinct()
                .count();
        assertEquals(50_000, distinct);
    }
}
