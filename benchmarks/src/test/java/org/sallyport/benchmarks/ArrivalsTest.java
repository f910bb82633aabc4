package org.sallyport.benchmarks;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertThrows;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.attribute.FileTime;
import java.time.Duration;
import org.junit.jupiter.api.Test;
import org.junit.jupiter.api.io.TempDir;

class ArrivalsTest {

    @TempDir
    private Path folder;

    ArrivalsTest() {}

    private void image(String name, int bytes, long writtenAt) throws IOException {
        Path file = Files.write(folder.resolve(name), new byte[bytes]);
        Files.setLastModifiedTime(file, FileTime.fromMillis(writtenAt));
    }

    private Arrivals arrivals(Duration patience) {
        return new Arrivals(folder, patience);
    }

    @Test
    void theLastImageDecidesWhenAllHaveCome() throws Exception {
        image("a", 10, 5_000);
        image("b", 10, 9_000);
        image("c", 10, 7_000);
        assertEquals(9_000, arrivals(Duration.ofSeconds(30)).await(3, 10));
        assertEquals(0, folder.toFile().list().length, "the next study finds an empty folder");
    }

    @Test
    void anImageThatIsStillWrittenHasNotCome() throws IOException {
        image("a", 10, 5_000);
        image("b", 9, 5_000);
        IOException e = assertThrows(
                IOException.class, () -> arrivals(Duration.ofMillis(1)).await(2, 10));
        assertTrue(String.valueOf(e.getMessage()).startsWith("2 of 2 images came"), e.getMessage());
    }

    @Test
    void whatDoesNotComeIsNotWaitedForForEver() throws IOException {
        image("a", 10, 5_000);
        assertThrows(IOException.class, () -> arrivals(Duration.ofMillis(1)).await(2, 10));
    }
}
