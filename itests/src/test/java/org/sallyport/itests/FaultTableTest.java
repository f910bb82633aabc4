package org.sallyport.itests;

import static org.junit.jupiter.api.Assertions.assertEquals;
import static org.junit.jupiter.api.Assertions.assertTrue;

import java.io.IOException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.ArrayList;
import java.util.HashMap;
import java.util.List;
import java.util.Map;
import java.util.regex.Matcher;
import java.util.regex.Pattern;
import java.util.stream.Stream;
import org.junit.jupiter.api.Test;

/** The tests that docs/ith.md names for faults are there. */
class FaultTableTest {

    private static final Pattern NAMED = Pattern.compile("`([A-Z]\\w+(?:Test|IT|Contract))(?:\\.(\\w+))?`");

    @Test
    void everyTestThatIsNamedExists() throws IOException {
        Map<String, String> sources = new HashMap<>();
        for (String part : List.of("bundles", "itests")) {
            try (Stream<Path> all = Files.walk(Appliance.ROOT.resolve(part))) {
                for (Path file : all.filter(FaultTableTest::isTest).toList()) {
                    String name = file.getFileName().toString();
                    // Two modules may have a test of one name.
                    sources.merge(name.substring(0, name.length() - ".java".length()), Page.text(file), String::concat);
                }
            }
        }
        String page = Page.text(Appliance.ROOT.resolve("docs/ith.md"));
        String faults = page.substring(page.indexOf("## Faults of the old proxy"));
        List<String> missing = new ArrayList<>();
        int named = 0;
        for (Matcher found = NAMED.matcher(faults); found.find(); named++) {
            String source = sources.getOrDefault(found.group(1), "");
            String method = found.group(2);
            boolean there = method == null
                    ? source.contains("@Test") || source.contains("@ParameterizedTest")
                    : Pattern.compile("\\bvoid " + method + "\\(")
                            .matcher(source)
                            .find();
            if (!there) {
                missing.add(found.group());
            }
        }
        assertTrue(named > 30, "the section looks as it is expected to: " + named);
        assertEquals(List.of(), missing);
    }

    private static boolean isTest(Path file) {
        return file.toString().endsWith(".java") && file.toString().contains("/src/");
    }
}
