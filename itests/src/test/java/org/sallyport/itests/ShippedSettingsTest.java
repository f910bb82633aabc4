package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the files say that the assembled appliance ships. */
class ShippedSettingsTest {

    private static final Path ETC = Appliance.ROOT.resolve("karaf-assembly/src/main/resources/etc");

    /** Karaf's own bundles read their settings at start as they are stored, {@code $[env:…]} and all: the shell then has no port. */
    @Test
    void karafsOwnSettingsHaveNothingThatIsFilledInLater() throws Exception {
        List<Path> files;
        try (Stream<Path> all = Files.list(ETC)) {
            files = all.filter(file -> file.getFileName().toString().startsWith("org.apache.karaf."))
                    .toList();
        }
        assertFalse(files.isEmpty());
        List<String> wrong = new ArrayList<>();
        for (Path file : files) {
            Files.readAllLines(file).stream()
                    .filter(line -> !line.startsWith("#") && line.contains("$["))
                    .forEach(line -> wrong.add(file.getFileName() + ": " + line));
        }
        assertEquals(List.of(), wrong);
    }
}
