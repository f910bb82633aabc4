package org.sallyport.gateway.deid.internal;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertNotEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.List;
import java.util.Map;
import java.util.Set;
import java.util.stream.Stream;
import org.junit.jupiter.api.BeforeEach;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;
import org.sallyport.gateway.api.pixel.PixelCleaner;

/** A profile that changes while the gateway runs. */
class ProfileStoreTest {

    private static final String FIRST = "base: basic\noptions: [retain-uids]\n";
    private static final String SECOND = "base: basic\noptions: [retain-modified-dates]\nversion: 2\n";
    private static final String BROKEN =
            "base: basic\nrules:\n  - {name: mine, attribute: NoSuchThing, action: keep}\n";

    private static final FakeVault.Study OLD = new FakeVault.Study("ANON-1", "2.25.77");
    private static final FakeVault.Study NEW =
            new FakeVault.Study("ANON-1", "2.25.340282366920938463463374607431768211455");

    @TempDir
    private Path folder;

    private Path profiles = Path.of("");
    private Path data = Path.of("");
    private final PixelCleaners cleaners = new PixelCleaners();

    @BeforeEach
    void makeFolders() throws IOException {
        profiles = Files.createDirectory(folder.resolve("profiles"));
        data = Files.createDirectory(folder.resolve("data"));
    }

    private void write(String yaml) throws IOException {
        Files.writeString(profiles.resolve("mine.yaml"), yaml);
    }

    private ProfileStore open() throws IOException {
        return new ProfileStore(profiles, "mine", data, cleaners);
    }

    @Test
    void aChangeIsForStudiesThatBeginAfterIt() throws Exception {
        write(FIRST);
        ProfileStore store = open();
        assertEquals(Set.of(Option.RETAIN_UIDS), store.of(OLD).options());
        write(SECOND);
        store.look();
        assertEquals("2", store.inForce().version());
        assertEquals(Set.of(Option.RETAIN_MODIFIED_DATES), store.of(NEW).options());
        assertEquals(Set.of(Option.RETAIN_UIDS), store.of(OLD).options());
        store.close();
    }

    @Test
    void studiesKeepTheirVersionOverARestartAndWhateverBecomesOfTheFile() throws Exception {
        write(FIRST);
        ProfileStore before = open();
        before.of(OLD);
        before.close();
        write(SECOND);
        ProfileStore after = open();
        assertEquals(Set.of(Option.RETAIN_UIDS), after.of(OLD).options());
        assertEquals(Set.of(Option.RETAIN_MODIFIED_DATES), after.of(NEW).options());
        after.close();
        Files.delete(profiles.resolve("mine.yaml"));
        ProfileStore without = open();
        assertEquals(Set.of(Option.RETAIN_UIDS), without.of(OLD).options());
        assertEquals(Set.of(Option.RETAIN_MODIFIED_DATES), without.of(NEW).options());
        without.close();
    }

    @Test
    void whileAFileIsBrokenTheProfileBeforeStaysAndTheErrorIsShown() throws Exception {
        write(FIRST);
        ProfileStore store = open();
        String hash = store.inForce().hash();
        write(BROKEN);
        store.look();
        assertEquals(hash, store.inForce().hash());
        String problem = store.problem().orElseThrow();
        assertTrue(problem.contains("mine.yaml line 3: rule \"mine\""), problem);
        store.close();
        ProfileStore restarted = open();
        assertEquals(hash, restarted.inForce().hash(), "also over a restart");
        assertTrue(restarted.problem().isPresent());
        write(SECOND);
        restarted.look();
        assertNotEquals(hash, restarted.inForce().hash());
        assertTrue(restarted.problem().isEmpty());
        restarted.close();
    }

    @Test
    void withoutAnyProfileNothingStarts() throws Exception {
        write(BROKEN);
        IOException e = assertThrows(IOException.class, this::open);
        assertTrue(String.valueOf(e.getMessage()).contains("NoSuchThing"), e.getMessage());
    }

    @Test
    void noNameMeansTheStrictest() throws Exception {
        ProfileStore store = new ProfileStore(profiles, "", data, cleaners);
        assertEquals(Profile.BASIC, store.inForce());
        assertEquals(Profile.BASIC, store.of(OLD));
        store.close();
    }

    @Test
    void anotherProfileCanBeAskedForByName() throws Exception {
        write(FIRST);
        Files.writeString(profiles.resolve("other.yaml"), SECOND);
        ProfileStore store = open();
        assertEquals(List.of("mine", "other"), store.names());
        assertEquals("other", store.named("other").name());
        assertThrows(ProfileException.class, () -> store.named("third"));
        store.close();
    }

    @Test
    void aProfileThatNamesAPlugInWaitsForIt() throws Exception {
        write(FIRST);
        ProfileStore store = open();
        write("base: basic\noptions: [clean-recognizable-visual-features]\npixel-cleaner: defacer\n");
        store.look();
        assertTrue(store.problem().orElseThrow().contains("\"defacer\" is not there"), store.problem()::toString);
        assertTrue(store.inForce().has(Option.RETAIN_UIDS));
        PixelCleaner defacer = (dataSet, image) -> {
            throw new IllegalStateException("not called here");
        };
        cleaners.add(defacer, Map.of(PixelCleaner.NAME, "defacer"));
        store.look();
        assertTrue(store.problem().isEmpty(), store.problem()::toString);
        assertEquals("defacer", store.inForce().pixelCleaner());
        store.close();
    }

    @Test
    void aVersionThatWasTamperedWithIsNotUsed() throws Exception {
        write(FIRST);
        ProfileStore store = open();
        store.of(OLD);
        store.close();
        String hash = ProfileSource.read(profiles, "mine").hash();
        Files.writeString(data.resolve("profiles").resolve(hash).resolve("mine.yaml"), SECOND);
        write(SECOND);
        ProfileStore after = open();
        assertThrows(ProfileException.class, () -> after.of(OLD));
        after.close();
    }

    @Test
    void aTornRecordOfAStudyIsCutOffAndADamagedOnePassedOver() throws Exception {
        write(FIRST);
        ProfileStore store = open();
        store.of(OLD);
        store.of(NEW);
        store.close();
        Path file = data.resolve("study-profiles");
        byte[] bytes = Files.readAllBytes(file);
        bytes[3] ^= 1;
        Files.write(file, java.util.Arrays.copyOf(bytes, bytes.length + 7));
        write(SECOND);
        ProfileStore after = open();
        assertEquals(Set.of(Option.RETAIN_UIDS), after.of(NEW).options());
        assertEquals(Set.of(Option.RETAIN_MODIFIED_DATES), after.of(OLD).options());
        after.close();
        assertEquals(0, Files.size(file) % 52);
    }

    @Test
    void manyStudiesAreFoundAgain() {
        StudyTable table = new StudyTable();
        java.util.SplittableRandom random = new java.util.SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            table.put(random.nextLong(), (short) (i % 300));
        }
        random = new java.util.SplittableRandom(5);
        for (int i = 0; i < 100_000; i++) {
            assertEquals(i % 300, table.get(random.nextLong()));
        }
        assertEquals(-1, table.get(random.nextLong()));
    }

    @Test
    void nothingHalfWrittenIsLeft() throws Exception {
        write(FIRST);
        open().close();
        try (Stream<Path> files = Files.walk(data)) {
            assertEquals(
                    List.of(),
                    files.filter(file -> file.toString().endsWith(".part")).toList());
        }
    }
}
