package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertFalse;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.List;
import java.util.Set;
import java.util.TreeSet;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** What the files say that the assembled appliance ships. */
class ShippedSettingsTest {

    private static final Path ETC = Appliance.ROOT.resolve("karaf-assembly/src/main/resources/etc");

    private static final Pattern VARIABLE = Pattern.compile("\\$[\\[{]env:([A-Z0-9_]+)");

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

    /** Else {@code ./run} says of it that it has no meaning. */
    @Test
    void everyVariableThatAShippedSettingReadsIsKnownToRun() throws Exception {
        String settings = Files.readString(Appliance.ROOT.resolve("scripts/settings.sh"));
        Set<String> known = Set.of(settings.substring(settings.indexOf("KNOWN='") + 7, settings.indexOf("'\n\n"))
                .split("\\s+"));
        Set<String> unknown = new TreeSet<>();
        for (Path folder : List.of(ETC, Appliance.ROOT.resolve("config"))) {
            try (Stream<Path> all = Files.walk(folder)) {
                for (Path file : all.filter(Files::isRegularFile).toList()) {
                    VARIABLE.matcher(Files.readString(file))
                            .results()
                            .map(found -> found.group(1))
                            .filter(name -> !known.contains(name))
                            .forEach(unknown::add);
                }
            }
        }
        assertTrue(known.contains("DICOM_PORT"), "the list is read");
        // An example in a comment.
        unknown.remove("VARIABLE");
        assertEquals(Set.of(), unknown);
    }
}
